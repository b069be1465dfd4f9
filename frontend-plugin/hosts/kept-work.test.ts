import { describe, expect, test } from 'vitest';
import { EMPTY_DRAFT, type Draft } from '../view/state/draft.js';
import { KeptWork } from './kept-work.js';

function storageOf(items: Map<string, string>): Storage {
  return {
    get length() {
      return items.size;
    },
    key: (at) => [...items.keys()][at] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
  };
}

const why = (rationale: string): Draft => ({ ...EMPTY_DRAFT, verdict: 'a', rationale, likert: { tone: { a: 3, b: undefined } } });

describe('work kept in the browser', () => {
  const items = new Map<string, string>([['theme', 'dark']]);
  let now = 0;
  const kept = new KeptWork(() => storageOf(items), () => (now += 1));

  test('comes back where Label Studio has what it followed, and nowhere else', () => {
    kept.keep('1:7:new', EMPTY_DRAFT, why('Typed.'));
    expect(kept.take('1:7:new', EMPTY_DRAFT)).toMatchObject({ verdict: 'a', rationale: 'Typed.', likert: { tone: { a: 3 } } });
    expect(kept.take('2:7:new', EMPTY_DRAFT)).toBeUndefined();
    expect(kept.take('1:7:new', why('A newer draft, from elsewhere.'))).toBeUndefined();
    expect([...items.keys()]).toEqual(['theme']);
  });

  test('follows the draft that was stored meanwhile, and is gone when nothing is left beyond it', () => {
    kept.keep('1:7:new', EMPTY_DRAFT, why('One, two.'));
    kept.rebase('1:7:new', why('One'));
    expect(kept.take('1:7:new', why('One'))?.rationale).toBe('One, two.');
    kept.rebase('1:7:new', why('One, two.'));
    expect([...items.keys()]).toEqual(['theme']);
  });

  test('is bounded in number and size, and broken or closed storage breaks nothing', () => {
    items.set('pairloop:work:1:98:new', '{');
    for (let task = 0; task < 40; task += 1) kept.keep(`1:${task}:new`, EMPTY_DRAFT, why('Typed.'));
    expect([...items.keys()].filter((key) => key.startsWith('pairloop:work:'))).toHaveLength(20);
    expect(kept.take('1:39:new', EMPTY_DRAFT)?.rationale).toBe('Typed.');
    kept.keep('1:99:new', EMPTY_DRAFT, why('x'.repeat(100_000)));
    items.set('pairloop:work:1:98:new', '{');
    expect([kept.take('1:99:new', EMPTY_DRAFT), kept.take('1:98:new', EMPTY_DRAFT)]).toEqual([undefined, undefined]);
    const closed = new KeptWork(() => {
      throw new Error('The operation is insecure.');
    }, () => 0);
    closed.keep('1:7:new', EMPTY_DRAFT, why('Typed.'));
    expect(closed.take('1:7:new', EMPTY_DRAFT)).toBeUndefined();
  });
});
