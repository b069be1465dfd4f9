import fc from 'fast-check';
import { expect, test } from 'vitest';
import { presentationOrder } from '../../../core/domain/presentation-order.js';
import { viewerId, viewerOrder } from './viewer.js';

test('the order is the one that the gateway would draw from the same secret', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.uuid(), (salt, viewer, pair) => viewerOrder(salt, viewer, pair) === presentationOrder(salt, viewer, pair)),
    { seed: 1 },
  );
});

test('an id is kept where the browser keeps one, and lasts as long as the page where it does not', () => {
  const kept = new Map<string, string>();
  const storage = () => ({ getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) });
  expect(viewerId(storage, 'first')).toBe('first');
  expect(viewerId(storage, 'second')).toBe('first');
  const refuses = () => {
    throw new Error('SecurityError');
  };
  expect(viewerId(refuses, 'third')).toBe('third');
});
