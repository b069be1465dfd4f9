import { isDeepStrictEqual } from 'node:util';
import type { Db } from '../../core/database/connect.js';
import type { LabelStudioClient } from '../../core/label-studio/client.js';
import type { AnnotationWire } from '../../core/label-studio/wire.js';
import { completeSubmission } from './journal.js';

/**
 * A submission that Label Studio does not show after this long was not stored: longer than a forwarded
 * request may take. Before, it stays pending.
 */
const GIVEN_UP_AFTER_MS = 120_000;
const ROWS_MAX = 500;
const TASKS_PER_EXPORT = 50;

export interface Settled {
  readonly stored: number;
  readonly refused: number;
  /** Rows whose outcome is still open. */
  readonly pending: number;
}

interface SettleDeps {
  readonly db: Db;
  readonly client: Pick<LabelStudioClient, 'exportTasks'>;
  readonly now: () => Date;
}

interface OpenRow {
  readonly id: number;
  readonly received_at: Date;
  readonly kind: 'submit' | 'skip' | 'update' | 'delete';
  readonly task_id: number;
  readonly annotation_id: number | null;
  readonly unique_id: string | null;
  readonly status: number | null;
  readonly body: unknown;
}

/**
 * Settles journal rows whose outcome is open, by looking their annotations up at Label Studio: a new one
 * by its unique_id, an update by its result, a deletion by its absence. Rows younger than `olderThanMs`
 * are left to the request that may still be under way; at most 500 are settled in one call.
 *
 * @throws PairloopError when Label Studio cannot be reached; every row then stays as it was.
 */
export async function settlePending(deps: SettleDeps, olderThanMs = 5_000): Promise<Settled> {
  const counts = { stored: 0, refused: 0, pending: 0 };
  for (const [projectId, rows] of await openRows(deps, olderThanMs)) {
    const annotations = await annotationsOf(deps, projectId, [...new Set(rows.map((row) => row.task_id))]);
    for (const row of rows) {
      const outcome = judge(row, annotations, deps.now());
      counts[outcome.outcome] += 1;
      if (outcome.outcome !== 'pending') await completeSubmission(deps.db, row.id, deps.now(), { ...outcome, status: row.status });
    }
  }
  return counts;
}

/**
 * Open rows by Label Studio project: pending ones, and those that were given up although a repetition was
 * then refused as a duplicate, which shows that the first one had been stored after all.
 */
async function openRows(deps: SettleDeps, olderThanMs: number): Promise<Map<number, OpenRow[]>> {
  const rows = await deps.db
    .selectFrom('journal')
    .innerJoin('batch_item', 'batch_item.task_id', 'journal.task_id')
    .innerJoin('batch', 'batch.id', 'batch_item.batch_id')
    .innerJoin('project', 'project.id', 'batch.project_id')
    .select(['journal.id', 'received_at', 'journal.kind', 'annotation_id', 'unique_id', 'status', 'body', 'project.label_studio_id'])
    .select((eb) => eb.ref('journal.task_id').$notNull().as('task_id'))
    .where('received_at', '<', new Date(deps.now().getTime() - olderThanMs))
    .where((eb) =>
      eb.or([
        eb('outcome', '=', 'pending'),
        eb.and([
          eb('outcome', '=', 'refused'),
          eb('status', 'is', null),
          eb.exists(
            eb
              .selectFrom('journal as again')
              .select('again.id')
              .whereRef('again.unique_id', '=', 'journal.unique_id')
              .where('again.status', '=', 409)
              .whereRef('again.completed_at', '>', 'journal.completed_at'),
          ),
        ]),
      ]),
    )
    .orderBy('journal.id')
    .limit(ROWS_MAX)
    .execute();
  const byProject = new Map<number, OpenRow[]>();
  for (const row of rows) byProject.set(row.label_studio_id, [...(byProject.get(row.label_studio_id) ?? []), row]);
  return byProject;
}

async function annotationsOf(deps: SettleDeps, projectId: number, taskIds: number[]): Promise<AnnotationWire[]> {
  const found: AnnotationWire[] = [];
  for (let start = 0; start < taskIds.length; start += TASKS_PER_EXPORT) {
    const tasks = await deps.client.exportTasks(projectId, taskIds.slice(start, start + TASKS_PER_EXPORT));
    found.push(...tasks.flatMap((task) => task.annotations));
  }
  return found;
}

function judge(row: OpenRow, annotations: readonly AnnotationWire[], now: Date): { outcome: 'stored' | 'refused' | 'pending'; annotationId: number | null } {
  const found = annotations.find((one) => (row.unique_id === null ? one.id === row.annotation_id : one.unique_id === row.unique_id));
  if (isCarriedOut(row, found)) return { outcome: 'stored', annotationId: found?.id ?? null };
  const isOld = now.getTime() - row.received_at.getTime() > GIVEN_UP_AFTER_MS;
  return { outcome: isOld ? 'refused' : 'pending', annotationId: null };
}

function isCarriedOut(row: OpenRow, found: AnnotationWire | undefined): boolean {
  if (row.kind === 'delete') return found === undefined;
  if (found === undefined || row.kind !== 'update') return found !== undefined;
  const { result } = row.body as { result?: unknown };
  return result === undefined || isDeepStrictEqual(result, found.result);
}
