import { previewChoicesSchema, previewedRubricSchema, previewFaultSchema, type PreviewedRubric } from '../../preview/preview-reply.js';

/** A rubric as the preview's server has it now, or why it cannot be shown. */
export type Asked = { readonly found: PreviewedRubric } | { readonly fault: string };

/**
 * @throws Error when the server does not answer, or not with rubrics.
 */
export async function askRubrics(fetchIt: typeof fetch): Promise<readonly string[]> {
  const reply = await fetchIt('/api/rubrics');
  return previewChoicesSchema.parse(await reply.json()).rubrics;
}

/** Asks for a rubric; a server that is gone is a fault like any other, said in words. */
export async function askRubric(name: string, fetchIt: typeof fetch): Promise<Asked> {
  const reply = await fetchIt(`/api/rubric?name=${encodeURIComponent(name)}`).catch(() => undefined);
  if (reply === undefined) return { fault: 'The preview has ended; start it again with `pairloop label-config preview`.' };
  const body: unknown = await reply.json().catch(() => undefined);
  if (reply.ok) return { found: previewedRubricSchema.parse(body) };
  const fault = previewFaultSchema.safeParse(body);
  return { fault: fault.success ? fault.data.error : `The preview's server answered ${reply.status}.` };
}
