import { Readable, pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { messageOf } from '../../core/errors.js';
import type { Faults } from '../../core/files/faults.js';
import { RECORD_BYTES_MAX, type FileRecord } from '../../core/files/jsonl.js';

const JSON_COLUMNS = new Set(['messages', 'generation_a', 'generation_b', 'checks_a', 'checks_b', 'safety_flags', 'embedding']);
const NUMBER_COLUMNS = new Set(['uncertainty', 'priority']);
const CONSENT_COLUMNS = new Map([
  ['consent_basis', 'basis'],
  ['consent_reference', 'reference'],
]);
/** An empty cell of these is an empty text, which is a fault; any other empty cell is a field left out. */
const TEXT_COLUMNS = new Set(['id', 'response_a', 'response_b']);

/**
 * The records of a CSV byte stream (RFC 4180, UTF-8, the first row is the header) in the form of the
 * JSONL records: columns that hold JSON or numbers are read as such, `consent_basis` and
 * `consent_reference` become `consent`. Rows are counted as a spreadsheet does: the header is row 1.
 * What cannot be read is added to `faults` and left out; after a broken quote nothing more can be read.
 */
export async function* readCsv(bytes: AsyncIterable<Buffer>, faults: Faults): AsyncGenerator<FileRecord> {
  let header: string[] | undefined;
  let row = 0;
  try {
    for await (const cells of parseCells(bytes)) {
      row += 1;
      const where = `row ${row}`;
      if (header === undefined) {
        header = cells.map((name) => name.trim());
        assertNoDuplicate(header, faults);
      } else if (cells.length === header.length) {
        yield { where, value: toRecord(header, cells, where, faults) };
      } else {
        faults.add({ where, problem: `has ${cells.length} cells where the header has ${header.length}; quote cells that hold commas or line breaks` });
      }
    }
  } catch (error) {
    if (!(error instanceof CsvError) && !(error instanceof TypeError)) throw error;
    faults.add({ where: `row ${row + 1}`, problem: `cannot be read as CSV (${messageOf(error)})` });
  }
}

async function* parseCells(bytes: AsyncIterable<Buffer>): AsyncGenerator<string[]> {
  const parser = parse({ relax_column_count: true, skip_empty_lines: true, max_record_size: RECORD_BYTES_MAX });
  // A failure on either side destroys the parser with it, and so reaches the loop that reads the rows.
  pipeline(Readable.from(decodeUtf8(bytes)), parser, () => {});
  yield* parser as AsyncIterable<string[]>;
}

/** Text of a UTF-8 byte stream, without a byte order mark. Throws TypeError where the bytes are not UTF-8. */
async function* decodeUtf8(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

function assertNoDuplicate(header: readonly string[], faults: Faults): void {
  for (const name of new Set(header.filter((name, index) => header.indexOf(name) !== index))) {
    faults.add({ where: 'row 1', field: name, problem: 'is a column twice; name each column once' });
  }
}

function toRecord(header: readonly string[], cells: readonly string[], where: string, faults: Faults): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  const consent: Record<string, string> = {};
  for (const [index, column] of header.entries()) {
    const cell = cells[index] ?? '';
    if (cell.trim() === '' && !TEXT_COLUMNS.has(column)) continue;
    const consentField = CONSENT_COLUMNS.get(column);
    if (consentField !== undefined) consent[consentField] = cell;
    else record[column] = readCell(column, cell, where, faults);
  }
  return Object.keys(consent).length === 0 ? record : { ...record, consent };
}

function readCell(column: string, cell: string, where: string, faults: Faults): unknown {
  // What is no number stays text, so that the fault shows it as it stands.
  if (NUMBER_COLUMNS.has(column)) return Number.isFinite(Number(cell)) ? Number(cell) : cell;
  if (!JSON_COLUMNS.has(column)) return cell;
  try {
    return JSON.parse(cell) as unknown;
  } catch (error) {
    faults.add({ where, field: column, value: cell, problem: `is not valid JSON (${messageOf(error)})` });
    return undefined;
  }
}
