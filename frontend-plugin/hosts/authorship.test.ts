import { expect, test } from 'vitest';
import { readOnlyFor } from './authorship.js';

test('an annotation is its author’s; one of nobody’s, or for somebody unknown, can be judged; a prediction never', () => {
  const ada = { type: 'annotation', user: { id: 3 } };
  expect(readOnlyFor(ada, 3)).toBeUndefined();
  expect(readOnlyFor(ada, 4)).toBe('foreign');
  expect(readOnlyFor(ada, undefined)).toBeUndefined();
  expect(readOnlyFor({ type: 'annotation', user: null }, 4)).toBeUndefined();
  expect(readOnlyFor({ type: 'annotation' }, 4)).toBeUndefined();
  expect(readOnlyFor({ type: 'prediction', user: null }, undefined)).toBe('prediction');
});
