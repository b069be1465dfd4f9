import { createHash } from 'node:crypto';
import { basename, extname } from 'node:path';
import type { IncomingPair } from '../../core/domain/pair.js';
import { PairloopError } from '../../core/errors.js';
import { readJsonl } from '../../core/files/jsonl.js';
import { openFile } from '../../core/files/open-file.js';
import { readCsv } from './csv.js';
import { PairCollector } from './pair-collector.js';

const READERS = new Map([
  ['.jsonl', readJsonl],
  ['.ndjson', readJsonl],
  ['.csv', readCsv],
]);

export interface PairsFile {
  /** Without its folder. */
  readonly fileName: string;
  readonly pairs: readonly IncomingPair[];
  /** SHA-256 (hex) of the file's bytes. */
  readonly contentSha256: string;
  /** Fields of the file that a pair does not have; they were not read. In order of appearance. */
  readonly ignoredFields: string[];
}

/**
 * Reads a whole file of pairs, JSONL or CSV by its extension: at most 512 MiB, each line or row at most
 * 4 MiB. Given embeddings must all have one length and fit float32.
 *
 * @throws PairloopError (usage) when the file cannot be read, is empty, or anything in it is wrong: every
 * fault is counted, the first ten are shown with line or row, field, value and what to do.
 */
export async function parsePairsFile(path: string): Promise<PairsFile> {
  const read = READERS.get(extname(path).toLowerCase());
  if (read === undefined) {
    throw new PairloopError(`${path} has no known ending; name a file of pairs .jsonl, .ndjson or .csv.`, 'usage');
  }
  const bytes = await openFile(path, 'pairs');
  const fileName = basename(path);
  const hash = createHash('sha256');
  const collector = new PairCollector(fileName);
  for await (const record of read(hashed(bytes, hash), collector.faults)) collector.take(record);
  collector.faults.assertNone();
  if (collector.pairs.length === 0) throw new PairloopError(`${path} holds no pairs; give one JSON object a line, or a CSV row each.`, 'usage');
  return { fileName, pairs: collector.pairs, contentSha256: hash.digest('hex'), ignoredFields: [...collector.ignoredFields] };
}

async function* hashed(bytes: AsyncIterable<Buffer>, hash: { update(chunk: Buffer): unknown }): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
}
