import type { ReactNode } from 'react';
import type { Range, Text } from './state/blocks.js';
import { cut } from './state/code-tokens.js';
import { visiblePieces } from './state/invisible.js';

/** Text in which no character hides: what is not seen, or turns the reading direction, stands there as a small sign. */
export function VisibleText({ text }: { readonly text: string }): ReactNode {
  const pieces = visiblePieces(text);
  if (pieces.length === 1 && pieces[0]?.type === 'text') return text;
  return pieces.map((piece, at) =>
    piece.type === 'text' ? piece.text : <span key={at} className="pl-sign" title={piece.name}>{piece.label}</span>,
  );
}

interface MarkedTextProps {
  readonly text: Text;
  /** Shows invisible characters, as in code. */
  readonly visible?: boolean;
}

/** Text with its differences set off. */
export function MarkedText({ text, visible = false }: MarkedTextProps): ReactNode {
  const drawn = ({ from, to }: Range): ReactNode => {
    const words = text.text.slice(from, to);
    return visible ? <VisibleText text={words} /> : words;
  };
  const whole = { from: 0, to: text.text.length };
  if (text.marks.length === 0) return drawn(whole);
  return cut(whole, text.marks).map((piece) =>
    piece.marked ? <mark key={piece.from}>{drawn(piece)}</mark> : <span key={piece.from}>{drawn(piece)}</span>,
  );
}
