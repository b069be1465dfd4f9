import axios, { isAxiosError, type AxiosInstance, type AxiosRequestConfig } from 'axios';
import { z } from 'zod';
import { PairloopError, messageOf } from '../errors.js';
import { OWN_CONNECTION } from '../own-connection.js';
import {
  annotationSchema,
  mlBackendSchema,
  predictionSchema,
  projectSchema,
  projectSummarySchema,
  taskSchema,
  userSchema,
  webhookSchema,
  type AnnotationWire,
  type PredictionWire,
  type MlBackendWire,
  type ProjectSummaryWire,
  type ProjectWire,
  type TaskWire,
  type UserWire,
  type WebhookWire,
} from './wire.js';

const PAGE_SIZE = 200;
const TIMEOUT_MS = 30_000;
const ALL_TASKS_TIMEOUT_MS = 600_000;

export interface LabelStudioAccess {
  readonly url: string;
  /** A legacy token, or a personal access token (a JWT refresh token). */
  readonly apiKey: string;
}

/** A task to create, with the predictions that order it: the lowest score comes first in Label Studio's own queue. */
export interface NewTask {
  readonly data: object;
  readonly predictions?: readonly { readonly model_version: string; readonly score: number; readonly result: readonly unknown[] }[];
}

/**
 * Label Studio's HTTP API, as far as Pairloop needs it. Replies are parsed at this edge. Every method
 * throws PairloopError with one sentence when Label Studio cannot be reached, refuses the key or the
 * request, or answers in a shape that is not known.
 */
export class LabelStudioClient {
  private readonly http: AxiosInstance;
  private authorization: Promise<string> | undefined;

  constructor(private readonly access: LabelStudioAccess) {
    this.http = axios.create({ ...OWN_CONNECTION, baseURL: access.url, timeout: TIMEOUT_MS, maxRedirects: 0 });
  }

  async version(): Promise<string> {
    const reply = await this.call({ url: '/api/version' }, z.object({ release: z.string() }).loose());
    return reply.release;
  }

  whoami(): Promise<UserWire> {
    return this.call({ url: '/api/current-user/whoami' }, userSchema);
  }

  /**
   * Whether Label Studio would call an address for webhooks or for an ML backend: undefined when it would, else its
   * reason. By default it refuses private addresses. Nothing is made: the request has a fault that is looked at after
   * the address.
   */
  async addressRefusal(purpose: 'webhook' | 'ml-backend', url: string): Promise<string | undefined> {
    const probe =
      purpose === 'webhook'
        ? { url: '/api/webhooks/', data: { url, actions: ['PAIRLOOP_PROBE'] } }
        : { url: '/api/ml', data: { url, is_interactive: 'pairloop probe' } };
    try {
      await this.call({ method: 'POST', ...probe }, z.unknown());
      return undefined;
    } catch (error) {
      if (!(error instanceof LabelStudioError)) throw error;
      if (error.status === 400) return undefined;
      if (error.status === 403) return error.message;
      throw error;
    }
  }

  /** The organization's invitation: its token makes the sign-up form accept a new member. */
  invitation(): Promise<{ token: string }> {
    return this.call({ url: '/api/invite' }, z.object({ token: z.string() }).loose());
  }

  /** Every account Label Studio knows. */
  users(): Promise<UserWire[]> {
    return this.call({ url: '/api/users' }, z.array(userSchema));
  }

  createProject(settings: { title: string } & Record<string, unknown>): Promise<ProjectWire> {
    return this.call({ method: 'POST', url: '/api/projects', data: settings }, projectSchema);
  }

  project(id: number): Promise<ProjectWire> {
    return this.call({ url: `/api/projects/${id}` }, projectSchema);
  }

  projectSummary(id: number): Promise<ProjectSummaryWire> {
    return this.call({ url: `/api/projects/${id}/summary/` }, projectSummarySchema);
  }

  /** Changing a project's overlap makes Label Studio go through all of its tasks before it answers. */
  updateProject(id: number, settings: Record<string, unknown>): Promise<ProjectWire> {
    return this.call({ method: 'PATCH', url: `/api/projects/${id}`, data: settings, timeout: ALL_TASKS_TIMEOUT_MS }, projectSchema);
  }

  /** Checks a label config as Label Studio does before it stores one; throws its reason. Nothing is made. */
  async validateLabelConfig(xml: string): Promise<void> {
    await this.call({ method: 'POST', url: '/api/projects/validate', data: { label_config: xml } }, z.unknown());
  }

  async projects(): Promise<ProjectWire[]> {
    const page = z.object({ count: z.number(), results: z.array(projectSchema) });
    const found: ProjectWire[] = [];
    for (let number = 1; ; number += 1) {
      const reply = await this.call({ url: '/api/projects', params: { page: number, page_size: PAGE_SIZE } }, page);
      found.push(...reply.results);
      if (found.length >= reply.count || reply.results.length === 0) return found;
    }
  }

