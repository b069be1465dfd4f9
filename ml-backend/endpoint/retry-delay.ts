const FIRST_DELAY_MS = 1_000;
const DELAY_MAX_MS = 60_000;

/**
 * How long to wait before the next attempt, in milliseconds: random between half of and the whole of 1 s, 2 s, 4 s, … (at most a minute), so that
 * several clients do not come back together; never less than the endpoint's Retry-After.
 *
 * @param attempt 1 after the first attempt failed.
 * @param draw a number in [0, 1).
 */
export function retryDelayMs(attempt: number, retryAfterMs: number, draw: number): number {
  const most = Math.min(DELAY_MAX_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
  return Math.max(retryAfterMs, most * (0.5 + draw / 2));
}

/** What a Retry-After header asks for, seconds or a date (RFC 9110, 10.2.3), in milliseconds from now; 0 without one, in the past, or not readable. */
export function retryAfterMs(header: unknown, nowMs: number): number {
  if (typeof header !== 'string' || header.trim() === '') return 0;
  const seconds = Number(header);
  const wait = Number.isNaN(seconds) ? Date.parse(header) - nowMs : seconds * 1_000;
  return Number.isFinite(wait) ? Math.max(0, wait) : 0;
}
