import { basename } from 'node:path';
import { z } from 'zod';
import { VERDICTS, verdictSchema, type Verdict } from '../../../core/domain/verdict.js';
import { itemLineSchema, voteLineSchema } from '../../../core/domain/vote.js';
import { Faults } from '../../../core/files/faults.js';
import { readJsonl } from '../../../core/files/jsonl.js';
import { openFile } from '../../../core/files/open-file.js';
import type { Reference } from './judge-vote.js';

const id = itemLineSchema.shape.id;
const goldLineSchema = z.object({ id, gold: verdictSchema });
const acceptedLineSchema = z.object({ id, accepted_verdicts: z.array(verdictSchema).min(1) });

/** The shapes of a line, told apart by a field that each has alone. */
const SHAPES = ['gold', 'accepted_verdicts', 'votes', 'value'] as const;
const VALUES = VERDICTS.join(', ');

/**
 * The verdicts that count as right, from JSONL files of gold items (`{"id", "gold"}` or `{"id", "accepted_verdicts": […]}`) or of human votes
 * (`{"id", "votes": {rater: verdict}}` or `{"item", "rater", "value"}`), also mixed. With votes, what more than half of a pair's
 * raters say is right; a pair without such a majority has no reference. Gold goes before votes.
 *
 * @throws PairloopError (usage) naming line, field, value and fix when a file cannot be read, a line has none of these shapes, or two
 * lines give one pair different gold.
 */
export async function readReferenceFiles(paths: readonly string[]): Promise<Reference> {
  const collector = new ReferenceCollector();
  for (const path of paths) {
    const faults = new Faults(basename(path), 'nothing was computed');
    for await (const { where, value } of readJsonl(await openFile(path, 'gold items or votes'), faults)) collector.take(where, value, faults);
    faults.assertNone();
  }
  return collector.reference();
}

class ReferenceCollector {
  private readonly gold = new Map<string, ReadonlySet<Verdict>>();
  private readonly votes = new Map<string, Map<string, Verdict>>();

  take(where: string, line: unknown, faults: Faults): void {
    const shape = typeof line === 'object' && line !== null ? SHAPES.find((field) => field in line) : undefined;
    const fault = (field: string, problem: string): void => faults.add({ where, field, value: (line as Record<string, unknown>)[field], problem });
    if (shape === undefined) return faults.add({ where, problem: 'has no known shape; give {"id", "gold"}, {"id", "accepted_verdicts"}, {"id", "votes"} or {"item", "rater", "value"}' });
    const parsed = SCHEMAS[shape].safeParse(line);
    if (!parsed.success) return fault(String(parsed.error.issues[0]!.path[0]), `must be as in {${EXAMPLES[shape]}}; a verdict is one of ${VALUES}`);
    const entry = parsed.data;
    if (entry.accepted !== undefined) {
      const known = this.gold.get(entry.id);
      if (known !== undefined && !isSame(known, entry.accepted)) return fault(shape, `the pair ${entry.id} has other gold already, ${[...known].join(', ')}; keep one`);
      this.gold.set(entry.id, entry.accepted);
    }
    for (const [rater, verdict] of entry.votes) this.votesOf(entry.id).set(rater, verdict);
  }

  /** Gold, and for the pairs without it the strict majority of the votes. */
  reference(): Reference {
    const reference = new Map(this.gold);
    for (const [item, votes] of this.votes) {
      const majority = VERDICTS.find((verdict) => [...votes.values()].filter((one) => one === verdict).length * 2 > votes.size);
      if (majority !== undefined && !reference.has(item)) reference.set(item, new Set([majority]));
    }
    return reference;
  }

  private votesOf(item: string): Map<string, Verdict> {
    const known = this.votes.get(item) ?? new Map<string, Verdict>();
    this.votes.set(item, known);
    return known;
  }
}

interface Entry {
  readonly id: string;
  readonly accepted?: ReadonlySet<Verdict>;
  readonly votes: readonly (readonly [string, Verdict])[];
}

const SCHEMAS = {
  gold: goldLineSchema.transform(({ id, gold }): Entry => ({ id, accepted: new Set([gold]), votes: [] })),
  accepted_verdicts: acceptedLineSchema.transform((line): Entry => ({ id: line.id, accepted: new Set(line.accepted_verdicts), votes: [] })),
  votes: itemLineSchema.extend({ votes: z.record(z.string(), verdictSchema.nullable()) }).transform(({ id, votes }): Entry => ({
    id,
    votes: Object.entries(votes).flatMap(([rater, verdict]) => (verdict === null ? [] : [[rater, verdict] as const])),
  })),
  value: voteLineSchema.extend({ value: verdictSchema.nullable() }).transform(({ item, rater, value }): Entry => ({ id: item, votes: value === null ? [] : [[rater, value]] })),
};
const EXAMPLES: Readonly<Record<(typeof SHAPES)[number], string>> = {
  gold: '"id": "p1", "gold": "a"',
  accepted_verdicts: '"id": "p1", "accepted_verdicts": ["a", "tie"]',
  votes: '"id": "p1", "votes": {"r1": "a", "r2": null}',
  value: '"item": "p1", "rater": "r1", "value": "a"',
};

function isSame(one: ReadonlySet<Verdict>, other: ReadonlySet<Verdict>): boolean {
  return one.size === other.size && [...one].every((verdict) => other.has(verdict));
}
