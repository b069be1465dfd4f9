import type { ReactNode } from 'react';

/** Shown over the labeling page when the annotator is paused: why, and that nothing is lost. */
export function PausePanel({ reason, onRetry }: { readonly reason: string; onRetry(): void }): ReactNode {
  return (
    <div className="pairloop pl-pause" role="alertdialog" aria-modal="true" aria-labelledby="pl-pause-title" aria-describedby="pl-pause-reason">
      <div className="pl-pause-card">
        <h2 id="pl-pause-title">You are paused in this project</h2>
        <p id="pl-pause-reason">{reason}</p>
        <p className="pl-subtle">What you submitted is stored. You can go on as soon as the pause is lifted.</p>
        <button type="button" className="pl-button" onClick={onRetry}>Check again</button>
      </div>
    </div>
  );
}
