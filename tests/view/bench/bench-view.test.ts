import { expect, test } from 'vitest';
import { countWords } from '../../../core/domain/reading-time.js';
import { longResponse } from './long-response.js';
import { ratioOfMedians, summarize } from './statistics.js';

test('a response has its words, all kinds of Markdown, its marks at both ends, and is the same for the same seed', () => {
  const text = longResponse(7, 2000, 'Case 3 A');
  expect(countWords(text)).toBeGreaterThanOrEqual(2000);
  expect(countWords(text)).toBeLessThan(2150);
  expect(text).toMatch(/^Case 3 A begins\. [^]*\n\nCase 3 A ends\.$/);
  for (const kind of [/^## \w/m, /^- \w/m, /^4\. \w/m, /^\|---/m, /^```python\n[^`]+\n```$/m, /\*\*\w[^*]+\*\*/, /`timeout_ms`/]) expect(text).toMatch(kind);
  expect(longResponse(7, 2000, 'Case 3 A')).toBe(text);
  expect(longResponse(8, 2000, 'Case 3 A')).not.toBe(text);
});

test('median and 90th percentile lie between the two nearest samples, in whatever order they come', () => {
  expect(summarize([40, 10, 30, 20])).toEqual({ n: 4, median: 25, p90: 37 });
  expect(summarize([5])).toEqual({ n: 1, median: 5, p90: 5 });
  expect(() => summarize([])).toThrow('no sample');
});

test('the ratio of medians has an interval around it, and is 1 with no width where nothing varies', () => {
  const [slow, quick] = [Array.from({ length: 20 }, (_, at) => 200 + at), Array.from({ length: 20 }, (_, at) => 100 + at)];
  const ratio = ratioOfMedians(slow, quick);
  expect(ratio.value).toBeCloseTo(209.5 / 109.5, 10);
  expect(ratio.low).toBeLessThan(ratio.value);
  expect(ratio.high).toBeGreaterThan(ratio.value);
  expect(ratio.high - ratio.low).toBeLessThan(0.2);
  expect(ratioOfMedians(slow, quick)).toEqual(ratio);
  expect(ratioOfMedians([7, 7, 7], [7, 7])).toEqual({ value: 1, low: 1, high: 1 });
});
