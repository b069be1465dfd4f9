import { basename } from 'node:path';
import type { z } from 'zod';
import { itemLineSchema, voteLineSchema, type LabelledVote } from '../core/domain/vote.js';
import { Faults } from '../core/files/faults.js';
import { readJsonl } from '../core/files/jsonl.js';
import { openFile } from '../core/files/open-file.js';

const VOTES_MAX = 2_000_000;

/**
 * The votes of a VOTES.jsonl file, in its order: `{"item", "rater", "value"}` a line, or `{"id", "votes": {rater: value}}`, also mixed.
 * Both may also say `batch`, `domain`, `dimension` and `repeat`. A value is a text or a number; null is a missing vote. The same vote twice counts once. An empty file gives no votes.
 * At most 512 MiB and 2,000,000 votes.
 *
 * @throws PairloopError (usage) naming line, field, value and fix when the file cannot be read, a line is neither shape,
 * a rater has two different values for an item (in one dimension, the same time), or a value is a number in one line and the same as text in another.
 */
export async function readVotesFile(path: string): Promise<LabelledVote[]> {
  const bytes = await openFile(path, 'votes');
  const collector = new VoteCollector(basename(path));
  for await (const { where, value } of readJsonl(bytes, collector.faults)) {
    collector.take(where, value);
    if (collector.votes.length > VOTES_MAX) {
      collector.faults.add({ where, problem: `is past ${VOTES_MAX} votes, the most that are read at once; split the file` });
      break;
    }
  }
  collector.faults.assertNone();
  return collector.votes;
}

interface PlacedValue {
  readonly value: string | number;
  readonly where: string;
}

/** Turns lines into votes and notes what is wrong, in one line or between two. */
class VoteCollector {
  readonly votes: LabelledVote[] = [];
  readonly faults: Faults;
  private readonly valuesOfItem = new Map<string, Map<string, PlacedValue>>();
  private readonly firstOfText = new Map<string, PlacedValue>();

  constructor(fileName: string) {
    this.faults = new Faults(fileName, 'nothing was computed');
  }

  take(where: string, line: unknown): void {
    if (typeof line !== 'object' || line === null || Array.isArray(line)) {
      this.faults.add({ where, problem: 'is not a JSON object; give {"item", "rater", "value"} or {"id", "votes": {rater: value}}' });
    } else if ('votes' in line) {
      const parsed = itemLineSchema.safeParse(line);
      if (!parsed.success) return this.addIssues(where, line, parsed.error.issues);
      const { id, votes, ...labels } = parsed.data;
      for (const [rater, value] of Object.entries(votes)) this.add(where, `votes.${rater}`, { item: id, rater, ...given(labels) }, value);
    } else {
      const parsed = voteLineSchema.safeParse(line);
      if (!parsed.success) return this.addIssues(where, line, parsed.error.issues);
      const { value, item, rater, ...labels } = parsed.data;
      this.add(where, 'value', { item, rater, ...given(labels) }, value);
    }
  }

  private add(where: string, field: string, vote: Omit<LabelledVote, 'value'>, value: string | number | null): void {
    if (value === null) return;
    const { item, rater, dimension, repeat } = vote;
    const sameText = remember(this.firstOfText, String(value), { value, where });
    if (sameText.value !== value) {
      this.faults.add({ where, field, value, problem: `is a ${typeof value}, but the same is a ${typeof sameText.value} in ${sameText.where}; write it one way` });
    }
    const byRater = remember(this.valuesOfItem, dimension === undefined && repeat === undefined ? item : JSON.stringify([item, dimension, repeat]), new Map<string, PlacedValue>());
    const first = byRater.get(rater);
    if (first === undefined) {
      byRater.set(rater, { value, where });
      this.votes.push({ ...vote, value });
    } else if (first.value !== value) {
      const other = JSON.stringify(first.value);
      this.faults.add({ where, field, value, problem: `rater ${rater} already has the value ${other} for item ${item} in ${first.where}; keep one` });
    }
  }

  private addIssues(where: string, line: object, issues: readonly z.core.$ZodIssue[]): void {
    for (const { path } of issues) {
      const value = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], line);
      const field = path.join('.');
      this.faults.add({ where, field, value, problem: value === undefined ? `is missing; ${SHAPES}` : `must be ${EXPECTED[field] ?? EXPECTED['value']}` });
    }
  }
}

const SHAPES = 'a line needs item, rater and value, or id and votes';
const EXPECTED: Readonly<Record<string, string>> = {
  item: 'a text that is not empty, or a number',
  rater: 'a text that is not empty, or a number',
  id: 'a text that is not empty, or a number',
  votes: 'an object of values by rater, such as {"r1": "a", "r2": "tie"}',
  value: 'a text, a number, or null for a missing vote',
  batch: 'a text or a number',
  domain: 'a text or a number',
  dimension: 'a text or a number',
  repeat: 'a whole number from 1, or left out where it is the first time',
};

/** The labels that a line has. */
function given(labels: { readonly [L in 'batch' | 'domain' | 'dimension']: string | undefined } & { readonly repeat: number | undefined }): Partial<Omit<LabelledVote, 'item' | 'rater' | 'value'>> {
  const { batch, domain, dimension, repeat } = labels;
  return { ...(batch === undefined ? {} : { batch }), ...(domain === undefined ? {} : { domain }), ...(dimension === undefined ? {} : { dimension }), ...(repeat === undefined ? {} : { repeat }) };
}

/** What the map holds for the key; the given value is put there if it holds nothing. */
function remember<T>(map: Map<string, T>, key: string, given: T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  map.set(key, given);
  return given;
}
