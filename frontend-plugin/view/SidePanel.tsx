import { useEffect, useMemo, useRef, type ReactNode } from 'react';
import { MarkdownText } from './MarkdownText.js';
import { VERDICT_KEYS } from './state/keymap.js';
import { parseMarkdown } from './state/markdown.js';

interface SidePanelProps {
  readonly title: string;
  readonly children: ReactNode;
  onClose(): void;
}

/** A panel over the right edge that leaves the comparison usable. */
function SidePanel({ title, children, onClose }: SidePanelProps): ReactNode {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => panel.current?.focus(), []);
  return (
    <aside ref={panel} className="pl-side-panel" aria-label={title} tabIndex={-1}>
      <header>
        <strong>{title}</strong>
        <button type="button" className="pl-plain" onClick={onClose}>Close <kbd aria-hidden="true">Esc</kbd></button>
      </header>
      <div className="pl-side-panel-body">{children}</div>
    </aside>
  );
}

export function GuidelinePanel({ version, markdown, onClose }: { readonly version: string; readonly markdown: string; onClose(): void }): ReactNode {
  const blocks = useMemo(() => parseMarkdown(markdown), [markdown]);
  return <SidePanel title={`Guideline ${version}`} onClose={onClose}><MarkdownText blocks={blocks} /></SidePanel>;
}

const KEYS: readonly (readonly [string, string])[] = [
  ...VERDICT_KEYS.map(({ key, label }) => [key, label] as const),
  ['S', 'Skip, with a reason'],
  ['D', 'Show the differences'],
  ['Ctrl Enter', 'Submit'],
  ['Ctrl Z', 'Undo'],
  ['Esc', 'Close a panel'],
  ['?', 'These keys'],
];

export function KeysPanel({ onClose }: { onClose(): void }): ReactNode {
  return (
    <SidePanel title="Keys" onClose={onClose}>
      <dl className="pl-keys">
        {KEYS.map(([key, meaning]) => (
          <div key={key}>
            <dt>{key.split(' ').map((part) => <kbd key={part}>{part}</kbd>)}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </SidePanel>
  );
}
