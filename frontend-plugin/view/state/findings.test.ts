import { expect, test } from 'vitest';
import { findingPlaces, nextPlace, type PairChecks } from './findings.js';

const finding = (line?: number) => ({ tool: 't', severity: 'warning' as const, kind: 'lint' as const, message: 'm', ...(line === undefined ? {} : { line }) });
const checks: PairChecks = { a: { findings: [finding(3), finding()] }, b: { findings: [finding(1), finding(9)] } };

test('findings with a line are stepped through, left response first, round and round', () => {
  const steps = [null, { side: 'a', line: 3 }, { side: 'b', line: 1 }, { side: 'b', line: 9 }] as const;
  expect(findingPlaces(checks)).toEqual(steps.slice(1));
  expect(steps.map((last) => nextPlace(checks, last))).toEqual([...steps.slice(1), steps[1]]);
});

test('after a line that no finding points at comes the first; without findings there is none', () => {
  expect(nextPlace(checks, { side: 'b', line: 77 })).toEqual({ side: 'a', line: 3 });
  expect(nextPlace({ a: null, b: { findings: [finding()] } }, null)).toBeNull();
});
