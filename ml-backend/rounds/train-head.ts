import { sql } from 'kysely';
import type { Db } from '../../core/database/connect.js';
import type { Verdict } from '../../core/domain/verdict.js';
import { PairloopError } from '../../core/errors.js';
import { embedderOf, type EmbeddingSource } from '../embedding/embedding-source.js';
import { hashedNgrams } from '../embedding/hashed-ngrams.js';
import { storeHead } from '../uncertainty/stored-head.js';
import { trainRewardHead, type TrainedHead } from '../uncertainty/train.js';
import { targetOf } from '../uncertainty/votes.js';
import { embedMissing, readDifferences } from './pool-embeddings.js';

export interface TrainHeadOptions {
  readonly now: () => Date;
  /** Decides which prompts are left out together. */
  readonly seed: number;
  /** The built-in featuriser unless given. */
  readonly openEmbeddingSource?: (() => Promise<EmbeddingSource>) | undefined;
  readonly onEmbedded?: (done: number, total: number) => void;
}

export interface NewHead {
  readonly id: number;
  readonly embedder: string;
  readonly trained: TrainedHead;
}

/**
 * Learns a reward head from a project's accepted pairs (`both_bad` teaches nothing) and stores it; rounds with the option
 * `head: newest` then take their uncertainties from it. The texts of the responses are embedded, also where the data gives
 * vectors: those are of pairs, and tell A from B no more.
 *
 * @throws PairloopError when there is no accepted pair to learn from, or the embedding source cannot answer.
 */
export async function trainHead(db: Db, projectId: number, { now, seed, openEmbeddingSource, onEmbedded }: TrainHeadOptions): Promise<NewHead> {
  const trainedAt = now();
  const accepted = await readAccepted(db, projectId);
  if (accepted.length === 0) throw new PairloopError('There is nothing to learn from: the project has no accepted pair yet (both_bad teaches nothing).');
  const source = (await openEmbeddingSource?.()) ?? hashedNgrams;
  const ids = accepted.map(({ id }) => id);
  await embedMissing(db, ids, source, (done, total) => onEmbedded?.(done, total));
  const differences = await readDifferences(db, ids, source);
  const trained = trainRewardHead({ differences, targets: Float64Array.from(accepted, ({ target }) => target), prompts: Int32Array.from(accepted, ({ prompt }) => prompt) }, { seed });
  if (trained.head === undefined) throw new PairloopError(trained.reason);
  const embedder = embedderOf(source);
  return { id: await storeHead(db, trained, { projectId, embedder, trainedAt }), embedder, trained };
}

/** The accepted pairs that teach something, in code unit order of their ids; pairs of one prompt have one number. */
async function readAccepted(db: Db, projectId: number): Promise<{ id: string; target: number; prompt: number }[]> {
  const { rows } = await sql<{ id: string; verdict: Verdict; prompt: number }>`
    select pair.id, accepted_pair.verdict, dense_rank() over (order by md5(jsonb_build_array(pair.prompt, pair.messages)::text))::int as prompt
    from accepted_pair join pair on pair.id = accepted_pair.pair_id
    where accepted_pair.project_id = ${projectId} order by pair.id collate "C"`.execute(db);
  return rows.flatMap(({ id, verdict, prompt }) => {
    const target = targetOf(verdict);
    return target === undefined ? [] : [{ id, target, prompt }];
  });
}
