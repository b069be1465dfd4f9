import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
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
    makeFolder(resolve(dataDir));
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new PairloopError(
      `The data folder ${resolve(dataDir)} cannot be written: ${messageOf(error)}. Give yourself write access to ${dirname(resolve(dataDir))}, or set PAIRLOOP_DATA to a folder of yours.`,
      'failure',
      { cause: error },
    );
  }
}

/** Makes a folder and those above it. Node's own `recursive` never returns where the system says ENOENT although the folder above is there, as under /proc. */
function makeFolder(path: string): void {
  const above = dirname(path);
  if (above !== path && !existsSync(above)) makeFolder(above);
  try {
    mkdirSync(path, { mode: 0o711 });
  } catch (error) {
    if (!isFolder(path)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
