import { z } from 'zod';

/*
 * What Label Studio 1.23.2 sends to an ML backend (its ml/api_connector.py), as far as Pairloop reads it.
 * The rest is neither kept nor logged: a setup carries an API token, a task its text.
 */

/** A project as `id.timestamp` of its creation; read as the id. */
const projectUid = z
  .string()
  .regex(/^\d{1,9}(\.\d+)?$/, 'must be the project as id.timestamp')
  .transform((uid) => Number.parseInt(uid, 10));

const TASKS_MAX = 100_000;

export const predictRequestSchema = z.object({
  tasks: z.array(z.object({ id: z.int32() }), 'must be the list of tasks').max(TASKS_MAX),
  project: projectUid,
});

export const setupRequestSchema = z.object({ project: projectUid });

/** One prediction: nothing to show in the editor, only a place in the ranking. */
export interface RankingPrediction {
  readonly result: readonly [];
  readonly score: number;
  readonly model_version: string;
}
