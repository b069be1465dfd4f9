import { accessSync, constants, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { PairloopError, messageOf } from '../errors.js';

/**
 * Makes the data folder if it is missing. Others may pass through it (a database server that runs as its own
 * system user lives inside) but not list it; what is secret in it is readable by its owner only.
 *
 * @throws PairloopError when it cannot be made or written.
 */
export function prepareDataFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o711 });
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new PairloopError(
      `The data folder ${resolve(dataDir)} cannot be written: ${messageOf(error)}. Give yourself write access to ${dirname(resolve(dataDir))}, or set PAIRLOOP_DATA to a folder of yours.`,
      'failure',
      { cause: error },
    );
  }
}
