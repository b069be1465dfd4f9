import type { Clock } from '../view/state/session.js';

/** The browser's time and timers; follows the wall clock when the page was opened, and never runs backwards. */
export const clock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};
