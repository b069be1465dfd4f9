import type { Db } from '../../core/database/connect.js';
import { PairloopError } from '../../core/errors.js';
import { codeVersion } from './prepare-round.js';
import { rankRows, type RankedPair } from './ranking.js';
import { hashInputs, readInputs } from './round-inputs.js';
import { readRound } from './stored-round.js';

/** What came of ranking a round's stored inputs again. `first`: the first rank at which the two differ; undefined is no pick. */
export interface Repetition {
  readonly picks: number;
  readonly first: { readonly rank: number; readonly stored: RankedPair | undefined; readonly repeated: RankedPair | undefined } | undefined;
  /** Set when the round was made by other code than this. */
  readonly otherCode: { readonly stored: string; readonly own: string } | undefined;
}

/**
 * Ranks again what a finished round looked at, and compares picks and scores bit for bit. Nothing is stored.
 *
 * @throws PairloopError when there is no such round (usage), it is not done, what it looked at was not stored or was
 * changed, or naming the pair whose vector is another one now.
 */
export async function repeatRound(db: Db, roundId: number, onProgress: (done: number, total: number) => void): Promise<Repetition> {
  const round = await readRound(db, roundId);
  if (round.state !== 'done') throw new PairloopError(`Selection round ${roundId} is ${round.state}; only one that is done can be repeated.`);
  const { embedder, codeVersion: stored, options } = round;
  const rows = await readInputs(db, roundId);
  if (embedder === null || stored === null || rows.length === 0) throw new PairloopError(`What selection round ${roundId} looked at is not stored; it cannot be repeated.`);
  if (hashInputs(round, rows) !== round.inputsSha256) {
    throw new PairloopError(`What selection round ${roundId} looked at was changed after it ran (its SHA-256 differs); it cannot be repeated.`);
  }
  const repeated = await rankRows(db, { rows, embedder, options }, async (done, total) => onProgress(done, total));
  const picks = await readPicks(db, roundId);
  const own = codeVersion(options.strategy);
  return { picks: picks.length, first: firstDifference(picks, repeated), otherCode: own === stored ? undefined : { stored, own } };
}

async function readPicks(db: Db, roundId: number): Promise<RankedPair[]> {
  const rows = await db.selectFrom('selection_pick').select(['pair_id', 'score']).where('round_id', '=', roundId).orderBy('rank').execute();
  return rows.map((row) => ({ pairId: row.pair_id, score: row.score }));
}

function firstDifference(stored: readonly RankedPair[], repeated: readonly RankedPair[]): Repetition['first'] {
  for (let rank = 0; rank < Math.max(stored.length, repeated.length); rank += 1) {
    const [one, other] = [stored[rank], repeated[rank]];
    if (one?.pairId !== other?.pairId || !Object.is(one?.score, other?.score)) return { rank, stored: one, repeated: other };
  }
  return undefined;
}
