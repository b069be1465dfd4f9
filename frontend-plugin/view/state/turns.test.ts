import { expect, test } from 'vitest';
import { arrangeTurns } from './turns.js';

const user = (content: string) => ({ role: 'user' as const, content });
const assistant = (content: string) => ({ role: 'assistant' as const, content });
const system = { role: 'system' as const, content: 'be kind' };

test('a lone prompt is the latest turn', () => {
  expect(arrangeTurns('hi', null)).toEqual({ system: [], earlier: [], latest: [user('hi')] });
});

test('the last user turn is shown, earlier ones and the system prompt apart', () => {
  expect(arrangeTurns(null, [system, user('1'), assistant('2'), user('3')])).toEqual({
    system: [system],
    earlier: [user('1'), assistant('2')],
    latest: [user('3')],
  });
  expect(arrangeTurns('3', [user('1'), assistant('2')]).latest).toEqual([user('3')]);
});

test('what follows the last user turn stays with it; no user turn: nothing is hidden', () => {
  expect(arrangeTurns(null, [user('1'), assistant('so far')]).latest).toHaveLength(2);
  expect(arrangeTurns(null, [assistant('1'), assistant('2')]).latest).toHaveLength(2);
  expect(arrangeTurns(null, [system]).latest).toEqual([system]);
});
