import { z } from 'zod';
import type { CallWatcher } from './page-calls.js';

const pausedSchema = z.object({ detail: z.string(), display_context: z.object({ reason: z.literal('PAUSED') }) });

/** Reports, at each answer to the call for the next task, whether the annotator is paused: the reason, or null when a task was served. */
export function watchPauses(report: (reason: string | null) => void): CallWatcher {
  return {
    answered(call, reply) {
      if (call.kind === 'next-task') void pauseReason(reply).then(report);
    },
  };
}

async function pauseReason(reply: Response): Promise<string | null> {
  if (reply.status !== 403) return null;
  const body: unknown = await reply.clone().json().catch(() => undefined);
  const paused = pausedSchema.safeParse(body);
  return paused.success ? paused.data.detail : null;
}
