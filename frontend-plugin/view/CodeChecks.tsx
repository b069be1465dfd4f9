import { useId, type ReactNode } from 'react';
import type { CodeChecks as Checks } from '../../core/domain/pair.js';
import { spelledOut } from './state/invisible.js';
import { VisibleText } from './VisibleText.js';

interface CodeChecksProps {
  readonly checks: Checks;
  readonly line: number | undefined;
  readonly outputOpen: boolean;
  onOutput(): void;
  /** Asks to set off a line of the response's code; the same again takes it back. */
  onLine(line: number): void;
}

type Finding = Checks['findings'][number];

/** What running and scanning a code response gave: a line in words, with the output and the findings behind it. */
export function CodeChecks({ checks, line, outputOpen: open, onOutput, onLine }: CodeChecksProps): ReactNode {
  const id = useId();
  const { execution, findings } = checks;
  const output = execution?.output?.trim() ?? '';
  return (
    <footer className="pl-checks" aria-label="Checks">
      <div className="pl-checks-line">
        {execution === undefined ? null : <ExecutionSummary execution={execution} />}
        {output === '' ? null : (
          <button type="button" className="pl-plain" aria-expanded={open} aria-controls={id} aria-keyshortcuts="O" onClick={onOutput}>
            {open ? 'Hide output' : 'Output'}
          </button>
        )}
        {findings.length === 0 ? <span className="pl-good">✓ No findings</span> : null}
        {findings.map((finding, at) => (
          <FindingView key={at} finding={finding} chosen={finding.line !== undefined && finding.line === line} onLine={onLine} />
        ))}
      </div>
      {open && output !== '' ? <pre id={id} className="pl-output" dir="ltr"><VisibleText text={output} /></pre> : null}
    </footer>
  );
}

function ExecutionSummary({ execution }: { readonly execution: NonNullable<Checks['execution']> }): ReactNode {
  const { status, passed, total } = execution;
  const good = status === 'passed';
  const counted = passed !== undefined && total !== undefined ? `${passed} of ${total} tests` : undefined;
  const words = { passed: counted ?? 'Tests passed', failed: counted ?? 'Tests failed', error: 'Does not run', timeout: 'Timed out' }[status];
  return <span className={good ? 'pl-good' : 'pl-bad'}>{good ? '✓' : '✗'} {words}</span>;
}

function FindingView({ finding, chosen, onLine }: { readonly finding: Finding; readonly chosen: boolean; onLine(line: number): void }): ReactNode {
  const serious = finding.severity === 'error' || finding.kind === 'security';
  const tone = serious ? 'pl-bad' : finding.severity === 'warning' ? 'pl-warn' : 'pl-note';
  const mark = serious ? '✗' : finding.severity === 'warning' ? '!' : 'i';
  const place = finding.line === undefined ? '' : `, line ${finding.line}`;
  const message = place === '' ? finding.message : finding.message.replace(/[.\s]+$/, '');
  const words = <span>{mark} <bdi><VisibleText text={`${finding.rule === undefined ? '' : `${finding.rule} `}${message}`} /></bdi>{place}</span>;
  const origin = spelledOut(`${finding.tool}${finding.kind === 'security' ? ', security' : ''}`);
  const { line } = finding;
  if (line === undefined) return <span className={tone} title={origin}>{words}</span>;
  return (
    <button type="button" className={`pl-plain ${tone}`} title={`${origin}: show the line`} aria-pressed={chosen}
      onClick={() => onLine(line)}>
      {words}
    </button>
  );
}
