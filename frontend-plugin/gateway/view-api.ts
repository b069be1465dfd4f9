import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Db } from '../../core/database/connect.js';
import type { Secrets } from '../../core/database/secrets.js';
import { messageOf, PairloopError } from '../../core/errors.js';
import { acknowledgeGuideline } from './guideline-state.js';
import type { Identities } from './identity.js';
import { findInstalledProject } from './installed-project.js';
import { readPresentation } from './presentation.js';
import { Refusal, sendJson } from './refusal.js';
import { readJsonObject, readRequestBody } from './request-body.js';

/** What the view asks of the gateway, beside the view's own files. */
export interface ViewApiDeps {
  readonly db: Db;
  readonly secrets: Secrets;
  readonly identities: Identities;
  readonly now: () => Date;
}

/** As PostgreSQL's integer takes it. */
const taskId = z.number().int().positive().max(2_147_483_647);
const HOUR_MS = 3_600_000;
/** Local midnight is at most a day away, whatever the time zone; the rest is for clocks that are off. */
const TODAY_AGE_MAX_MS = 48 * HOUR_MS;
const TODAY_AHEAD_MAX_MS = 24 * HOUR_MS;

/**
 * `GET /pairloop/api/presentation?task=ID&today=INSTANT`: how a task is shown to the annotator of this
 * session. `today` is when their day began (ISO 8601), by default midnight UTC.
 *
 * @throws Refusal 401 not logged in, 400 no task or no such day, 503 database out of reach.
 */
export async function answerPresentation(deps: ViewApiDeps, req: IncomingMessage & { readonly query: unknown }, res: ServerResponse): Promise<void> {
  const { userId } = await deps.identities.identify(req);
  const now = deps.now();
  const query = z.object({ task: z.coerce.number().pipe(taskId).catch(0), today: z.unknown().optional() }).parse(req.query);
  if (query.task === 0) throw new Refusal(400, 'Name the task: /pairloop/api/presentation?task=ID.');
  const today = readToday(query.today, now);
  sendJson(res, 200, await reachable(readPresentation(deps.db, deps.secrets, { taskId: query.task, userId, today, now })));
}

function readToday(given: unknown, now: Date): Date {
  if (given === undefined) return new Date(new Date(now).setUTCHours(0, 0, 0, 0));
  const parsed = z.iso.datetime({ offset: true }).safeParse(given);
  const today = new Date(parsed.success ? parsed.data : Number.NaN);
  const ageMs = now.getTime() - today.getTime();
  if (ageMs <= TODAY_AGE_MAX_MS && ageMs >= -TODAY_AHEAD_MAX_MS) return today;
  throw new Refusal(400, 'today must be when your day began, as 2026-03-01T23:00:00.000Z: not more than 48 h ago nor more than 24 h ahead. Is this machine’s clock right?');
}

const acknowledgementSchema = z.object({
  task: taskId,
  guideline_sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits'),
});
const ACKNOWLEDGEMENT_BYTES_MAX = 10_000;

/**
 * `POST /pairloop/api/acknowledgement` `{task, guideline_sha256}`: the annotator of this session has read
 * the guideline of the task's project. Answers `{acknowledged_at}`; sent again, the first time.
 *
 * @throws Refusal 401 not logged in, 413 too large, 415 not JSON, 400 malformed, 404 not one of Pairloop's
 * tasks, 409 another guideline than the project's, 503 database out of reach.
 */
export async function answerAcknowledgement(deps: ViewApiDeps, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { userId } = await deps.identities.identify(req);
  const body = readJsonObject(req, await readRequestBody(req, ACKNOWLEDGEMENT_BYTES_MAX));
  const parsed = acknowledgementSchema.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Refusal(400, `Not saved: ${issue?.path.join('.') ?? 'the body'}: ${issue?.message ?? 'is malformed'}.`);
  }
  const { task, guideline_sha256: sha256 } = parsed.data;
  const installed = await reachable(findInstalledProject(deps.db, task));
  if (installed === undefined) throw new Refusal(404, `Task ${task} is not one of Pairloop's.`);
  if (installed.guideline.sha256 !== sha256) throw new Refusal(409, 'The guideline changed again; reload the page.');
  const acknowledgedAt = await reachable(acknowledgeGuideline(deps.db, userId, sha256, deps.now()));
  sendJson(res, 200, { acknowledged_at: acknowledgedAt.toISOString() });
}

async function reachable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof PairloopError) throw error;
    throw new Refusal(503, `Pairloop's database does not answer (${messageOf(error)}); reload in a moment.`, { retryAfterS: 5, cause: error });
  }
}
