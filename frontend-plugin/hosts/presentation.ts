import { z } from 'zod';
import { rubricSchema } from '../../core/domain/rubric.js';
import { displayedOrderSchema } from '../../core/domain/verdict.js';

const presentationSchema = z.discriminatedUnion('managed', [
  z.object({ managed: z.literal(false) }),
  z.object({
    managed: z.literal(true),
    displayed: displayedOrderSchema,
    rubric: rubricSchema,
    guideline: z.object({
      version: z.string(),
      sha256: z.string(),
      markdown: z.string(),
      changed_from: z.string().nullable(),
      acknowledged_at: z.iso.datetime().nullable(),
    }),
    label_config_hash: z.string(),
    progress: z.object({ done_today: z.number(), batch_done: z.number(), batch_size: z.number() }).nullable(),
  }),
]);
export type PresentationReply = z.infer<typeof presentationSchema>;

/**
 * Asks the gateway how a task is to be shown to the annotator of this session.
 *
 * @throws Error when the gateway does not answer, refuses, or answers in another shape.
 */
export async function askPresentation(taskId: number, fetchIt: typeof fetch): Promise<PresentationReply> {
  const today = new Date(new Date().setHours(0, 0, 0, 0)).toISOString();
  const reply = await fetchIt(`/pairloop/api/presentation?task=${taskId}&today=${encodeURIComponent(today)}`, { headers: { accept: 'application/json' } });
  if (!reply.ok) throw new Error(`the gateway answered ${reply.status}`);
  return presentationSchema.parse(await reply.json());
}

const acknowledgementSchema = z.object({ acknowledged_at: z.iso.datetime() });
const refusalSchema = z.object({ detail: z.string() });

/**
 * Records at the gateway that the annotator of this session has read a guideline; resolves with the time stored.
 *
 * @throws Error when the gateway does not answer, or refuses: then with its reason.
 */
export async function acknowledgeGuideline(taskId: number, sha256: string, fetchIt: typeof fetch): Promise<string> {
  const reply = await fetchIt('/pairloop/api/acknowledgement', {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({ task: taskId, guideline_sha256: sha256 }),
  });
  if (!reply.ok) {
    const refusal = refusalSchema.safeParse(await reply.json().catch(() => undefined));
    throw new Error(refusal.success ? refusal.data.detail : `the gateway answered ${reply.status}`);
  }
  return acknowledgementSchema.parse(await reply.json()).acknowledged_at;
}

const REMEMBERED_MAX = 50;

/**
 * Asks as `ask` does, and answers what it said before about a task while it cannot be reached: Label Studio makes its
 * editor anew also after a submission that failed, and the work in it must not change its looks then.
 */
export function rememberPresentations(ask: (taskId: number) => Promise<PresentationReply>): (taskId: number) => Promise<PresentationReply> {
  const remembered = new Map<number, PresentationReply>();
  return async (taskId) => {
    try {
      const reply = await ask(taskId);
      remembered.delete(taskId);
      remembered.set(taskId, reply);
      for (const old of [...remembered.keys()].slice(0, -REMEMBERED_MAX)) remembered.delete(old);
      return reply;
    } catch (error) {
      const reply = remembered.get(taskId);
      if (reply === undefined) throw error;
      return reply;
    }
  };
}
