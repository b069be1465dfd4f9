import type { ReactNode } from 'react';
import type { Flag } from '../../core/domain/rubric.js';
import type { Side } from './state/draft.js';

interface FlagRowProps {
  readonly side: Side;
  readonly flags: readonly Flag[];
  readonly set: readonly string[];
  readonly disabled: boolean;
  onFlag(side: Side, flag: string): void;
}

/** The flags of one response, each a switch. */
export function FlagRow({ side, flags, set, disabled, onFlag }: FlagRowProps): ReactNode {
  return (
    <div className="pl-levels pl-flags" data-side={side}>
      <span className="pl-side-name" aria-hidden="true">{side.toUpperCase()}</span>
      <fieldset className="pl-level-row" data-field={`flags:${side}`} aria-label={`Flags of response ${side.toUpperCase()}`} disabled={disabled}>
        {flags.map(({ name, title, kind, question }) => (
          <button key={name} type="button" className="pl-flag" data-kind={kind} aria-pressed={set.includes(name)} title={question} onClick={() => onFlag(side, name)}>
            {title}{kind === 'red_line' ? <span className="pl-unseen">, red line</span> : null}
          </button>
        ))}
      </fieldset>
    </div>
  );
}
