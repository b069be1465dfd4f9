import type { ReactNode } from 'react';
import type { Dimension, Level } from '../../core/domain/rubric.js';
import { SidePanel } from './SidePanel.js';
import { levelsOf } from './state/requirements.js';
import type { ComparisonSession } from './state/session.js';

/** What each level of each dimension and each flag means, with examples and counter-examples. */
export function LevelsPanel({ session }: { readonly session: ComparisonSession }): ReactNode {
  const { dimensions, flags } = session.rubric;
  return (
    <SidePanel title="Levels and flags" onClose={() => session.dispatch({ type: 'close' })}>
      {dimensions.map((dimension) => <DimensionHelp key={dimension.name} dimension={dimension} />)}
      {flags.length === 0 ? null : (
        <section className="pl-help">
          <h4>Flags</h4>
          <dl>
            {flags.map(({ name, title, question, kind }) => (
              <div key={name}>
                <dt>{title}{kind === 'red_line' ? <span className="pl-bad"> · red line</span> : null}</dt>
                <dd>{question}{kind === 'red_line' ? ' A response with it can be neither better nor tied.' : kind === 'stale' ? ' Give the source that shows it, and its date.' : ''}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      {dimensions.length + flags.length === 0 ? <p>This rubric asks for the verdict alone.</p> : null}
    </SidePanel>
  );
}

function DimensionHelp({ dimension }: { readonly dimension: Dimension }): ReactNode {
  return (
    <section className="pl-help">
      <h4>{dimension.title}</h4>
      {dimension.question === undefined ? null : <p className="pl-subtle">{dimension.question}</p>}
      <dl>
        {levelsOf(dimension).toReversed().map((level) => {
          const meaning = dimension.levels[String(level)];
          return meaning === undefined ? null : <LevelHelp key={level} level={level} meaning={meaning} />;
        })}
      </dl>
    </section>
  );
}

function LevelHelp({ level, meaning }: { readonly level: number; readonly meaning: Level }): ReactNode {
  return (
    <div>
      <dt>{level}{meaning.title === undefined ? '' : ` · ${meaning.title}`}</dt>
      <dd>
        {meaning.text}
        {meaning.example === undefined ? null : <span className="pl-example"><b className="pl-good">Example</b> {meaning.example}</span>}
        {meaning.counter_example === undefined ? null : <span className="pl-example"><b className="pl-bad">Not this</b> {meaning.counter_example}</span>}
      </dd>
    </div>
  );
}
