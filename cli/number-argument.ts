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
