import { messageOf } from '../errors.js';
import type { Faults } from './faults.js';

/** The longest JSONL line or CSV row: 4 MiB holds two very long answers with their embedding. */
export const RECORD_BYTES_MAX = 4 * 1024 * 1024;

/** One record of a file and where it stands, for messages. */
export interface FileRecord {
  readonly where: string;
  readonly value: unknown;
}

const NEWLINE = 0x0a;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The JSON values of a JSONL byte stream, one a line; blank lines are passed over. What cannot be read
 * is added to `faults` and left out. A line is at most 4 MiB; of a longer one nothing is kept.
 */
export async function* readJsonl(bytes: AsyncIterable<Buffer>, faults: Faults): AsyncGenerator<FileRecord> {
  let line = 0;
  for await (const content of splitLines(bytes)) {
    line += 1;
    const where = `line ${line}`;
    if (content === 'too long') {
      faults.add({ where, problem: `is longer than ${RECORD_BYTES_MAX / 1024 / 1024} MiB; shorten its texts` });
      continue;
    }
    const text = decode(content, where, faults);
    if (text === undefined || text.trim() === '') continue;
    const record = parseLine(text, where, faults);
    if (record !== undefined) yield record;
  }
}

async function* splitLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer | 'too long'> {
  let parts: Buffer[] = [];
  let length = 0;
  const finish = (): Buffer | 'too long' => {
    const line = length > RECORD_BYTES_MAX ? 'too long' : Buffer.concat(parts);
    parts = [];
    length = 0;
    return line;
  };
  const append = (part: Buffer): void => {
    length += part.length;
    if (length <= RECORD_BYTES_MAX) parts.push(part);
    else parts = [];
  };
  for await (const chunk of bytes) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      append(chunk.subarray(start, end));
      yield finish();
      start = end + 1;
    }
    append(chunk.subarray(start));
  }
  if (length > 0) yield finish();
}

/** UTF-8 text (a byte order mark is dropped), or undefined with a fault. */
function decode(content: Buffer, where: string, faults: Faults): string | undefined {
  try {
    return UTF8.decode(content);
  } catch {
    faults.add({ where, problem: 'is not UTF-8 text; save the file as UTF-8' });
    return undefined;
  }
}

function parseLine(text: string, where: string, faults: Faults): FileRecord | undefined {
  try {
    return { where, value: JSON.parse(text) as unknown };
  } catch (error) {
    const notFinite = findNotFinite(text);
    for (const { field, value } of notFinite) {
      faults.add({ where, field, problem: `is ${value}, which is no number in JSON; give a finite number or leave the field out` });
    }
    if (notFinite.length === 0) faults.add({ where, problem: `is not valid JSON (${messageOf(error)}); each line must be one JSON object` });
    return undefined;
  }
}

const MARK = '\u0001not finite ';

/** The fields of a line that is JSON but for NaN or Infinity (as Python writes them); none when something else is wrong. */
function findNotFinite(text: string): { field: string; value: string }[] {
  const quoted = text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (token) =>
    token.startsWith('"') ? token : JSON.stringify(MARK + token),
  );
  const found: { field: string; value: string }[] = [];
  try {
    JSON.parse(quoted, function (this: unknown, key: string, value: unknown) {
      const values: readonly (readonly [string, unknown])[] = Array.isArray(value)
        ? value.map((one, index) => [`${key === '' ? 'the line' : key}[${index}]`, one] as const)
        : [[key, Array.isArray(this) ? undefined : value]];
      for (const [field, one] of values) {
        if (typeof one === 'string' && one.startsWith(MARK)) found.push({ field, value: one.slice(MARK.length) });
      }
      return value;
    });
  } catch {
    return [];
  }
  return found;
}
