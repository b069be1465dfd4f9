import { useEffect, useRef, useSyncExternalStore, type ReactNode } from 'react';
import type { Preview } from './preview.js';
import { PreviewBar } from './PreviewBar.js';
import { ResultPanel } from './ResultPanel.js';

interface PreviewPageProps {
  readonly preview: Preview;
  readonly rubrics: readonly string[];
  /** Takes the element that the editor is to stand in; called once. */
  onStage(stage: HTMLElement): void;
}

/** The bar, the editor's place, and beside it the stored result. */
export function PreviewPage({ preview, rubrics, onStage }: PreviewPageProps): ReactNode {
  const shown = useSyncExternalStore(preview.subscribe, preview.read);
  const stage = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (stage.current !== null) onStage(stage.current);
  }, [onStage]);
  const { state, fault } = shown;
  return (
    <div className="pv-page">
      <PreviewBar shown={shown} rubrics={rubrics} onChange={preview.change} />
      <div className="pv-work">
        <main className="pv-frame" data-narrow={state.narrow} data-view={state.view} data-open={shown.rubric !== undefined} hidden={fault !== undefined} aria-label="Label Studio's editor">
          <div className="pv-stage" ref={stage} />
        </main>
        {fault === undefined ? null : <Fault rubric={state.rubric} fault={fault} />}
        {state.resultShown && fault === undefined ? (
          <ResultPanel result={shown.result} readOnly={state.readOnly} onReadOnly={(readOnly) => preview.change({ readOnly })}
            onOpen={preview.openResult} onClose={() => preview.change({ resultShown: false })} />
        ) : null}
      </div>
    </div>
  );
}

/** Stands where the comparison would be until the file is mended; the page looks again by itself. */
function Fault({ rubric, fault }: { readonly rubric: string; readonly fault: string }): ReactNode {
  return (
    <main className="pv-fault" role="alert">
      <h1>The rubric {rubric} cannot be shown</h1>
      <pre>{fault}</pre>
      <p>Mend the file and save it: this page looks again every second.</p>
    </main>
  );
}
