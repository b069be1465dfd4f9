import { createReadStream, constants, type ReadStream } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { PairloopError, messageOf } from '../errors.js';

const FILE_BYTES_MAX = 512 * 1024 * 1024;

/**
 * The bytes of a file that a person named, at most 512 MiB. `content` says what it holds, such as `pairs`.
 *
 * @throws PairloopError (usage) when the path cannot be read, is no file, or the file is larger.
 */
export async function openFile(path: string, content: string): Promise<ReadStream> {
  const readable = access(path, constants.R_OK).then(() => stat(path));
  const status = await readable.catch((error: unknown) => {
    throw new PairloopError(`The file of ${content} ${path} cannot be read (${messageOf(error)}); check the path.`, 'usage', { cause: error });
  });
  if (!status.isFile()) throw new PairloopError(`${path} is not a file; give a file of ${content}.`, 'usage');
  if (status.size > FILE_BYTES_MAX) {
    const mebibytes = Math.ceil(status.size / 1024 / 1024);
    throw new PairloopError(`${path} has ${mebibytes} MiB, more than the 512 MiB that are read at once; split it into several files.`, 'usage');
  }
  return createReadStream(path);
}