  /** Creates tasks and their predictions, all or none; the returned ids are in the order of `tasks`. */
  async importTasks(projectId: number, tasks: readonly NewTask[]): Promise<number[]> {
    if (tasks.length === 0) return [];
    const reply = await this.call(
      {
        method: 'POST',
        url: `/api/projects/${projectId}/import`,
        params: { return_task_ids: true, commit_to_project: true },
        data: tasks,
      },
      z.object({ task_ids: z.array(z.number().int()) }).loose(),
    );
    return reply.task_ids;
  }

  async deleteTasks(projectId: number, ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    const request = { method: 'POST', url: '/api/dm/actions', params: { id: 'delete_tasks', project: projectId } };
    await this.call({ ...request, data: { selectedItems: { all: false, included: ids } } }, z.unknown());
  }

  task(id: number): Promise<TaskWire> {
    return this.call({ url: `/api/tasks/${id}` }, taskSchema);
  }

  /**
   * The tasks of a project with their annotations, skips included but no `unique_id`, page by page, so that
   * memory stays bounded. With `updatedAfter` only those touched since: an annotation made, changed,
   * skipped, deleted or made a draft again touches its task, by Label Studio's clock.
   */
  tasks(projectId: number, updatedAfter?: Date): AsyncGenerator<TaskWire[]> {
    return this.taskPages(projectId, updatedAfter === undefined ? {} : touchedSince(updatedAfter));
  }

  /** The same for those tasks alone that have an annotation or were skipped; with `texts` those whose annotations hold one of them. */
  annotatedTasks(projectId: number, texts?: readonly string[]): AsyncGenerator<TaskWire[]> {
    return this.taskPages(projectId, texts === undefined ? ANNOTATED : filtered('or', texts.map(inResults)));
  }

  /**
   * How many tasks of a project have annotations whose results, as JSON text, hold all of these words: an upper bound for
   * the tasks that use a control or a choice, because a rationale may hold the same word. One query of Label Studio's
   * database (0.5 s for 5,000 tasks), where reading those tasks takes it 30 ms each. Only for words in ASCII without quotes.
   */
  async countTasksHolding(projectId: number, words: readonly string[]): Promise<number> {
    return this.countTasks(projectId, filtered('and', words.map(inResults)));
  }

  /** How many tasks of a project have no such field in their data, or an empty one. */
  async tasksLacking(projectId: number, field: string): Promise<number> {
    return this.countTasks(projectId, filtered('and', [{ filter: `filter:tasks:data.${field}`, operator: 'empty', type: 'String', value: true }]));
  }

  private async countTasks(projectId: number, query: { query: string }): Promise<number> {
    const params = { project: projectId, page: 1, page_size: 1, fields: 'task_only', include: 'id', ...query };
    return (await this.call({ url: '/api/tasks', params }, z.object({ total: z.number() }).loose())).total;
  }

  private async *taskPages(projectId: number, query: { query?: string }): AsyncGenerator<TaskWire[]> {
    const page = z.object({ total: z.number(), tasks: z.array(taskSchema) }).loose();
    let seen = 0;
    for (let number = 1; ; number += 1) {
      const params = { project: projectId, page: number, page_size: PAGE_SIZE, fields: 'all', ...query };
      const reply = await this.call({ url: '/api/tasks', params }, page);
      if (reply.tasks.length > 0) yield reply.tasks;
      seen += reply.tasks.length;
      if (seen >= reply.total || reply.tasks.length === 0) return;
    }
  }

  annotation(id: number): Promise<AnnotationWire> {
    return this.call({ url: `/api/annotations/${id}` }, annotationSchema);
  }

  /** Some tasks of a project with their annotations, skips included. Only an export tells an annotation's `unique_id`. */
  exportTasks(projectId: number, taskIds: readonly number[]): Promise<TaskWire[]> {
    const params = new URLSearchParams({ exportType: 'JSON', download_all_tasks: 'true' });
    for (const id of taskIds) params.append('ids[]', String(id));
    return this.call({ url: `/api/projects/${projectId}/export`, params }, z.array(taskSchema));
  }

  createAnnotation(taskId: number, body: Record<string, unknown>): Promise<AnnotationWire> {
    return this.call({ method: 'POST', url: `/api/tasks/${taskId}/annotations`, data: body }, annotationSchema);
  }

  predictions(projectId: number): Promise<PredictionWire[]> {
    return this.call({ url: '/api/predictions', params: { project: projectId } }, z.array(predictionSchema));
  }

  async updatePrediction(id: number, change: { score: number; cluster?: number }): Promise<void> {
    await this.call({ method: 'PATCH', url: `/api/predictions/${id}`, data: change }, predictionSchema);
  }

  webhooks(projectId: number): Promise<WebhookWire[]> {
    return this.call({ url: '/api/webhooks', params: { project: projectId } }, z.array(webhookSchema));
  }

  createWebhook(settings: {
    project: number;
    url: string;
    headers: Record<string, string>;
  }): Promise<WebhookWire> {
    const data = { ...settings, send_payload: true, send_for_all_actions: true, is_active: true };
    return this.call({ method: 'POST', url: '/api/webhooks', data }, webhookSchema);
  }

