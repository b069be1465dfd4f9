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
