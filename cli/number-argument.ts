import { PairloopError } from '../core/errors.js';

/**
 * The number of a command's option.
 *
 * @throws PairloopError (usage) when the text is no number.
 */
export function parseNumber(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) throw new PairloopError(`${option} is ${JSON.stringify(text)}; give a number.`, 'usage');
  return value;
}

/**
 * The whole number of a command's option, from 0 to `most`.
 *
 * @throws PairloopError (usage) when the text is anything else.
 */
export function parseWholeNumber(option: string, text: string, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > most) {
    throw new PairloopError(`${option} is ${JSON.stringify(text)}; give a whole number from 0 to ${most}.`, 'usage');
  }
  return value;
}

/**
 * One of the words an option takes.
 *
 * @throws PairloopError (usage) naming those there are.
 */
export function parseChoice<T extends string>(option: string, text: string, choices: readonly T[]): T {
  const found = choices.find((one) => one === text);
  if (found === undefined) throw new PairloopError(`${option} is ${JSON.stringify(text)}; give ${choices.join(', ')}.`, 'usage');
  return found;
}

/**
 * Words with commas between them, each once.
 *
 * @throws PairloopError (usage) naming the first that is none of those there are.
 */
export function parseChoices<T extends string>(option: string, text: string, choices: readonly T[]): T[] {
  const given = text.split(',').map((one) => parseChoice(option, one.trim(), choices));
  return choices.filter((one) => given.includes(one));
}
