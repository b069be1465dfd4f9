import { z } from 'zod';
import { rubricSchema } from '../../core/domain/rubric.js';
import { displayedOrderSchema } from '../../core/domain/verdict.js';

const presentationSchema = z.discriminatedUnion('managed', [
  z.object({ managed: z.literal(false) }),
  z.object({
    managed: z.literal(true),
    displayed: displayedOrderSchema,
    rubric: rubricSchema,
    guideline: z.object({ version: z.string(), sha256: z.string(), markdown: z.string() }),
    label_config_hash: z.string(),
  }),
]);
export type PresentationReply = z.infer<typeof presentationSchema>;

/**
 * Asks the gateway how a task is to be shown to the annotator of this session.
 *
 * @throws Error when the gateway does not answer, refuses, or answers in another shape.
 */
export async function askPresentation(taskId: number, fetchIt: typeof fetch): Promise<PresentationReply> {
  const reply = await fetchIt(`/pairloop/api/presentation?task=${taskId}`, { headers: { accept: 'application/json' } });
  if (!reply.ok) throw new Error(`the gateway answered ${reply.status}`);
  return presentationSchema.parse(await reply.json());
}
