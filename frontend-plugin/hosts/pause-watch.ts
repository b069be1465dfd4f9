import { z } from 'zod';

const pausedSchema = z.object({ detail: z.string(), display_context: z.object({ reason: z.literal('PAUSED') }) });

/**
 * Watches the answers to Label Studio's calls for the next task and reports whether the annotator is
 * paused: the reason, or null when a task was served. Answers reach Label Studio untouched.
 */
export function watchPauses(target: Pick<Window, 'fetch'>, report: (reason: string | null) => void): void {
  const original = target.fetch;
  target.fetch = async (...call: Parameters<typeof fetch>): Promise<Response> => {
    const reply = await original.apply(window, call);
    if (isNextTask(call[0])) void pauseReason(reply).then(report);
    return reply;
  };
}

function isNextTask(input: RequestInfo | URL): boolean {
  const url = new URL(input instanceof Request ? input.url : String(input), window.location.href);
  return url.pathname.replace(/\/$/, '') === '/api/dm/actions' && url.searchParams.get('id') === 'next_task';
}

async function pauseReason(reply: Response): Promise<string | null> {
  if (reply.status !== 403) return null;
  const body: unknown = await reply.clone().json().catch(() => undefined);
  const paused = pausedSchema.safeParse(body);
  return paused.success ? paused.data.detail : null;
}
