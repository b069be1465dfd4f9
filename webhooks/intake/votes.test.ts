import { expect, test } from 'vitest';
import { readRegions } from '../../core/label-studio/result-regions.js';
import { deriveVotes, type JournalEntry, type KnownAnnotation } from './votes.js';

const result = (verdict: string) => [{ from_name: 'verdict', type: 'choices', value: { choices: [verdict] } }];
const at = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000000Z`;

function annotation(id: number, over: Partial<KnownAnnotation> & { verdict?: string } = {}): KnownAnnotation {
  const { verdict = 'a', ...rest } = over;
  return { id, unique_id: `u${id}`, result: readRegions(result(verdict)), was_cancelled: false, lead_time_s: 1, updated_at: at(id), deleted: false, ...rest };
}
function entry(over: Partial<JournalEntry> & { verdict?: string } = {}): JournalEntry {
  const { verdict = 'a', ...rest } = over;
  return { kind: 'submit', task_id: 1, annotation_id: null, unique_id: 'u1', body: { result: result(verdict) }, ...rest };
}
const reasons = (annotations: KnownAnnotation[], journal: JournalEntry[], required = true) =>
  Object.fromEntries(deriveVotes(annotations, journal, required).map((one) => [one.annotationId, 'unusable' in one ? `unusable: ${one.unusable}` : one.notCountedReason]));

test('a journalled vote counts, another does not where the journal is required', () => {
  expect(reasons([annotation(1)], [entry()])).toEqual({ 1: null });
  expect(reasons([annotation(1)], [])).toEqual({ 1: 'submitted to Label Studio without going through the gateway' });
  expect(reasons([annotation(1)], [], false)).toEqual({ 1: null });
});

test('a vote that was changed around the gateway does not count, one updated through it does', () => {
  const changed = annotation(1, { verdict: 'b' });
  expect(reasons([changed], [entry()])).toEqual({ 1: 'changed in Label Studio without going through the gateway' });
  expect(reasons([changed], [entry(), entry({ kind: 'update', annotation_id: 1, unique_id: null, verdict: 'b' })])).toEqual({ 1: null });
});

test("another annotation's journal row is no witness", () => {
  expect(reasons([annotation(1)], [entry({ unique_id: 'u9' })])).toMatchObject({ 1: expect.stringContaining('without going') });
  expect(reasons([annotation(1)], [entry({ annotation_id: 9 })])).toMatchObject({ 1: expect.stringContaining('without going') });
});

test('an annotation that only the API has shown is matched by its task and judgement', () => {
  const shown = annotation(1, { unique_id: null });
  expect(reasons([shown], [entry()])).toEqual({ 1: null });
  expect(reasons([shown], [entry({ verdict: 'b' })])).toMatchObject({ 1: expect.stringContaining('changed') });
});

test('of two annotations the one changed last counts, and the other says why not', () => {
  const journal = [entry(), entry({ unique_id: 'u2', verdict: 'b' })];
  expect(reasons([annotation(1), annotation(2, { verdict: 'b' })], journal)).toEqual({ 1: 'replaced by annotation 2', 2: null });
  expect(reasons([annotation(1, { updated_at: at(9) }), annotation(2, { verdict: 'b' })], journal)).toEqual({ 1: null, 2: 'replaced by annotation 1' });
  expect(reasons([annotation(1), annotation(2, { updated_at: at(1), verdict: 'b' })], journal)).toEqual({ 1: 'replaced by annotation 2', 2: null });
});

test('what is deleted, unusable or came around the gateway replaces nothing', () => {
  const one = annotation(1);
  expect(reasons([one, annotation(2, { deleted: true })], [entry(), entry({ unique_id: 'u2' })])).toEqual({ 1: null, 2: 'deleted in Label Studio' });
  expect(reasons([one, annotation(2, { result: [] })], [entry()])).toEqual({ 1: null, 2: 'unusable: it has no verdict' });
  expect(reasons([one, annotation(2)], [entry()])).toMatchObject({ 1: null });
});

test('a skip never counts, and a later skip takes back an earlier vote', () => {
  const skip = annotation(2, { was_cancelled: true, result: [] });
  const skipped = entry({ kind: 'skip', unique_id: 'u2', body: { result: [], was_cancelled: true, comment: 'distressing' } });
  expect(reasons([annotation(1), skip], [entry(), skipped])).toEqual({ 1: 'replaced by annotation 2', 2: 'skipped' });
  expect(deriveVotes([skip], [skipped], true)).toMatchObject([{ judgement: null, skipReason: 'distressing' }]);
  expect(reasons([skip], [entry({ unique_id: 'u2' })])).toEqual({ 2: 'changed in Label Studio without going through the gateway' });
});
