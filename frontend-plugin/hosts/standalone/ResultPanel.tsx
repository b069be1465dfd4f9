import { useId, useState, type ReactNode } from 'react';

interface ResultPanelProps {
  readonly result: readonly unknown[];
  readonly readOnly: boolean;
  onReadOnly(readOnly: boolean): void;
  /** Opens a result given as JSON; what is wrong with it, if anything is. */
  onOpen(json: string): string | undefined;
  onClose(): void;
}

/** The result as Label Studio would store it, following every change; and the way back from such a result to the view. */
export function ResultPanel({ result, readOnly, onReadOnly, onOpen, onClose }: ResultPanelProps): ReactNode {
  const [copied, setCopied] = useState(false);
  const json = JSON.stringify(result, null, 2);
  const copy = (): void => {
    void navigator.clipboard.writeText(json).then(() => setCopied(true), () => setCopied(false));
  };
  return (
    <aside className="pv-result" aria-label="Result">
      <header>
        <strong>Result</strong>
        <button type="button" className="pv-button" onClick={copy}>{copied ? 'Copied' : 'Copy'}</button>
        <button type="button" className="pv-button" onClick={onClose}>Close</button>
      </header>
      <p>What Label Studio would store for this pair, in the pair's own sides. Here it is kept until the page is left, and nowhere else.</p>
      <textarea className="pv-json" aria-label="Result, JSON" readOnly spellCheck={false} value={json} />
      <label className="pv-check">
        <input type="checkbox" checked={readOnly} onChange={(event) => onReadOnly(event.target.checked)} /> Open read-only
      </label>
      <OpenResult onOpen={onOpen} />
    </aside>
  );
}

function OpenResult({ onOpen }: Pick<ResultPanelProps, 'onOpen'>): ReactNode {
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const id = useId();
  return (
    <details>
      <summary>Open a result</summary>
      <textarea aria-label="Result to open, JSON" aria-describedby={id} aria-invalid={problem !== undefined} rows={5} placeholder="The JSON of a result, as copied above or exported by Label Studio" value={text} onChange={(event) => setText(event.target.value)} />
      <p id={id} className="pv-problem" role="alert">{problem}</p>
      <button type="button" className="pv-button" disabled={text.trim() === ''} onClick={() => setProblem(onOpen(text))}>Open</button>
    </details>
  );
}
