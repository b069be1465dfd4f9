import type { ReactNode } from 'react';
import { SidePanel } from './SidePanel.js';
import { keySheet } from './state/key-sheet.js';
import type { ComparisonSession } from './state/session.js';

/** Every key that does something for this pair. */
export function KeysPanel({ session }: { readonly session: ComparisonSession }): ReactNode {
  return (
    <SidePanel title="Keys" onClose={() => session.dispatch({ type: 'close' })}>
      {keySheet(session).map(({ title, keys }) => (
        <section key={title} className="pl-help">
          <h4>{title}</h4>
          <dl className="pl-keys">
            {keys.map(([key, meaning]) => (
              <div key={key}>
                <dt>{key.split(' ').map((part) => <kbd key={part}>{part}</kbd>)}</dt>
                <dd>{meaning}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </SidePanel>
  );
}
