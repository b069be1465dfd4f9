import fc from 'fast-check';
import { expect, test } from 'vitest';
import { activeMs, IDLE_MS, seeSign, seeVisibility, startActiveTime, type ActiveTime } from './active-time.js';

test('without a sign of life, time counts for 30 s', () => {
  const time = startActiveTime(1_000, true);
  expect(activeMs(time, 21_000)).toBe(20_000);
  expect(activeMs(time, 500_000)).toBe(IDLE_MS);
});

test('a sign after a long silence counts on from there, not the silence', () => {
  const time = seeSign(startActiveTime(0, true), 100_000);
  expect(activeMs(time, 105_000)).toBe(IDLE_MS + 5_000);
});

test('a hidden tab does not count, coming back does', () => {
  let time = seeVisibility(startActiveTime(0, true), 10_000, false);
  time = seeVisibility(time, 70_000, true);
  expect(activeMs(time, 80_000)).toBe(20_000);
});

test('a tab opened in the background counts from its first showing', () => {
  const time = seeVisibility(startActiveTime(0, false), 60_000, true);
  expect(activeMs(time, 61_000)).toBe(1_000);
});

test('never counts more than what passed, never less than before, and asking changes nothing (seed 13)', () => {
  const events = fc.array(fc.tuple(fc.integer({ min: -100, max: 60_000 }), fc.constantFrom('sign', 'show', 'hide', 'ask')), { maxLength: 40 });
  fc.assert(
    fc.property(events, (steps) => {
      let now = 0;
      let latest = 0;
      let time: ActiveTime = startActiveTime(0, true);
      let before = 0;
      for (const [step, event] of steps) {
        now += step;
        latest = Math.max(latest, now);
        if (event === 'sign') time = seeSign(time, now);
        if (event === 'show' || event === 'hide') time = seeVisibility(time, now, event === 'show');
        const counted = activeMs(time, now);
        expect(counted).toBeGreaterThanOrEqual(event === 'ask' ? 0 : before);
        expect(counted).toBeLessThanOrEqual(latest);
        if (event !== 'ask') before = counted;
      }
    }),
    { seed: 13 },
  );
});
