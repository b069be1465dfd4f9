import type { Repetition } from '../ml-backend/rounds/repeat-round.js';
import type { StoredRound } from '../ml-backend/rounds/stored-round.js';

/** One line a round. */
export function renderRounds(rounds: readonly StoredRound[]): string {
  if (rounds.length === 0) return 'No selection round yet.\n';
  return rounds.map((round) => `${round.id}\t${timeOf(round.createdAt)}\tproject ${round.labelStudioProjectId ?? 'gone'}\t${round.batchId === null ? 'pool' : `batch ${round.batchId}`}\t${round.options.strategy}\t${stateOf(round)}\n`).join('');
}

/** One round for people, a row a subject. */
export function renderRound(round: StoredRound): string {
  const rows: [string, string | null][] = [
    ['Round', `${round.id}, project ${round.labelStudioProjectId ?? 'gone'}${round.batchId === null ? '' : `, batch ${round.batchId} again`}, ${timeOf(round.createdAt)}`],
    ['State', stateOf(round)],
    ['Options', Object.entries(round.options).map(([name, value]) => `${name} ${JSON.stringify(value)}`).join(', ')],
    ['Embeddings', round.embedder],
    ['Uncertainty', round.uncertaintySource],
    ['Reward head', round.head],
    ['Code', round.codeVersion],
    ['Inputs', round.inputsSha256],
  ];
  return rows.flatMap(([name, value]) => (value === null ? [] : [`${name.padEnd(12)} ${value}\n`])).join('');
}

function stateOf({ state, progress, failure, picked, poolSize }: StoredRound): string {
  if (progress !== null) return `${state}, ${progress.step} ${progress.done} of ${progress.total}`;
  if (state === 'failed') return `failed: ${failure ?? 'no reason stored'}`;
  return state === 'done' ? `done, ${picked} of ${poolSize ?? picked} pairs` : state;
}

function timeOf(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

export function renderRepetition(roundId: number, { picks, first, otherCode }: Repetition): string {
  const code = otherCode === undefined ? '' : `It was made by ${otherCode.stored}; this is ${otherCode.own}.\n`;
  if (first === undefined) return `${code}Round ${roundId} repeated: equal, ${picks} picks and their scores.\n`;
  const pick = (one: { pairId: string; score: number } | undefined): string => (one === undefined ? 'no pick' : `${JSON.stringify(one.pairId)} (score ${one.score})`);
  return `${code}Round ${roundId} repeated: the first difference is at rank ${first.rank}: stored ${pick(first.stored)}, now ${pick(first.repeated)}.\n`;
}
