import { expect, test } from 'vitest';
import { Lazy } from './lazy.js';

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test('it is loaded once, by the first who wants it, and all are told', async () => {
  let loads = 0;
  const lazy = new Lazy(() => Promise.resolve(`load ${(loads += 1)}`));
  expect([lazy.current(), loads]).toEqual([undefined, 0]);
  const told: string[] = [];
  lazy.subscribe(() => told.push('a'));
  const stop = lazy.subscribe(() => told.push('b'));
  stop();
  await settled();
  lazy.subscribe(() => told.push('c'));
  await settled();
  expect([lazy.current(), loads, told]).toEqual(['load 1', 1, ['a']]);
});

test('a failed load is tried again by the next who wants it', async () => {
  let loads = 0;
  const lazy = new Lazy(() => ((loads += 1) === 1 ? Promise.reject(new Error('gone')) : Promise.resolve('there')));
  lazy.subscribe(() => {});
  await settled();
  expect(lazy.current()).toBeUndefined();
  lazy.subscribe(() => {});
  await settled();
  expect([lazy.current(), loads]).toEqual(['there', 2]);
});
