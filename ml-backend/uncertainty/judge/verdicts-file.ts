import { basename } from 'node:path';
import { z } from 'zod';
import { displayedOrderSchema, verdictSchema, type DisplayedOrder, type Verdict } from '../../../core/domain/verdict.js';
import { Faults } from '../../../core/files/faults.js';
import { RECORD_BYTES_MAX, readJsonl } from '../../../core/files/jsonl.js';
import { openFile } from '../../../core/files/open-file.js';
import type { JudgeVote } from './judge-vote.js';

const name = z.union([z.string().min(1), z.number()], { error: 'must be a text that is not empty, or a number' }).transform(String);
const verdict = z.union([verdictSchema, z.null()], { error: 'must be a, b, tie, both_bad, or null for no answer' });
const confidence = z.number({ error: 'must be a number from 0 to 1' }).min(0, 'must be from 0 to 1').max(1, 'must be from 0 to 1').nullish();

/** Both orders on one line. */
const pairLineSchema = z.object({ item: name, judge: name, ab: verdict, ba: verdict, confidence });
/** One order a line, as `pairloop judge run` appends them. */
const orderLineSchema = z.object({ item: name, judge: name, order: displayedOrderSchema, verdict, confidence });

/**
 * What judges said, from a JSONL file: `{"item", "judge", "ab", "ba"}` a line, or `{"item", "judge", "order", "verdict"}`, also mixed; each
 * may have a `confidence` from 0 to 1. A last line that was cut off is passed over: its writer was ended in the middle of it.
 *
 * @throws PairloopError (usage) naming line, field, value and fix when the file cannot be read, a line is neither shape, or a
 * judge has two different verdicts for one pair and order.
 */
export async function readVerdictsFile(path: string): Promise<JudgeVote[]> {
  const bytes = await openFile(path, 'verdicts');
  const collector = new VerdictCollector(basename(path));
  for await (const { where, value } of readJsonl(withoutTornEnd(bytes), collector.faults)) collector.take(where, value);
  collector.faults.assertNone();
  return collector.votes();
}

const NEWLINE = 0x0a;

/** The bytes without what stands behind the last line break, unless that is a whole JSON value. */
async function* withoutTornEnd(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let end = Buffer.alloc(0);
  for await (const chunk of bytes) {
    const joined = Buffer.concat([end, chunk]);
    const border = joined.lastIndexOf(NEWLINE) + 1;
    // A line that is too long goes on, to be named as such.
    const whole = joined.length - border > RECORD_BYTES_MAX ? joined.length : border;
    if (whole > 0) yield joined.subarray(0, whole);
    end = joined.subarray(whole);
  }
  if (isJson(end.toString('utf8'))) yield end;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

interface Orders {
  readonly verdicts: Partial<Record<DisplayedOrder, { readonly verdict: Verdict | null; readonly where: string }>>;
  confidence: number | null;
}

/** Joins the lines of one pair and judge, and notes what is wrong. */
class VerdictCollector {
  readonly faults: Faults;
  private readonly orders = new Map<string, { item: string; judge: string; orders: Orders }>();

  constructor(fileName: string) {
    this.faults = new Faults(fileName, 'nothing was computed');
  }

  take(where: string, line: unknown): void {
    if (typeof line !== 'object' || line === null || Array.isArray(line)) {
      this.faults.add({ where, problem: 'is not a JSON object; give {"item", "judge", "ab", "ba"} or {"item", "judge", "order", "verdict"}' });
    } else if ('order' in line) {
      const parsed = orderLineSchema.safeParse(line);
      if (parsed.success) this.add(where, 'verdict', parsed.data, { [parsed.data.order]: parsed.data.verdict });
      else this.addIssues(where, line, parsed.error.issues);
    } else {
      const parsed = pairLineSchema.safeParse(line);
      if (parsed.success) this.add(where, 'ab', parsed.data, { ab: parsed.data.ab, ba: parsed.data.ba });
      else this.addIssues(where, line, parsed.error.issues);
    }
  }

  votes(): JudgeVote[] {
    return [...this.orders.values()].map(({ item, judge, orders }) => ({
      item,
      judge,
      ab: orders.verdicts.ab?.verdict ?? null,
      ba: orders.verdicts.ba?.verdict ?? null,
      confidence: orders.confidence,
    }));
  }

  private add(
    where: string,
    field: string,
    { item, judge, confidence }: { item: string; judge: string; confidence?: number | null | undefined },
    verdicts: Partial<Record<DisplayedOrder, Verdict | null>>,
  ): void {
    const key = JSON.stringify([item, judge]);
    const known = this.orders.get(key) ?? { item, judge, orders: { verdicts: {}, confidence: null } };
    this.orders.set(key, known);
    for (const order of displayedOrderSchema.options) {
      const verdict = verdicts[order];
      if (verdict === undefined) continue;
      const first = known.orders.verdicts[order];
      if (first !== undefined && first.verdict !== verdict) {
        this.faults.add({ where, field, value: verdict, problem: `the judge ${judge} already said ${String(first.verdict)} to ${item} in the order ${order}, in ${first.where}; keep one` });
      }
      known.orders.verdicts[order] ??= { verdict, where };
    }
    if (typeof confidence === 'number') known.orders.confidence = Math.min(known.orders.confidence ?? 1, confidence);
  }

  private addIssues(where: string, line: object, issues: readonly z.core.$ZodIssue[]): void {
    for (const { path, message } of issues) {
      const field = String(path[0]);
      const value = (line as Record<string, unknown>)[field];
      this.faults.add({ where, field, value, problem: value === undefined ? 'is missing; a line needs item, judge, ab and ba, or item, judge, order and verdict' : message });
    }
  }
}
