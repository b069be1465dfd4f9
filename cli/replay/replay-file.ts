import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { incomingPairSchema, type Consent, type IncomingPair } from '../../core/domain/pair.js';
import { VERDICTS, verdictSchema, type Verdict } from '../../core/domain/verdict.js';
import { PairloopError } from '../../core/errors.js';
import { Faults } from '../../core/files/faults.js';
import { readJsonl, type FileRecord } from '../../core/files/jsonl.js';
import { openFile } from '../../core/files/open-file.js';
import { readVotesFile } from '../votes-file.js';

/** Real votes to be played again, with the pairs they are about. */
export interface ReplayFile {
  readonly name: string;
  /** SHA-256 (hex) of all that is played: the same again continues the same replay. */
  readonly sha256: string;
  /** Raters by name, in code unit order. */
  readonly raters: readonly string[];
  /** The pairs that have votes, in the file's order and sides. */
  readonly pairs: readonly IncomingPair[];
  /** Pair id → rater → verdict in the file's sides. A vote that the file does not have is not there. */
  readonly votes: ReadonlyMap<string, ReadonlyMap<string, Verdict>>;
  /** How many responses were empty or no text, and are shown in words. */
  readonly mendedResponses: number;
}

export interface ReplayFileOptions {
  readonly votesPath: string;
  /** File of the pairs, when the votes file holds votes only. */
  readonly pairsPath: string | undefined;
  /** Only so many pairs, from the first. */
  readonly limit: number | undefined;
  /** Of pairs that bring none of their own. */
  readonly consent: Consent;
}

const EMPTY_RESPONSE = '(The model gave an empty answer.)';
const RATERS_MAX = 100;
const PAIRS_MAX = 100_000;

/**
 * Reads votes and their pairs: lines `{id, prompt, response_a, response_b, votes: {rater: verdict}}`, or votes
 * as `pairloop agreement` takes them with the pairs in a second file. A response that is empty, or true or
 * a number instead of text, is a real model's answer all the same: it is shown in words, so that its votes count.
 *
 * @throws PairloopError (usage) naming line, field and value when a file cannot be read or something in it is
 * wrong, when a vote is no verdict, or when it is about a pair that is nowhere.
 */
export async function readReplayFile({ votesPath, pairsPath, limit, consent }: ReplayFileOptions): Promise<ReplayFile> {
  const votes = await readVerdicts(votesPath);
  const found = await readPairs(pairsPath ?? votesPath, consent);
  const lost = [...votes.keys()].find((id) => !found.has(id));
  if (lost !== undefined) {
    throw new PairloopError(
      `${votesPath} has votes on ${JSON.stringify(lost)}, but ${pairsPath ?? 'its lines'} hold no such pair; give the file of the pairs with --pairs.`,
      'usage',
    );
  }
  const played = [...found.values()].filter(({ pair }) => votes.has(pair.id)).slice(0, limit);
  if (played.length === 0) throw new PairloopError(`${votesPath} holds no votes; give one vote, or one pair with its votes, a line.`, 'usage');
  const pairs = played.map(({ pair }) => pair);
  const kept = new Map(pairs.map((pair) => [pair.id, votes.get(pair.id)!]));
  const raters = [...new Set([...kept.values()].flatMap((one) => [...one.keys()]))].sort();
  if (raters.length > RATERS_MAX) throw new PairloopError(`${votesPath} has ${raters.length} raters; a replay plays at most ${RATERS_MAX}.`, 'usage');
  return {
    name: basename(votesPath),
    sha256: createHash('sha256').update(JSON.stringify([pairs, [...kept].map(([id, of]) => [id, [...of]])])).digest('hex'),
    raters,
    pairs,
    votes: kept,
    mendedResponses: played.reduce((sum, { mended }) => sum + mended, 0),
  };
}

async function readVerdicts(path: string): Promise<Map<string, Map<string, Verdict>>> {
  const votes = new Map<string, Map<string, Verdict>>();
  for (const { item, rater, value } of await readVotesFile(path)) {
    const verdict = verdictSchema.safeParse(value);
    if (!verdict.success) {
      throw new PairloopError(`${path}: the vote of ${rater} on ${item} is ${JSON.stringify(value)}; a replay needs verdicts: ${VERDICTS.join(', ')}.`, 'usage');
    }
    const known = votes.get(item) ?? new Map<string, Verdict>();
    votes.set(item, known.set(rater, verdict.data));
  }
  return votes;
}

interface FoundPair {
  readonly pair: IncomingPair;
  readonly mended: number;
}

async function readPairs(path: string, consent: Consent): Promise<Map<string, FoundPair>> {
  const faults = new Faults(basename(path), 'nothing was played');
  const found = new Map<string, FoundPair>();
  for await (const record of readJsonl(await openFile(path, 'pairs'), faults)) {
    if (found.size > PAIRS_MAX) throw new PairloopError(`${path} holds more than ${PAIRS_MAX} pairs, the most of one replay; split it.`, 'usage');
    const one = readPair(record, faults);
    if (one === undefined) continue;
    if (found.has(one.pair.id)) faults.add({ where: record.where, field: 'id', value: one.pair.id, problem: 'is the id of an earlier line; give each pair its own' });
    found.set(one.pair.id, { ...one, pair: { ...one.pair, consent: one.pair.consent ?? consent } });
  }
  faults.assertNone();
  return found;
}

/** One line as a pair. A line of votes alone is none: its pair stands in another line or file. */
function readPair({ where, value }: FileRecord, faults: Faults): FoundPair | undefined {
  if (typeof value !== 'object' || value === null || !('response_a' in value)) return undefined;
  const { record, mended } = mendResponses(value);
  const parsed = incomingPairSchema.safeParse(record);
  if (parsed.success) return { pair: parsed.data, mended };
  for (const issue of parsed.error.issues) faults.add({ where, field: issue.path.join('.'), problem: issue.message });
  return undefined;
}

function mendResponses(pair: object): { record: Record<string, unknown>; mended: number } {
  const record: Record<string, unknown> = { ...pair };
  let mended = 0;
  for (const side of ['response_a', 'response_b']) {
    const response = record[side];
    const isEmpty = typeof response === 'string' && response.trim() === '';
    if (!isEmpty && typeof response !== 'boolean' && typeof response !== 'number') continue;
    record[side] = isEmpty ? EMPTY_RESPONSE : String(response);
    mended += 1;
  }
  return { record, mended };
}
