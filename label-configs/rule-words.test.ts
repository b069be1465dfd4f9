import { expect, test } from 'vitest';
import { conditionSchema } from '../core/domain/prompt-context.js';
import { conditionWords } from './rule-words.js';

test.each([
  [{ difficulty: ['difficult'] }, 'difficult pairs'],
  [{ domain: ['support', 'sales'], difficulty: ['difficult'] }, 'difficult support or sales pairs'],
  [{ safety: true, code: false }, 'pairs with a safety flag, without code'],
  [{ turns_max: 1 }, 'pairs with at most 1 turn'],
  [{ turns_min: 2, turns_max: 5 }, 'pairs with 2 to 5 turns'],
  [{ prompt_words_min: 120 }, 'pairs with 120 or more words in the prompt'],
  [{ domain: ['code'], turns_min: 6 }, 'code pairs, with 6 or more turns'],
])('%j is said as "%s"', (condition, words) => {
  expect(conditionWords(conditionSchema.parse(condition))).toBe(words);
});
