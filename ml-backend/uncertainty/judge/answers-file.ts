import { open, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { displayedOrderSchema, verdictSchema, type DisplayedOrder, type Verdict } from '../../../core/domain/verdict.js';
import { PairloopError, messageOf } from '../../../core/errors.js';
import { Faults } from '../../../core/files/faults.js';
import { readJsonl } from '../../../core/files/jsonl.js';
import { tryLock, type ExclusiveLock } from '../../../core/running/exclusive-lock.js';

/** One answer of a judge, as a line of the file. */
export interface AnswerLine {
  readonly item: string;
  readonly judge: string;
  readonly order: DisplayedOrder;
  /** In the pair's sides; null when the reply could not be read. */
  readonly verdict: Verdict | null;
  readonly confidence: number | null;
  readonly problem?: string;
  /** See `answerKey`. */
  readonly key: string;
  readonly prompt_version: string;
  readonly at: string;
}

const lineSchema = z.object({ item: z.string(), judge: z.string(), order: displayedOrderSchema, verdict: verdictSchema.nullable(), key: z.string() });

const NEWLINE = 0x0a;
/** How every line begins, and far more than one can have. */
const LINE_START = '{"item":"';
const LINE_BYTES_MAX = 64 * 1024;

/**
 * The file of answers, to which each is added as it comes, with one write: a process that is killed leaves at most one line
 * cut off, which is taken away when the file is opened again.
 */
export class AnswersFile {
  private constructor(
    private readonly handle: FileHandle,
    private readonly fileName: string,
    private readonly known: ReadonlyMap<string, string>,
    private readonly lock: ExclusiveLock,
  ) {}

  /**
   * Opens the file, or makes it, for this process alone.
   *
   * @throws PairloopError (usage) when it cannot be opened, another process has it, or it holds lines that `pairloop judge run` did not write.
   */
  static async open(path: string): Promise<AnswersFile> {
    // Read and append: whatever was read before, writing is at the end.
    const handle = await open(path, 'a+').catch((error: unknown) => {
      throw new PairloopError(`The file of answers ${path} cannot be opened (${messageOf(error)}); check the path of --out.`, 'usage', { cause: error });
    });
    const { lock } = tryLock(`${path}.lock`);
    try {
      if (lock === undefined) throw new PairloopError(`Another pairloop judge run writes to ${path}; wait for it, or give another file with --out.`, 'usage');
      const end = await endOfLines(handle, basename(path));
      const keys = await readKeys(handle, end, basename(path));
      // Only now, when all before it is known to be ours.
      await handle.truncate(end);
      return new AnswersFile(handle, basename(path), keys, lock);
    } catch (error) {
      lock?.release();
      await handle.close();
      throw error;
    }
  }

  /**
   * Whether the answer is there already.
   *
   * @throws PairloopError (usage) when there is one of the same judge to the same pair and order, but to another question: two would
   * contradict each other.
   */
  has({ item, judge, order, key }: Pick<AnswerLine, 'item' | 'judge' | 'order' | 'key'>): boolean {
    const known = this.known.get(placeOf({ item, judge, order }));
    if (known === undefined || known === key) return known !== undefined;
    throw new PairloopError(
      `${this.fileName} has an answer of ${judge} to the pair ${JSON.stringify(item)} already, to another question (its texts, the guideline, the parameters, the redaction or Pairloop's question have changed); give another file with --out, or another name with --name.`,
      'usage',
    );
  }

  async append(line: AnswerLine): Promise<void> {
    await this.handle.write(`${JSON.stringify(line)}\n`);
  }

  async close(): Promise<void> {
    await this.handle.close();
    this.lock.release();
  }
}

function placeOf({ item, judge, order }: Pick<AnswerLine, 'item' | 'judge' | 'order'>): string {
  return JSON.stringify([item, judge, order]);
}

async function readKeys(handle: FileHandle, end: number, fileName: string): Promise<Map<string, string>> {
  const faults = new Faults(fileName, 'nothing was asked');
  const keys = new Map<string, string>();
  if (end === 0) return keys;
  for await (const { where, value } of readJsonl(handle.createReadStream({ start: 0, end: end - 1, autoClose: false }), faults)) {
    const parsed = lineSchema.safeParse(value);
    if (parsed.success) keys.set(placeOf(parsed.data), parsed.data.key);
    else faults.add({ where, problem: 'is no answer that pairloop judge run wrote; give another file with --out' });
  }
  faults.assertNone();
  return keys;
}

/**
 * Where the last whole line ends.
 *
 * @throws PairloopError (usage) when what stands behind it cannot be the beginning of an answer.
 */
async function endOfLines(handle: FileHandle, fileName: string): Promise<number> {
  const { size } = await handle.stat();
  const tail = Buffer.alloc(Math.min(size, LINE_BYTES_MAX));
  await handle.read(tail, 0, tail.length, size - tail.length);
  const torn = tail.subarray(tail.lastIndexOf(NEWLINE) + 1);
  const start = torn.subarray(0, LINE_START.length).toString('latin1');
  if (torn.length === LINE_BYTES_MAX || !LINE_START.startsWith(start)) throw new PairloopError(`${fileName} does not end as pairloop judge run writes; give another file with --out.`, 'usage');
  return size - torn.length;
}
