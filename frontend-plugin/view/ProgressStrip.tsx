import type { ReactNode } from 'react';
import type { Presentation } from './state/session.js';

/** How far the annotator is, in numbers that are the same for every kind of item. */
export function ProgressStrip({ progress }: { readonly progress: NonNullable<Presentation['progress']> }): ReactNode {
  const { done_today: today, batch_done: done, batch_size: size } = progress;
  return (
    <div className="pl-progress">
      {size === 0 ? null : <progress max={size} value={Math.min(done, size)} aria-label={`${done} of ${size} in this batch`} />}
      <span>{size === 0 ? '' : `${done} of ${size} · `}{today} today</span>
    </div>
  );
}
