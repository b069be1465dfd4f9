import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { LABEL_NAMES, META_KEY, OBJECT_NAME } from '../../core/domain/label-names.js';
import { displayedOrderSchema, mirrorVerdict, type DisplayedOrder, type Verdict } from '../../core/domain/verdict.js';
import type { VoteMeta } from '../../core/domain/vote.js';
import { PairloopError } from '../../core/errors.js';
import { detailOf, type RaterCall } from './rater-call.js';

/** A pair as the replay knows it; annotators see its opaque id only. */
export interface ReplayedPair {
  readonly pairId: string;
  readonly sidesSwapped: boolean;
}

export interface RaterSession {
  readonly rater: string;
  readonly call: RaterCall;
  /** Label Studio's id of the project. */
  readonly projectId: number;
  /** By opaque id. */
  readonly pairs: ReadonlyMap<string, ReplayedPair>;
  /** The file's verdict of this rater, in the file's sides; undefined when there is none. */
  readonly verdictOf: (pairId: string) => Verdict | undefined;
  /** How many of this rater's votes are stored already; asked when the gateway has no task, to tell the end from a delay. */
  readonly isDone: () => Promise<boolean>;
  readonly onVote: () => void;
  readonly now: () => Date;
  /** Set when another rater cannot go on: then this one stops as well, after the vote it is at. */
  readonly signal: AbortSignal;
}

const nextTaskSchema = z.object({ id: z.number().int(), data: z.object({ pair: z.string() }).loose() }).loose();
const presentationSchema = z.discriminatedUnion('managed', [
  z.object({ managed: z.literal(false) }),
  z.object({
    managed: z.literal(true),
    displayed: displayedOrderSchema,
    guideline: z.object({ version: z.string(), sha256: z.string() }),
    label_config_hash: z.string(),
  }),
]);
type Presentation = Extract<z.infer<typeof presentationSchema>, { managed: true }>;

const EMPTY_TRIES_MAX = 60;
const EMPTY_PAUSE_MS = 1_000;

/**
 * Works as one annotator, as the labeling page does: asks for the next task, how it is presented, and
 * submits the file's verdict, until nothing is left. A pair without a verdict of this rater is skipped.
 *
 * @throws PairloopError when the rater is paused, when a submission is refused, when the gateway serves
 * something that is not part of the replay, or when an outage lasts.
 */
export async function playRater(session: RaterSession): Promise<void> {
  for (let empty = 0; empty < EMPTY_TRIES_MAX && !session.signal.aborted; ) {
    const task = await nextTask(session);
    if (task !== undefined) {
      empty = 0;
      await voteOn(session, task);
    } else {
      if (await session.isDone()) return;
      empty += 1;
      await setTimeout(EMPTY_PAUSE_MS);
    }
  }
}

async function nextTask(session: RaterSession): Promise<z.infer<typeof nextTaskSchema> | undefined> {
  const { status, data } = await session.call({
    method: 'POST',
    url: '/api/dm/actions',
    params: { id: 'next_task', project: session.projectId },
    data: {},
  });
  if (status === 404) return undefined;
  const task = nextTaskSchema.safeParse(data);
  if (status === 200 && task.success) return task.data;
  throw new PairloopError(`Rater ${session.rater} got no next task: ${status} ${detailOf(data)}`);
}

async function voteOn(session: RaterSession, task: z.infer<typeof nextTaskSchema>): Promise<void> {
  const startedAt = session.now();
  const pair = session.pairs.get(task.data.pair);
  if (pair === undefined) {
    throw new PairloopError(`Task ${task.id} is not part of this replay; leave its project to the replay alone.`);
  }
  const presentation = await readPresentation(session, task.id);
  const verdict = session.verdictOf(pair.pairId);
  const canonical = verdict === undefined || !pair.sidesSwapped ? verdict : mirrorVerdict(verdict);
  const { status, data } = await session.call({
    method: 'POST',
    url: `/api/tasks/${task.id}/annotations`,
    params: { project: session.projectId },
    data: {
      ...(canonical === undefined ? { result: [], was_cancelled: true } : { result: resultOf(canonical, presentation, startedAt) }),
      lead_time: (session.now().getTime() - startedAt.getTime()) / 1000,
      started_at: startedAt.toISOString(),
      unique_id: submissionId(session, task.data.pair),
    },
  });
  // 409: an earlier try of the same submission has been stored, though its answer was lost.
  if (status !== 201 && status !== 409) {
    throw new PairloopError(`The vote of ${session.rater} on ${pair.pairId} was refused: ${status} ${detailOf(data)}`);
  }
  session.onVote();
}

async function readPresentation(session: RaterSession, taskId: number): Promise<Presentation> {
  const { status, data } = await session.call({ url: '/pairloop/api/presentation', params: { task: taskId } });
  const presentation = presentationSchema.safeParse(data);
  if (status === 200 && presentation.success && presentation.data.managed) return presentation.data;
  throw new PairloopError(`The gateway does not say how task ${taskId} is presented: ${status} ${detailOf(data)}`);
}

/** The result that the labeling page would submit, in canonical sides. */
function resultOf(verdict: Verdict, presentation: Presentation, startedAt: Date): unknown[] {
  const control = { to_name: OBJECT_NAME, origin: 'manual' };
  const choice = {
    ...control,
    id: 'verdict',
    from_name: LABEL_NAMES.verdict,
    type: 'choices',
    value: { choices: [verdict] },
    meta: { [META_KEY]: metaOf(presentation.displayed, presentation, startedAt) },
  };
  if (verdict !== 'both_bad') return [choice];
  return [choice, { ...control, id: 'rationale', from_name: LABEL_NAMES.rationale, type: 'textarea', value: { text: ['Replayed: the file gives no reason.'] } }];
}

function metaOf(displayed: DisplayedOrder, presentation: Presentation, startedAt: Date): VoteMeta {
  return {
    view: 'replay',
    displayed,
    guideline_version: presentation.guideline.version,
    guideline_sha256: presentation.guideline.sha256,
    label_config_hash: presentation.label_config_hash,
    started_at: startedAt.toISOString(),
  };
}

/** The same for every try of one rater's vote on one pair, also after a restart, so that Label Studio takes it once. A UUID of version 8 (RFC 9562). */
function submissionId(session: RaterSession, opaqueId: string): string {
  const hex = createHash('sha256').update(`replay\0${session.projectId}\0${session.rater}\0${opaqueId}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
