import { z } from 'zod';
import type { Db } from '../../core/database/connect.js';
import { storableJson } from '../../core/database/storable-text.js';

type JournalKind = 'submit' | 'skip' | 'update' | 'delete';

export interface JournalEntry {
  readonly userId: number;
  readonly kind: JournalKind;
  readonly taskId: number;
  readonly annotationId: number | null;
  readonly uniqueId: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Commits a submission to the journal, before it is forwarded. Its outcome is `pending` until Label Studio answered. */
export async function recordSubmission(db: Db, entry: JournalEntry): Promise<number> {
  const row = await db
    .insertInto('journal')
    .values({
      label_studio_user_id: entry.userId,
      kind: entry.kind,
      task_id: entry.taskId,
      annotation_id: entry.annotationId,
      unique_id: entry.uniqueId,
      body: storableJson(judgementOf(entry.body)),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

const JUDGEMENT_FIELDS = ['result', 'lead_time', 'started_at', 'was_cancelled', 'comment'] as const;

/** What the journal keeps of a submission: the judgement (`comment` is a skip's reason, which Label Studio drops), never the pair's text or what else a client sends along. */
function judgementOf(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(JUDGEMENT_FIELDS.filter((name) => name in body).map((name) => [name, body[name]]));
}

interface Outcome {
  readonly outcome: 'pending' | 'stored' | 'refused';
  readonly status: number | null;
  readonly annotationId: number | null;
}

/**
 * What an answer of Label Studio says about a submission: 2xx stored, 4xx refused. Any other answer, and
 * none, leaves open whether it was stored.
 */
export function outcomeOf(status: number, body: Buffer): Outcome {
  if (status >= 200 && status < 300) return { outcome: 'stored', status, annotationId: annotationIdOf(body) };
  return { outcome: status >= 400 && status < 500 ? 'refused' : 'pending', status, annotationId: null };
}

function annotationIdOf(body: Buffer): number | null {
  try {
    return z.object({ id: z.number().int() }).loose().parse(JSON.parse(body.toString('utf8'))).id;
  } catch {
    // A deletion has no body; an unreadable one leaves the id to be found by unique_id.
    return null;
  }
}

/** Writes down what became of a submission. An annotation id that is known already stays. */
export async function completeSubmission(db: Db, journalId: number, now: Date, outcome: Outcome): Promise<void> {
  await db
    .updateTable('journal')
    .set((eb) => ({
      outcome: outcome.outcome,
      status: outcome.status,
      completed_at: outcome.outcome === 'pending' ? null : now,
      annotation_id: eb.fn.coalesce('annotation_id', eb.val(outcome.annotationId)),
    }))
    .where('id', '=', journalId)
    .execute();
}

/** The task and author of an annotation as far as the database knows them: by the journal or by what Label Studio told. */
export async function findAnnotation(db: Db, annotationId: number): Promise<{ taskId: number; userId: number } | undefined> {
  const told = await db
    .selectFrom('annotation')
    .select(['task_id', 'label_studio_user_id'])
    .where('id', '=', annotationId)
    .executeTakeFirst();
  if (told !== undefined && told.task_id !== null && told.label_studio_user_id !== null) {
    return { taskId: told.task_id, userId: told.label_studio_user_id };
  }
  const created = await db
    .selectFrom('journal')
    .select(['task_id', 'label_studio_user_id'])
    .where('annotation_id', '=', annotationId)
    .where('kind', 'in', ['submit', 'skip'])
    .where('outcome', '=', 'stored')
    .executeTakeFirst();
  if (created === undefined || created.task_id === null) return undefined;
  return { taskId: created.task_id, userId: created.label_studio_user_id };
}
