import type { Db, Tx } from '../../core/database/connect.js';
import type { Consent } from '../../core/domain/pair.js';
import { PairloopError } from '../../core/errors.js';
import { whyWithheld } from '../privacy/release.js';
import { shuffle, type RandomInt } from '../../core/shuffle.js';

/** Share of a batch that is gold when nothing else is said. */
const GOLD_SHARE = 0.1;
/** Rows per statement, far below PostgreSQL's 65,535 parameters. */
const CHUNK = 1_000;

export interface BatchDeps {
  readonly db: Db;
  /** Decides where gold stands; from a cryptographic source, or annotators could work it out. */
  readonly randomInt: RandomInt;
}

export interface BatchSettings {
  readonly projectId: number;
  readonly roundId: number;
  /** How many gold items; left out, as many as make `goldShare` of the batch. Never more than there are. */
  readonly goldCount?: number;
  /** Between 0 and 0.5; 0.1 when left out. */
  readonly goldShare?: number;
}

export interface BuiltBatch {
  readonly batchId: number;
  readonly pairCount: number;
  readonly goldCount: number;
  /** Picks that may not be released, with the reason; they are not part of the batch. */
  readonly withheld: readonly { readonly pairId: string; readonly reason: string }[];
}

/**
 * Makes the batch of a finished selection round: its picks in rank order, with gold items of the same
 * domains at random places among them. Gold that was in the fewest of the project's batches is taken
 * first. Asked again for the same round, it returns the batch that is there.
 *
 * @throws PairloopError when the round is not finished, is another project's, or none of its picks may be released.
 */
export async function buildBatch(deps: BatchDeps, settings: BatchSettings): Promise<BuiltBatch> {
  return deps.db.transaction().execute(async (tx) => {
    await assertRoundDone(tx, settings);
    const picks = await readPicks(tx, settings.roundId);
    const withheld = picks.flatMap(({ id, reason }) => (reason === null ? [] : [{ pairId: id, reason }]));
    const pairs = picks.filter(({ reason }) => reason === null);
    if (pairs.length === 0) {
      const why = withheld[0] === undefined ? 'it picked none' : `${JSON.stringify(withheld[0].pairId)}: ${withheld[0].reason}`;
      throw new PairloopError(`Selection round ${settings.roundId} has no pair that may be released (${why}).`);
    }
    const batchId = await insertBatch(tx, settings);
    if (batchId === null) return { ...(await readBuilt(tx, settings.roundId)), withheld };
    const gold = await chooseGold(tx, deps.randomInt, settings, pairs);
    const items = interleave(pairs, gold, deps.randomInt);
    await insertItems(tx, batchId, items);
    return { batchId, pairCount: pairs.length, goldCount: gold.length, withheld };
  });
}

async function assertRoundDone(tx: Tx, { roundId, projectId }: BatchSettings): Promise<void> {
  const round = await tx.selectFrom('selection_round').select(['state', 'project_id', 'batch_id']).where('id', '=', roundId).executeTakeFirst();
  if (round === undefined || round.project_id !== projectId) {
    throw new PairloopError(`Project ${projectId} has no selection round ${roundId}; run a selection round first.`);
  }
  if (round.batch_id !== null) throw new PairloopError(`Selection round ${roundId} ranked batch ${round.batch_id} again; a batch is made of a round over the pool.`);
  if (round.state !== 'done') throw new PairloopError(`Selection round ${roundId} is ${round.state}, not done; no batch can be made of it.`);
}

interface Candidate {
  readonly id: string;
  readonly domain: string;
  /** Why it may not be released; null when it may. */
  readonly reason: string | null;
}

function toCandidate(row: { id: string; domain: string; consent: Consent | null; redaction_version: string | null }): Candidate {
  return { id: row.id, domain: row.domain, reason: whyWithheld({ consent: row.consent, redactionVersion: row.redaction_version }) };
}

