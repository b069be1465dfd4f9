import { expect, test } from 'vitest';
import { parsePolicy } from './policy.js';

test('what is left out has its default, and other hypotheses have thresholds of their own', () => {
  expect(parsePolicy({ policy: 'strict', training_golds: 5 })).toMatchObject({ policy: 'strict', gold_failed_max: 1, kappa_min: 0.5, training_golds: 5 });
  expect(parsePolicy({ policy: 'sequential' })).toMatchObject({ kappa_golds: 30, hypotheses: { good: 0.9, bad: 0.6 }, thresholds: { freshGolds: 25 } });
  expect(parsePolicy({ policy: 'sequential', hypotheses: { good: 0.95, bad: 0.8 } })).toMatchObject({ thresholds: { freshFailedMax: 5, freshPause: 3.14, driftPause: 7.3 } });
});

test.each([
  [{}, /policy is missing/],
  [null, /the policy is null/],
  [{ policy: 'lenient' }, /policy is "lenient"/],
  [{ policy: 'strict', hypotheses: { good: 0.9, bad: 0.6 } }, /hypotheses/],
  [{ policy: 'sequential', thresholds: {} }, /thresholds/],
  [{ policy: 'sequential', hypotheses: { good: 0.6, bad: 0.9 } }, /hypotheses is .*bad is not at least 0.05 below good/],
  [{ policy: 'sequential', hypotheses: { good: 1, bad: 0.6 } }, /hypotheses.good is 1/],
  [{ policy: 'strict', gold_share: { usual: 0.2, raised: 0.1 } }, /usual is above raised/],
  [{ policy: 'strict', kappa_golds: 1.5 }, /kappa_golds is 1.5/],
])('%j is refused', (written, message) => {
  expect(() => parsePolicy(written)).toThrow(message);
});
