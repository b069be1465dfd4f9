import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Files under this prefix were never finished; nobody reads them. */
export const UNFINISHED_PREFIX = '.unfinished-';

/**
 * Writes a file so that it is there whole or not at all, also after a power cut: under another name
 * first, flushed to disk, then renamed, then its folder flushed. Makes the folder if need be.
 */
export async function writeWholeFile(path: string, content: string): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const unfinished = join(folder, `${UNFINISHED_PREFIX}${basename(path)}-${randomUUID()}`);
  try {
    const file = await open(unfinished, 'wx');
    try {
      await file.writeFile(content, 'utf8');
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await flushFolder(folder);
}

/** A rename is durable once its folder is; Windows cannot open a folder, and needs no flush. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
