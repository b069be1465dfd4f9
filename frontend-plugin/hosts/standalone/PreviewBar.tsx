import type { ReactNode } from 'react';
import type { PreviewShown } from './preview.js';
import type { PreviewState } from './preview-state.js';

interface PreviewBarProps {
  readonly shown: PreviewShown;
  readonly rubrics: readonly string[];
  onChange(change: Partial<PreviewState>): void;
}

/** What is shown and how, in one line; and that nothing is stored. */
export function PreviewBar({ shown, rubrics, onChange }: PreviewBarProps): ReactNode {
  const { state, rubric, notice } = shown;
  return (
    <header className="pv-bar">
      <strong className="pv-name">Pairloop preview</strong>
      <label className="pv-field">
        <span>Rubric</span>
        <select value={state.rubric} onChange={(event) => onChange({ rubric: event.target.value })}>
          {[...new Set([...rubrics, state.rubric])].map((name) => <option key={name}>{name}</option>)}
        </select>
      </label>
      <PairChooser pair={state.pair} names={rubric?.pairs.map(({ id }) => nameOf(id, rubric.rubric.name)) ?? []} onPair={(pair) => onChange({ pair })} />
      <Choice label="Order" value={state.displayed} options={[['ab', 'A | B'], ['ba', 'B | A']]} onChoose={(displayed) => onChange({ displayed })} />
      <Choice label="Width" value={state.narrow ? 'narrow' : 'wide'} options={[['wide', 'Wide'], ['narrow', '390 px']]} onChoose={(width) => onChange({ narrow: width === 'narrow' })} />
      <Choice label="Colours" value={state.scheme} options={[['light', 'Light'], ['dark', 'Dark']]} onChoose={(scheme) => onChange({ scheme })} />
      <Choice label="View" value={state.view ? 'on' : 'off'} options={[['on', 'Pairloop'], ['off', 'Native']]} onChoose={(view) => onChange({ view: view === 'on' })} />
      <button type="button" className="pv-button" aria-pressed={state.resultShown} onClick={() => onChange({ resultShown: !state.resultShown })}>Result</button>
      <output className="pv-notice">{notice === '' ? 'Nothing here is stored.' : notice}</output>
    </header>
  );
}

/** A sample pair's id begins with its rubric, which stands beside it already. */
function nameOf(id: string, rubric: string): string {
  return id.startsWith(`${rubric}-`) ? id.slice(rubric.length + 1) : id;
}

interface PairChooserProps {
  readonly pair: number;
  readonly names: readonly string[];
  onPair(pair: number): void;
}

function PairChooser({ pair, names, onPair }: PairChooserProps): ReactNode {
  return (
    <fieldset className="pv-group" aria-label="Sample pair">
      <button type="button" className="pv-button" aria-label="Previous pair" disabled={pair <= 0} onClick={() => onPair(pair - 1)}>‹</button>
      <select aria-label="Sample pair" value={pair} onChange={(event) => onPair(Number(event.target.value))}>
        {names.map((name, at) => <option key={name} value={at}>{`${at + 1} of ${names.length}: ${name}`}</option>)}
      </select>
      <button type="button" className="pv-button" aria-label="Next pair" disabled={pair >= names.length - 1} onClick={() => onPair(pair + 1)}>›</button>
    </fieldset>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [T, string])[];
  onChoose(value: T): void;
}

/** A few options, of which one holds. */
function Choice<T extends string>({ label, value, options, onChoose }: ChoiceProps<T>): ReactNode {
  return (
    <fieldset className="pv-group" aria-label={label}>
      {options.map(([option, words]) => (
        <button key={option} type="button" className="pv-button" aria-pressed={option === value} onClick={() => onChoose(option)}>{words}</button>
      ))}
    </fieldset>
  );
}