async function readPicks(tx: Tx, roundId: number): Promise<Candidate[]> {
  const rows = await tx
    .selectFrom('selection_pick')
    .innerJoin('pair', 'pair.id', 'selection_pick.pair_id')
    .select(['pair.id', 'pair.domain', 'pair.consent', 'pair.redaction_version'])
    .where('selection_pick.round_id', '=', roundId)
    .orderBy('selection_pick.rank')
    .execute();
  return rows.map(toCandidate);
}

/** The new batch's id, or null when the round has its batch already. */
async function insertBatch(tx: Tx, { projectId, roundId }: BatchSettings): Promise<number | null> {
  const row = await tx
    .insertInto('batch')
    .values({ project_id: projectId, round_id: roundId })
    .onConflict((conflict) => conflict.column('round_id').doNothing())
    .returning('id')
    .executeTakeFirst();
  return row?.id ?? null;
}

async function readBuilt(tx: Tx, roundId: number): Promise<Omit<BuiltBatch, 'withheld'>> {
  const row = await tx
    .selectFrom('batch')
    .innerJoin('batch_item', 'batch_item.batch_id', 'batch.id')
    .select((eb) => [
      'batch.id as batchId',
      eb.fn.countAll<number>().filterWhere('batch_item.kind', '=', 'pair').as('pairCount'),
      eb.fn.countAll<number>().filterWhere('batch_item.kind', '=', 'gold').as('goldCount'),
    ])
    .where('batch.round_id', '=', roundId)
    .groupBy('batch.id')
    .executeTakeFirstOrThrow();
  return row;
}

async function chooseGold(tx: Tx, randomInt: RandomInt, settings: BatchSettings, pairs: readonly Candidate[]): Promise<Candidate[]> {
  const share = settings.goldShare ?? GOLD_SHARE;
  if (!(share >= 0 && share <= 0.5)) throw new PairloopError(`The gold share ${share} is not between 0 and 0.5.`, 'usage');
  const wanted = settings.goldCount ?? Math.round((pairs.length * share) / (1 - share));
  const rows = await tx
    .selectFrom('gold_item')
    .innerJoin('pair', 'pair.id', 'gold_item.pair_id')
    .select(['pair.id', 'pair.domain', 'pair.consent', 'pair.redaction_version'])
    .select((eb) =>
      eb
        .selectFrom('batch_item')
        .innerJoin('batch', 'batch.id', 'batch_item.batch_id')
        .select((count) => count.fn.countAll<number>().as('uses'))
        .whereRef('batch_item.pair_id', '=', 'pair.id')
        .where('batch.project_id', '=', settings.projectId)
        .as('uses'),
    )
    .where('gold_item.state', '=', 'active')
    .where('pair.domain', 'in', [...new Set(pairs.map((pair) => pair.domain))])
    .orderBy('pair.id')
    .execute();
  const eligible = shuffle(rows, randomInt).sort((one, other) => (one.uses ?? 0) - (other.uses ?? 0)).map(toCandidate);
  return shuffle(eligible.filter(({ reason }) => reason === null).slice(0, wanted), randomInt);
}

interface Placed {
  readonly pair_id: string;
  readonly kind: 'pair' | 'gold';
}

/** Pairs in their order, gold in its own, every choice of gold places equally likely. */
function interleave(pairs: readonly Candidate[], gold: readonly Candidate[], randomInt: RandomInt): Placed[] {
  const kinds = shuffle([...pairs.map(() => 'pair' as const), ...gold.map(() => 'gold' as const)], randomInt);
  let nextPair = 0;
  let nextGold = 0;
  return kinds.map((kind) => {
    const candidate = kind === 'gold' ? gold[nextGold++] : pairs[nextPair++];
    return { pair_id: candidate!.id, kind };
  });
}

async function insertItems(tx: Tx, batchId: number, items: readonly Placed[]): Promise<void> {
  const rows = items.map((item, position) => ({ ...item, batch_id: batchId, position }));
  for (let start = 0; start < rows.length; start += CHUNK) {
    await tx.insertInto('batch_item').values(rows.slice(start, start + CHUNK)).execute();
  }
}