  async deleteWebhook(id: number): Promise<void> {
    await this.call({ method: 'DELETE', url: `/api/webhooks/${id}` }, z.unknown());
  }

  mlBackends(projectId: number): Promise<MlBackendWire[]> {
    return this.call({ url: '/api/ml', params: { project: projectId } }, z.array(mlBackendSchema));
  }

  createMlBackend(settings: { project: number; url: string; title: string } & Record<string, unknown>): Promise<MlBackendWire> {
    return this.call({ method: 'POST', url: '/api/ml', data: settings }, mlBackendSchema);
  }

  async deleteMlBackend(id: number): Promise<void> {
    await this.call({ method: 'DELETE', url: `/api/ml/${id}` }, z.unknown());
  }

  private async call<T>(request: AxiosRequestConfig, schema: z.ZodType<T>): Promise<T> {
    const where = `${request.method ?? 'GET'} ${request.url ?? '/'}`;
    const reply = await this.request(request, where, true);
    const parsed = schema.safeParse(reply);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw new PairloopError(
      `Label Studio at ${this.access.url} answered ${where} in an unknown shape (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}); Pairloop is tested with 1.23.2.`,
    );
  }

  private async request(request: AxiosRequestConfig, where: string, mayRenew: boolean): Promise<unknown> {
    this.authorization ??= this.authorize();
    const authorization = await this.authorization.catch((error: unknown) => {
      this.authorization = undefined;
      throw error;
    });
    try {
      const reply = await this.http.request<unknown>({ ...request, headers: { ...request.headers, authorization } });
      return reply.data;
    } catch (error) {
      const expired = isAxiosError(error) && error.response?.status === 401 && authorization.startsWith('Bearer ');
      if (expired && mayRenew) {
        this.authorization = undefined;
        return this.request(request, where, false);
      }
      throw this.explain(error, where);
    }
  }

  /** A JWT is a refresh token: it is exchanged for an access token (300 s). Anything else is a legacy token. */
  private async authorize(): Promise<string> {
    const { apiKey } = this.access;
    if (apiKey.split('.').length !== 3) return `Token ${apiKey}`;
    try {
      const reply = await this.http.post<unknown>('/api/token/refresh', { refresh: apiKey });
      return `Bearer ${z.object({ access: z.string() }).parse(reply.data).access}`;
    } catch (error) {
      throw this.explain(error, 'POST /api/token/refresh');
    }
  }

  private explain(error: unknown, where: string): PairloopError {
    const { url } = this.access;
    if (!isAxiosError(error)) return new PairloopError(`Label Studio at ${url}: ${messageOf(error)}`, 'failure', { cause: error });
    const status = error.response?.status;
    const fault = new LabelStudioError(describe(error, url, where), status, { cause: error });
    return fault;
  }
}

/** A failed call to Label Studio; `status` is undefined when no answer came. */
export class LabelStudioError extends PairloopError {
  constructor(
    message: string,
    readonly status: number | undefined,
    options?: ErrorOptions,
  ) {
    super(message, 'failure', options);
  }
}

/** Filters of Label Studio's data manager, as it takes them in a request for tasks. */
function filtered(conjunction: 'and' | 'or', items: readonly object[]): { query: string } {
  return { query: JSON.stringify({ filters: { conjunction, items } }) };
}

function touchedSince(time: Date): { query: string } {
  return filtered('and', [{ filter: 'filter:tasks:updated_at', operator: 'greater', type: 'Datetime', value: time.toISOString() }]);
}

function inResults(text: string): object {
  return { filter: 'filter:tasks:annotations_results', operator: 'contains', type: 'String', value: text };
}

/** Label Studio counts what was skipped apart. */
const ANNOTATED = filtered(
  'or',
  ['total_annotations', 'cancelled_annotations'].map((count) => ({ filter: `filter:tasks:${count}`, operator: 'greater', type: 'Number', value: 0 })),
);

/** How Label Studio words a refusal: `detail` is often only "Validation error", the faults stand beside it. */
const refusalSchema = z.object({ detail: z.string(), validation_errors: z.unknown().optional() }).loose();

function describe(error: { response?: { status: number; data: unknown } | undefined; code?: string | undefined; message: string }, url: string, where: string): string {
  const { response } = error;
  if (response === undefined) {
    return `Label Studio at ${url} cannot be reached (${error.code ?? error.message}). Check LABEL_STUDIO_URL and that it runs.`;
  }
  if (response.status === 401) {
    return `Label Studio at ${url} refuses the API key. Check LABEL_STUDIO_API_KEY; a legacy token works only where legacy tokens are switched on (Organization > API Tokens), a personal access token always does.`;
  }
  const refusal = refusalSchema.safeParse(response.data);
  const faults = refusal.success ? refusal.data.validation_errors : undefined;
  const stated = refusal.success ? [refusal.data.detail] : [];
  const raw = refusal.success ? faults : response.data;
  const reason = [...stated, ...(raw === undefined || raw === null ? [] : [JSON.stringify(raw).slice(0, 300)])].join(': ');
  return `Label Studio at ${url} refused ${where} with ${response.status}: ${reason === '' ? 'no reason given' : reason}`;
}
