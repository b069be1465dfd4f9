/** A stretch of text, or a character of it that is not seen but changes what is. */
export type VisiblePiece = { readonly type: 'text'; readonly text: string } | { readonly type: 'sign'; readonly label: string; readonly name: string };

/**
 * Characters that turn the reading direction, hide, join or fill without being seen, and controls. Tab and line feed are
 * not among them, nor the variation selectors that every second emoji carries.
 */
const INVISIBLE =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class -- controls and joiners are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

const NAMES: Readonly<Record<number, string>> = {
  0x00ad: 'soft hyphen',
  0x061c: 'Arabic letter mark',
  0x200b: 'zero width space',
  0x200c: 'zero width non-joiner',
  0x200d: 'zero width joiner',
  0x200e: 'left-to-right mark',
  0x200f: 'right-to-left mark',
  0x2028: 'line separator',
  0x2029: 'paragraph separator',
  0x202a: 'left-to-right embedding',
  0x202b: 'right-to-left embedding',
  0x202c: 'end of embedding',
  0x202d: 'left-to-right override',
  0x202e: 'right-to-left override',
  0x2060: 'word joiner',
  0x2066: 'left-to-right isolate',
  0x2067: 'right-to-left isolate',
  0x2068: 'first strong isolate',
  0x2069: 'end of isolate',
  0xfeff: 'zero width no-break space',
};

/** Cuts text at its invisible characters and names each; text without any is one piece, empty text none. */
export function visiblePieces(text: string): VisiblePiece[] {
  const pieces: VisiblePiece[] = [];
  let at = 0;
  for (const { 0: character, index } of text.matchAll(INVISIBLE)) {
    if (index > at) pieces.push({ type: 'text', text: text.slice(at, index) });
    pieces.push(signOf(character));
    at = index + character.length;
  }
  if (at < text.length) pieces.push({ type: 'text', text: text.slice(at) });
  return pieces;
}

/** Text with its invisible characters written out, for places that hold plain text only, such as a tooltip. */
export function spelledOut(text: string): string {
  return visiblePieces(text).map((piece) => (piece.type === 'text' ? piece.text : `[${piece.label}]`)).join('');
}

function signOf(character: string): VisiblePiece {
  const code = character.codePointAt(0) ?? 0;
  const label = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return { type: 'sign', label, name: `${label} ${NAMES[code] ?? (code < 0xa0 ? 'control character' : 'invisible character')}` };
}
