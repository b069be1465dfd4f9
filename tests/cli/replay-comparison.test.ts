import { expect, test } from 'vitest';
import { compareReplay } from '../../cli/replay/comparison.js';
import type { ReplayFile } from '../../cli/replay/replay-file.js';
import type { StoredVote } from '../../cli/replay/stored-votes.js';
import type { Verdict } from '../../core/domain/verdict.js';

const FILE_VOTES: [string, Record<string, Verdict>][] = [
  ['p1', { r1: 'a', r2: 'a', r3: 'a' }],
  ['p2', { r1: 'a', r2: 'b', r3: 'b' }],
  ['p3', { r1: 'a', r2: 'b', r3: 'tie' }],
  ['p4', { r1: 'tie', r2: 'tie', r3: 'tie' }],
];
const FILE: ReplayFile = {
  name: 'votes.jsonl',
  sha256: '',
  raters: ['r1', 'r2', 'r3'],
  pairs: [],
  votes: new Map(FILE_VOTES.map(([id, votes]) => [id, new Map(Object.entries(votes))])),
  mendedResponses: 0,
};
const RULE = { votesMin: 3, votesMax: 3, agreementMin: 0.66 };
const ACCEPTED = new Map<string, Verdict>([['p1', 'a'], ['p2', 'b'], ['p4', 'tie']]);

function stored(): StoredVote[] {
  return FILE_VOTES.flatMap(([pairId, votes]) =>
    Object.entries(votes).map(([rater, verdict]) => ({ pairId, rater, verdict, counted: true, notCountedReason: null })),
  ).reverse();
}

test('the same votes in another order are equal, in votes, agreement and acceptance', () => {
  const comparison = compareReplay(FILE, stored(), ACCEPTED, RULE);
  expect(comparison).toMatchObject({ equal: true, votes: { file: 12, database: 12, lost: [], doubled: [], wrong: [], foreign: [] } });
  expect(comparison.accepted).toEqual({ file: { a: 1, b: 1, tie: 1, both_bad: 0 }, database: { a: 1, b: 1, tie: 1, both_bad: 0 }, different: [] });
  expect(comparison.agreement.file.n).toMatchObject({ items: 4, votes: 12, raters: 3 });
});

test('a lost, a doubled, a wrong and a foreign vote are each found and named', () => {
  const one = stored().find((vote) => vote.pairId === 'p3' && vote.rater === 'r1')!;
  const lost = compareReplay(FILE, stored().slice(1), ACCEPTED, RULE);
  expect([lost.equal, lost.votes.lost]).toEqual([false, [{ pair: 'p4', rater: 'r3', file: 'tie', database: [] }]]);
  const doubled = compareReplay(FILE, [...stored(), one], ACCEPTED, RULE);
  expect([doubled.equal, doubled.votes.doubled]).toEqual([false, [{ pair: 'p3', rater: 'r1', file: 'a', database: ['a', 'a'] }]]);
  const wrong = compareReplay(FILE, stored().map((vote) => (vote.pairId === 'p3' && vote.rater === 'r1' ? { ...vote, verdict: 'b' } : vote)), ACCEPTED, RULE);
  expect([wrong.equal, wrong.agreement.equal, wrong.votes.wrong]).toEqual([false, false, [{ pair: 'p3', rater: 'r1', file: 'a', database: ['b'] }]]);
  const foreign = compareReplay(FILE, [...stored(), { ...one, rater: undefined }], ACCEPTED, RULE);
  expect([foreign.equal, foreign.votes.foreign]).toEqual([false, [{ pair: 'p3', rater: 'somebody else', file: null, database: ['a'] }]]);
});

test('a vote that does not count is as good as lost, and its reason is told', () => {
  const some = stored();
  some[0] = { ...some[0]!, counted: false, notCountedReason: 'not in the journal' };
  expect(compareReplay(FILE, some, ACCEPTED, RULE)).toMatchObject({ equal: false, votes: { lost: [{ pair: 'p4' }], notCounted: { 'not in the journal': 1 } } });
});

test('a pair accepted otherwise than the file gives is found', () => {
  const accepted = new Map(ACCEPTED).set('p3', 'a');
  expect(compareReplay(FILE, stored(), accepted, RULE)).toMatchObject({ equal: false, accepted: { different: ['p3'] } });
});
