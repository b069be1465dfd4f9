/** What a call of the labeling page is for: `task` reads one by its id, `submission` is a judgement or a skip, new or changed. */
type CallKind = 'next-task' | 'task' | 'submission' | 'draft' | 'other';

export interface PageCall {
  readonly kind: CallKind;
  /** What the address names: the task that is read or of something new, the annotation or draft that is changed. */
  readonly taskId?: number;
  readonly annotationId?: number;
  readonly draftId?: number;
}

/** What a call becomes; its body stays. */
export interface OtherCall {
  readonly method: 'PATCH';
  readonly path: string;
}

/** Learns of the page's calls. Answers reach Label Studio untouched, so `answered` may read only a clone. */
export interface CallWatcher {
  begun?(call: PageCall): void;
  /** Asked right after: the call goes out when the promise is settled, and as it says, if it names another. Never rejects. */
  hold?(call: PageCall): Promise<OtherCall | undefined> | undefined;
  answered?(call: PageCall, reply: Response): void;
  /** No answer came. */
  failed?(call: PageCall): void;
}

/** Tells watchers of all calls that the page makes by `fetch` from now on, and keeps Label Studio from losing work over those that fail. */
export function watchPageCalls(target: Pick<Window, 'fetch'>, watchers: readonly CallWatcher[]): void {
  const original = target.fetch;
  target.fetch = async (...request: Parameters<typeof fetch>): Promise<Response> => {
    const call = recogniseCall(...request);
    for (const watcher of watchers) watcher.begun?.(call);
    const held = watchers.flatMap((watcher) => watcher.hold?.(call) ?? []);
    try {
      const other = held.length === 0 ? undefined : (await Promise.all(held)).find((one) => one !== undefined);
      const reply = await original.apply(window, other === undefined ? request : changed(request, other));
      for (const watcher of watchers) watcher.answered?.(call, reply);
      return call.kind === 'draft' && reply.status >= 500 ? standIn(404) : reply;
    } catch (error) {
      for (const watcher of watchers) watcher.failed?.(call);
      if (call.kind === 'submission') return standIn(503);
      if (call.kind === 'draft') return standIn(404);
      throw error;
    }
  };
}

function changed([input, init]: Parameters<typeof fetch>, { method, path }: OtherCall): Parameters<typeof fetch> {
  return input instanceof Request ? [new Request(path, new Request(input, { method })), init] : [path, { ...init, method }];
}

/**
 * The answer to a call that got none. As Label Studio 1.23.2 was seen to behave:
 * - a submission whose connection breaks counts as done: it goes on to the next task and drops the work. After
 *   a 503 it says that nothing was saved and keeps it.
 * - a draft whose connection breaks is waited for without end, and no Submit goes out any more; after a
 *   server's error a window opens over the work at each draft. After a 404 it goes on quietly.
 */
function standIn(status: 404 | 503): Response {
  return Response.json({ detail: 'Not saved: there is no connection. Your work stays in this page.' }, { status });
}

const NEXT = /^\/api\/dm\/actions$/;
const TASK = /^\/api\/tasks\/(?<taskId>\d+)$/;
const SAVING: readonly { readonly kind: CallKind; readonly path: RegExp }[] = [
  { kind: 'submission', path: /^\/api\/tasks\/(?<taskId>\d+)\/annotations$/ },
  { kind: 'submission', path: /^\/api\/annotations\/(?<annotationId>\d+)$/ },
  { kind: 'draft', path: /^\/api\/tasks\/(?<taskId>\d+)(?:\/annotations\/(?<annotationId>\d+))?\/drafts$/ },
  { kind: 'draft', path: /^\/api\/drafts\/(?<draftId>\d+)$/ },
];

function recogniseCall(input: RequestInfo | URL, init?: RequestInit): PageCall {
  const url = new URL(input instanceof Request ? input.url : String(input), window.location.href);
  const method = (init?.method ?? (input instanceof Request ? input.method : 'GET')).toUpperCase();
  if (url.origin !== window.location.origin) return { kind: 'other' };
  const path = url.pathname.replace(/\/$/, '');
  const task = method === 'GET' ? TASK.exec(path) : null;
  if (task !== null) return { kind: 'task', ...numbersOf(task.groups ?? {}) };
  if (method !== 'POST' && method !== 'PATCH') return { kind: 'other' };
  if (NEXT.test(path) && url.searchParams.get('id') === 'next_task') return { kind: 'next-task' };
  for (const { kind, path: pattern } of SAVING) {
    const found = pattern.exec(path);
    if (found !== null) return { kind, ...numbersOf(found.groups ?? {}) };
  }
  return { kind: 'other' };
}

function numbersOf(groups: Readonly<Record<string, string | undefined>>): Record<string, number> {
  return Object.fromEntries(Object.entries(groups).flatMap(([name, digits]) => (digits === undefined ? [] : [[name, Number(digits)]])));
}
