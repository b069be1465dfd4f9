import type { ComparisonSession } from '../view/state/session.js';

/** Tells the session that is open what its clock needs to know: that the annotator does something, that the tab is hidden, that the page goes. */
export function listenToSigns(session: () => ComparisonSession | undefined): void {
  for (const type of ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const) {
    window.addEventListener(type, () => session()?.seeSign(), { capture: true, passive: true });
  }
  document.addEventListener('visibilitychange', () => session()?.seeVisibility(!document.hidden));
  window.addEventListener('pagehide', () => session()?.flush());
}
