import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import axios from 'axios';
import { z } from 'zod';
import type { Db } from '../../core/database/connect.js';
import { messageOf } from '../../core/errors.js';
import type { Logger } from '../../core/logging.js';
import { OWN_CONNECTION } from '../../core/own-connection.js';
import { exchange, sendReply, type Reply } from './exchange.js';
import { findProject, refusePaused } from './guard.js';
import type { Identities } from './identity.js';
import { Refusal } from './refusal.js';

export interface NextTaskDeps {
  readonly db: Db;
  readonly identities: Identities;
  readonly labelStudioUrl: string;
  readonly webhooksUrl: string;
  /** Shared secret by which the webhook role knows the gateway. */
  readonly internalSecret: string;
  readonly log: Logger;
}

/** Names the task that the answer holds. */
const SERVED_TASK_HEADER = 'x-pairloop-task';
const ASSIGNMENT_MS_MAX = 2_000;
/**
 * Label Studio refuses (404) a task that the annotator has just done while their vote is still on its way
 * to the assignment service. A moment later the service knows; without this the page would say that
 * nothing is left.
 */
const TRIES_MAX = 6;
const BETWEEN_TRIES_MS = 400;

const assignmentSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('task'), task_id: z.number().int() }),
  z.object({ outcome: z.literal('nothing') }),
  z.object({ outcome: z.literal('paused'), reason: z.string() }),
  z.object({ outcome: z.literal('unmanaged') }),
]);
type Assignment = z.infer<typeof assignmentSchema>;

/**
 * The next task of an annotator in one of Pairloop's projects: the assignment service chooses it, and
 * Label Studio is asked for exactly that one, so that its own lock and history hold. "Nothing left" is
 * answered as Label Studio does (404), so that its page shows its own empty state.
 *
 * @returns false, with the request untouched, when the project is not Pairloop's.
 * @throws Refusal 401 not logged in, 403 paused, 503 while database or assignment service are out of reach.
 */
export async function handleNextTask(deps: NextTaskDeps, req: IncomingMessage, res: ServerResponse, projectId: number): Promise<boolean> {
  const identity = await deps.identities.identify(req);
  const project = await findProject(deps.db, projectId, identity.userId).catch((error: unknown) => {
    throw unavailable(deps, 'database', error);
  });
  if (project === undefined) return false;
  refusePaused(project.pausedReason);
  for (let tries = 1; ; tries += 1) {
    const assignment = await askAssignment(deps, identity.userId, projectId);
    if (assignment.outcome === 'unmanaged') return false;
    if (assignment.outcome === 'paused') refusePaused(assignment.reason);
    if (assignment.outcome !== 'task') throw new Refusal(404, `There are no tasks for ${identity.email}`);
    const reply = await askForTask(deps, req, projectId, assignment.task_id);
    if (reply.status !== 404 || tries === TRIES_MAX || res.destroyed) {
      // For the view, which asks how the task is shown while Label Studio's page still reads the answer.
      if (reply.status === 200) res.setHeader(SERVED_TASK_HEADER, String(assignment.task_id));
      sendReply(res, reply);
      return true;
    }
    deps.log.debug({ taskId: assignment.task_id, projectId, tries }, 'Label Studio does not serve the assigned task');
    await setTimeout(BETWEEN_TRIES_MS);
  }
}

async function askAssignment(deps: NextTaskDeps, userId: number, projectId: number): Promise<Assignment> {
  try {
    const reply = await axios.post<unknown>(
      `${deps.webhooksUrl}/internal/assignments`,
      { label_studio_user_id: userId, label_studio_project_id: projectId },
      {
        headers: { 'x-pairloop-internal': deps.internalSecret },
        ...OWN_CONNECTION,
        timeout: ASSIGNMENT_MS_MAX,
        maxRedirects: 0,
        maxContentLength: 100_000,
        proxy: false,
      },
    );
    return assignmentSchema.parse(reply.data);
  } catch (error) {
    throw unavailable(deps, 'assignment service', error);
  }
}

function unavailable(deps: NextTaskDeps, part: string, cause: unknown): Refusal {
  deps.log.warn({ failure: messageOf(cause) }, `no next task: the ${part} does not answer`);
  return new Refusal(503, `Your next pair cannot be chosen just now: Pairloop's ${part} does not answer. Reload in a moment.`, {
    retryAfterS: 5,
    cause,
  });
}

/**
 * Asks Label Studio for one task. Its `view` and `query` parameters would override the body, and a filter
 * or an order could hide the task, so none of them is passed on.
 */
async function askForTask(deps: NextTaskDeps, req: IncomingMessage, projectId: number, taskId: number): Promise<Reply> {
  const parameters = new URLSearchParams({ id: 'next_task', project: String(projectId) });
  const body = Buffer.from(JSON.stringify({ project: String(projectId), selectedItems: { all: false, included: [taskId] } }));
  const headers = { ...req.headers, 'content-type': 'application/json' };
  try {
    return await exchange(deps.labelStudioUrl, { method: 'POST', path: `/api/dm/actions?${parameters}`, headers, body });
  } catch (error) {
    deps.log.warn({ failure: messageOf(error) }, 'no next task: Label Studio does not answer');
    const detail = 'Your next pair cannot be fetched just now: Label Studio does not answer. Reload in a moment.';
    throw new Refusal(503, detail, { retryAfterS: 5, cause: error });
  }
}
