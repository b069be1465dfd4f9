import { z } from 'zod';
import type { Db } from '../../core/database/connect.js';
import { PairloopError } from '../../core/errors.js';
import { roundJson, roundJsonSchema } from '../rounds/round-json.js';
import { roundOptionsSchema } from '../rounds/round-options.js';
import { startRound } from '../rounds/start-round.js';
import { cancelRound, listRounds, readRound, type StoredRound } from '../rounds/stored-round.js';
import { ApiRefusal, numberText, route } from './route.js';

const ROUNDS_MAX = 100;
const PICKS_MAX = 10_000;

const roundId = z.strictObject({ id: numberText(1) });
const NO_ROUND = 'There is no such round.';

const start = route({
  id: 'startRound',
  method: 'post',
  path: '/rounds',
  summary: 'Start a selection round: a worker ranks the pool for a project in the background.',
  body: z.strictObject({
    project: z.int32("must be the project's number in Label Studio").describe("The project's number in Label Studio."),
    options: roundOptionsSchema.prefault({}),
  }),
  success: { status: 201, description: 'The round, waiting.', schema: roundJsonSchema },
  refusals: { 404: 'There is no such project.' },
  async handle({ db, queue }, { body: { project, options } }) {
    const id = await startRound(db, queue, { projectId: await projectIdOf(db, 'project', project), options });
    return roundJson(await readRound(db, id));
  },
});

const list = route({
  id: 'listRounds',
  method: 'get',
  path: '/rounds',
  summary: 'Rounds, the newest first.',
  query: z.strictObject({
    project: numberText(1).optional().describe("Only this project's: its number in Label Studio."),
    before: numberText(1).optional().describe('Only rounds before this one: the `next` of the page before.'),
    limit: numberText(1, ROUNDS_MAX).default(20),
  }),
  success: { status: 200, description: 'A page of rounds.', schema: z.object({ rounds: z.array(roundJsonSchema), next: z.int().nullable().describe('Null on the last page.') }) },
  refusals: { 404: 'There is no such project.' },
  async handle({ db }, { query: { project, before, limit } }) {
    const projectId = project === undefined ? undefined : await projectIdOf(db, 'project', project);
    const rounds = await listRounds(db, { projectId, before, limit: limit + 1 });
    return { rounds: rounds.slice(0, limit).map(roundJson), next: rounds.length > limit ? rounds[limit - 1]!.id : null };
  },
});

const show = route({
  id: 'showRound',
  method: 'get',
  path: '/rounds/{id}',
  summary: 'One round: what it was asked for, what it looked at, how far it is.',
  params: roundId,
  success: { status: 200, description: 'The round.', schema: roundJsonSchema },
  refusals: { 404: NO_ROUND },
  handle: async ({ db }, { params: { id } }) => roundJson(await findRound(db, id)),
});

const cancel = route({
  id: 'cancelRound',
  method: 'post',
  path: '/rounds/{id}/cancel',
  summary: 'End a round that waits or runs; it keeps no picks.',
  params: roundId,
  success: { status: 200, description: 'The round, cancelled.', schema: roundJsonSchema },
  refusals: { 404: NO_ROUND, 409: 'It has ended already.' },
  async handle({ db, now }, { params: { id } }) {
    await findRound(db, id);
    await orConflict(cancelRound(db, id, now()));
    return roundJson(await findRound(db, id));
  },
});

const picks = route({
  id: 'listPicks',
  method: 'get',
  path: '/rounds/{id}/picks',
  summary: "A finished round's ranking: rank 0 is the pair most worth a human.",
  params: roundId,
  query: z.strictObject({ from: numberText(0).default(0).describe('The first rank: the `next` of the page before.'), limit: numberText(1, PICKS_MAX).default(1_000) }),
  success: {
    status: 200,
    description: 'A page of the ranking.',
    schema: z.object({
      picks: z.array(z.object({ rank: z.int(), pair: z.string(), score: z.number().describe('What it means is said with the strategy, in docs/pairs-and-selection.md.') })),
      next: z.int().nullable().describe('Null on the last page.'),
    }),
  },
  refusals: { 404: NO_ROUND, 409: 'It is not done.' },
  async handle({ db }, { params: { id }, query: { from, limit } }) {
    const { state, picked } = await findRound(db, id);
    if (state !== 'done') throw new ApiRefusal(409, `Selection round ${id} is ${state}; there is a ranking when it is done.`);
    const rows = await db.selectFrom('selection_pick').select(['rank', 'pair_id', 'score']).where('round_id', '=', id).where('rank', '>=', from).orderBy('rank').limit(limit).execute();
    const last = rows.at(-1)?.rank ?? picked;
    return { picks: rows.map((row) => ({ rank: row.rank, pair: row.pair_id, score: row.score })), next: last + 1 < picked ? last + 1 : null };
  },
});

async function findRound(db: Db, id: number): Promise<StoredRound> {
  return readRound(db, id).catch((error: unknown) => {
    if (error instanceof PairloopError) throw new ApiRefusal(404, `There is no selection round ${id}.`, [{ field: 'id', value: id, fix: 'take one of GET /rounds' }]);
    throw error;
  });
}

async function orConflict<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    if (error instanceof PairloopError) throw new ApiRefusal(409, error.message);
    throw error;
  });
}

async function projectIdOf(db: Db, field: string, labelStudioId: number): Promise<number> {
  const row = await db.selectFrom('project').select('id').where('label_studio_id', '=', labelStudioId).executeTakeFirst();
  if (row === undefined) {
    throw new ApiRefusal(404, `Pairloop has no project ${labelStudioId}.`, [{ field, value: labelStudioId, fix: "give the number in Label Studio of one of Pairloop's projects, as in pairloop status" }]);
  }
  return row.id;
}

export const ROUND_ROUTES = [start, list, show, cancel, picks];
