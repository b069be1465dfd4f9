import { randomInt, randomUUID } from 'node:crypto';
import type { Insertable } from 'kysely';
import type { Db } from '../../core/database/connect.js';
import type { PairTable } from '../../core/database/tables.js';
import type { Strength, Verdict } from '../../core/domain/verdict.js';
import type { Queue } from '../../core/queue.js';
import { ensureRater } from '../../webhooks/quality/rater.js';
import { voteChanged } from '../../webhooks/quality/vote-changed.js';

let nextNumber = 1;
/** A number no other call in this process has given. */
const unique = (): number => (nextNumber += 1);

type NewPair = Pick<Insertable<PairTable>, 'id'> & Partial<Insertable<PairTable>>;

/** Stores pairs as an import would: consented, redacted, unless said otherwise. */
export async function insertPairs(db: Db, pairs: readonly NewPair[]): Promise<void> {
  const { id: importId } = await db
    .insertInto('pair_import')
    .values({ file_name: 'example.jsonl', content_sha256: 'none', pair_count: pairs.length })
    .returning('id')
    .executeTakeFirstOrThrow();
  for (let start = 0; start < pairs.length; start += 1_000) {
    await db.insertInto('pair').values(pairs.slice(start, start + 1_000).map((pair) => toRow(pair, importId))).execute();
  }
}

function toRow(pair: NewPair, importId: number): Insertable<PairTable> {
  return {
    purpose: 'pool',
    opaque_id: randomUUID(),
    import_id: importId,
    domain: 'support',
    prompt: `How do I reset ${pair.id}?`,
    response_a: `Answer one to ${pair.id}`,
    response_b: `Answer two to ${pair.id}`,
    sides_swapped: false,
    safety_flags: '[]',
    consent: JSON.stringify({ basis: 'synthetic' }),
    redaction_version: 'test-1',
    content_sha256: `hash of ${pair.id}`,
    ...pair,
  };
}

export interface ExampleProject {
  readonly id: number;
  readonly labelStudioId: number;
  /** Items of its one shipped batch by pair id. */
  readonly items: ReadonlyMap<string, { readonly id: number; readonly taskId: number }>;
}

/** A project with one shipped batch of new pairs, without a Label Studio. Ids that start with `gold` are gold items that accept `a`. */
export async function insertProject(db: Db, pairIds: readonly string[], settings: Record<string, unknown> = {}): Promise<ExampleProject> {
  await insertPairs(db, pairIds.map((id) => ({ id, purpose: id.startsWith('gold') ? 'gold' : 'pool' })));
  const gold = pairIds.filter((id) => id.startsWith('gold'));
  if (gold.length > 0) {
    const answer = { accepted_verdicts: '["a"]', explanation: 'A answers, B does not.', author: 'tests' };
    await db.insertInto('gold_item').values(gold.map((id) => ({ pair_id: id, ...answer }))).execute();
  }
  const project = await db
    .insertInto('project')
    .values({
      label_studio_id: unique(),
      title: `Example ${unique()}`,
      rubric: 'support',
      guideline_version: '1',
      guideline_sha256: 'abc',
      label_config_hash: 'def',
      ...settings,
    })
    .returning(['id', 'label_studio_id'])
    .executeTakeFirstOrThrow();
  return { id: project.id, labelStudioId: project.label_studio_id, items: await insertBatch(db, project.id, pairIds) };
}

/** A shipped batch of pairs that are there already. */
async function insertBatch(db: Db, projectId: number, pairIds: readonly string[]): Promise<ExampleProject['items']> {
  const batch = await db
    .insertInto('batch')
    .values({ project_id: projectId, state: 'shipped', shipped_at: new Date() })
    .returning('id')
    .executeTakeFirstOrThrow();
  const items = new Map<string, { id: number; taskId: number }>();
  for (let start = 0; start < pairIds.length; start += 1_000) {
    const rows = pairIds.slice(start, start + 1_000).map((id, index) => ({
      batch_id: batch.id,
      pair_id: id,
      kind: id.startsWith('gold') ? ('gold' as const) : ('pair' as const),
      position: start + index,
      task_id: 1_000_000 + unique(),
    }));
    const stored = await db.insertInto('batch_item').values(rows).returning(['id', 'pair_id', 'task_id']).execute();
    for (const row of stored) items.set(row.pair_id, { id: row.id, taskId: row.task_id! });
  }
  return items;
}

interface NewVote {
  readonly pairId: string;
  readonly userId: number;
  /** `skip` stores a skip. */
  readonly verdict: Verdict | 'skip';
  readonly strength?: Strength;
  readonly flags?: { readonly a: readonly string[]; readonly b: readonly string[] };
  readonly counted?: boolean;
  readonly submittedAt?: Date;
  /** Left out: a new annotation; given: that one again. */
  readonly annotationId?: number;
}

/** A queue that keeps nothing, for tests that look at the tables only. */
const NO_QUEUE: Pick<Queue, 'send'> = { send: () => Promise.resolve() };

/** Stores a vote as the intake does, with what follows from it. Returns its annotation id. */
export async function castVote(db: Db, project: ExampleProject, vote: NewVote, queue: Pick<Queue, 'send'> = NO_QUEUE): Promise<number> {
  const item = project.items.get(vote.pairId)!;
  const annotationId = vote.annotationId ?? unique();
  await db.transaction().execute(async (tx) => {
    const { id: raterId } = await ensureRater(tx, vote.userId);
    await tx
      .insertInto('annotation')
      .values({ id: annotationId, task_id: item.taskId, label_studio_user_id: vote.userId })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const values = {
      state: vote.verdict === 'skip' ? ('skipped' as const) : ('cast' as const),
      verdict: vote.verdict === 'skip' ? null : vote.verdict,
      strength: vote.strength ?? null,
      flags: JSON.stringify(vote.flags ?? { a: [], b: [] }),
      submitted_at: vote.submittedAt ?? new Date(),
      counted: vote.counted ?? true,
    };
    await tx
      .insertInto('vote')
      .values({ annotation_id: annotationId, project_id: project.id, batch_item_id: item.id, pair_id: vote.pairId, rater_id: raterId, ...values })
      .onConflict((conflict) => conflict.column('annotation_id').doUpdateSet(values))
      .execute();
    await voteChanged(tx, { projectId: project.id, batchItemId: item.id, pairId: vote.pairId, raterId, annotationId }, queue);
  });
  return annotationId;
}

/** Takes a vote back as the intake does when its annotation is deleted. */
export async function withdrawVote(db: Db, project: ExampleProject, annotationId: number, queue: Pick<Queue, 'send'> = NO_QUEUE): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const vote = await tx.deleteFrom('vote').where('annotation_id', '=', annotationId).returningAll().executeTakeFirstOrThrow();
    await tx.updateTable('annotation').set({ deleted_at: new Date() }).where('id', '=', annotationId).execute();
    const change = { projectId: project.id, batchItemId: vote.batch_item_id, pairId: vote.pair_id, raterId: vote.rater_id, annotationId };
    await voteChanged(tx, change, queue);
  });
}

/** A Label Studio user id that no other test uses. */
export function newUserId(): number {
  return unique() * 1_000 + randomInt(1_000);
}
