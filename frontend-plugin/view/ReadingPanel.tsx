import type { ReactNode } from 'react';
import { SidePanel } from './SidePanel.js';
import { TEXT_SIZES } from './state/preferences.js';
import type { ComparisonSession } from './state/session.js';
import { hasPrograms } from './state/unified-diff.js';

/** How the responses are laid out; the settings stay in the annotator's browser. */
export function ReadingPanel({ session }: { readonly session: ComparisonSession }): ReactNode {
  const { dispatch, state, host } = session;
  const { layout, scrollTogether, textSize } = state.preferences;
  const size = TEXT_SIZES.indexOf(textSize);
  return (
    <SidePanel title="View" size="small" onClose={() => dispatch({ type: 'close' })}>
      <div className="pl-settings">
        <Setting label="Stacked" shortcut="L" pressed={layout === 'stacked'} onPress={() => dispatch({ type: 'prefer', change: 'layout' })} />
        <Setting label="Scroll together" shortcut="T" pressed={scrollTogether} onPress={() => dispatch({ type: 'prefer', change: 'scroll-together' })} />
        {hasPrograms(host.task) ? <Setting label="Unified diff" shortcut="U" pressed={false} onPress={() => dispatch({ type: 'open', panel: 'unified' })} /> : null}
        <div className="pl-setting">
          <span>Text size: {textSize}</span>
          <button type="button" className="pl-step" aria-label="Smaller text" disabled={size === 0} onClick={() => dispatch({ type: 'prefer', change: 'smaller-text' })}>−</button>
          <button type="button" className="pl-step" aria-label="Larger text" disabled={size === TEXT_SIZES.length - 1} onClick={() => dispatch({ type: 'prefer', change: 'larger-text' })}>+</button>
        </div>
      </div>
    </SidePanel>
  );
}

interface SettingProps {
  readonly label: string;
  readonly shortcut: string;
  readonly pressed: boolean;
  onPress(): void;
}

function Setting({ label, shortcut, pressed, onPress }: SettingProps): ReactNode {
  return (
    <button type="button" className="pl-setting" aria-pressed={pressed} aria-keyshortcuts={shortcut} onClick={onPress}>
      <span>{label}</span><kbd aria-hidden="true">{shortcut}</kbd><span className="pl-switch" aria-hidden="true" />
    </button>
  );
}
