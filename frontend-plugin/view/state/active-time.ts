/** Without a sign of life for this long, an annotator counts as away. */
export const IDLE_MS = 30_000;

/**
 * Time spent on one pair: counts while the tab is visible and the annotator's last sign of life
 * (key, pointer, scroll, return to the tab) is at most IDLE_MS old. All times are milliseconds of one clock.
 */
export interface ActiveTime {
  readonly countedMs: number;
  readonly countedUntil: number;
  readonly lastSign: number;
  readonly visible: boolean;
}

/** Starts the count; seeing the pair is the first sign of life. */
export function startActiveTime(now: number, visible: boolean): ActiveTime {
  return { countedMs: 0, countedUntil: now, lastSign: now, visible };
}

/** A sign of life at `now`. A clock that runs backwards counts nothing. */
export function seeSign(time: ActiveTime, now: number): ActiveTime {
  return { ...countUntil(time, now), lastSign: Math.max(now, time.lastSign) };
}

/** The tab was shown or hidden. Coming back is a sign of life, going away is none. */
export function seeVisibility(time: ActiveTime, now: number, visible: boolean): ActiveTime {
  const counted = countUntil(time, now);
  return { ...counted, visible, lastSign: visible ? Math.max(now, time.lastSign) : counted.lastSign };
}

/** Active milliseconds up to `now`; never more than what passed since the start. */
export function activeMs(time: ActiveTime, now: number): number {
  return countUntil(time, now).countedMs;
}

function countUntil(time: ActiveTime, now: number): ActiveTime {
  if (now <= time.countedUntil) return time;
  const end = Math.min(now, time.lastSign + IDLE_MS);
  const gained = time.visible ? Math.max(0, end - time.countedUntil) : 0;
  return { ...time, countedMs: time.countedMs + gained, countedUntil: now };
}
