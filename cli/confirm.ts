import { createInterface } from 'node:readline/promises';
import { PairloopError } from '../core/errors.js';

/**
 * Asks a person a question that is answered by y or n; anything but yes is no.
 *
 * @throws PairloopError (usage) when nobody can be asked, because the command does not run in a terminal.
 */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new PairloopError('Nothing was changed, because nobody can be asked here; add --yes to go on.', 'usage');
  const asked = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await asked.question(`${question} [y/N] `)).trim());
  } finally {
    asked.close();
  }
}
