import { Refusal } from './refusal.js';

/**
 * What a request to Label Studio means to Pairloop. `change` is an update or a deletion of an
 * annotation (turning it back into a draft deletes it); `session` starts or ends a login.
 */
export type Call =
  | { readonly kind: 'next-task'; readonly projectId: number }
  | { readonly kind: 'create'; readonly taskId: number; readonly skipped: boolean }
  | { readonly kind: 'change'; readonly annotationId: number; readonly change: 'update' | 'delete' }
  | { readonly kind: 'session' }
  | { readonly kind: 'other' };

const ANNOTATIONS = /^\/api\/tasks\/(\d+)\/annotations\/?$/;
const ANNOTATION = /^\/api\/annotations\/(\d+)\/?$/;
const CONVERT = /^\/api\/annotations\/(\d+)\/convert-to-draft\/?$/;
const NEXT = /^\/api\/projects\/(\d+)\/next\/?$/;
const ACTIONS = /^\/api\/dm\/actions\/?$/;
const SESSION = /^\/(user\/(login|signup)|logout)\/?$/;

/**
 * Recognises the calls of the labeling page, by method and path as Django reads them: the path is
 * decoded once, a trailing slash is optional, the last of a repeated parameter counts.
 *
 * @throws Refusal (400) for a path that could mean one thing here and another upstream.
 */
export function recogniseCall(method: string, url: string): Call {
  const [path, search] = splitUrl(url);
  if (method === 'GET') return numbered(NEXT, path, (projectId) => ({ kind: 'next-task', projectId })) ?? session(path);
  if (method === 'POST') return recognisePost(path, new URLSearchParams(search));
  const change = method === 'DELETE' ? 'delete' : method === 'PATCH' || method === 'PUT' ? 'update' : undefined;
  if (change === undefined) return { kind: 'other' };
  return numbered(ANNOTATION, path, (annotationId) => ({ kind: 'change', annotationId, change })) ?? { kind: 'other' };
}

function recognisePost(path: string, parameters: URLSearchParams): Call {
  const last = (name: string): string | undefined => parameters.getAll(name).at(-1);
  if (ACTIONS.test(path) && last('id') === 'next_task') {
    const projectId = Number(last('project') ?? '');
    return Number.isSafeInteger(projectId) && projectId > 0 ? { kind: 'next-task', projectId } : { kind: 'other' };
  }
  const skipped = isTrue(last('was_cancelled'));
  return (
    numbered(ANNOTATIONS, path, (taskId) => ({ kind: 'create', taskId, skipped })) ??
    numbered(CONVERT, path, (annotationId) => ({ kind: 'change', annotationId, change: 'delete' })) ??
    session(path)
  );
}

function session(path: string): Call {
  return SESSION.test(path) ? { kind: 'session' } : { kind: 'other' };
}

function numbered(pattern: RegExp, path: string, make: (id: number) => Call): Call | undefined {
  const digits = pattern.exec(path)?.[1];
  return digits === undefined ? undefined : make(Number(digits));
}

/** Label Studio reads these words as true, in any case, in a query and in a body. */
export function isTrue(value: unknown): boolean {
  return ['1', 'true', 'yes', 'on', 't', 'y'].includes(String(value).toLowerCase());
}

/** Decoded path and raw query. The proxy resolves `..`, `//` and `\`, so such a path would be judged as another than is sent. */
export function splitUrl(url: string): [path: string, search: string] {
  const mark = url.indexOf('?');
  const raw = mark < 0 ? url : url.slice(0, mark);
  const path = decode(raw);
  if (path === undefined || !path.startsWith('/') || path.startsWith('//') || /\\|[/]\.{1,2}(?:[/]|$)/.test(path)) {
    throw new Refusal(400, `The path ${JSON.stringify(raw.slice(0, 200))} is not in its plain form; ask for the plain path.`);
  }
  return [path, mark < 0 ? '' : url.slice(mark + 1)];
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
