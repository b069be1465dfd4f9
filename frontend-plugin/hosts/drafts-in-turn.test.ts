import { describe, expect, test } from 'vitest';
import { DraftsInTurn } from './drafts-in-turn.js';
import type { OtherCall, PageCall } from './page-calls.js';

/** Nothing waits too long here. */
const never = (): (() => void) => () => undefined;
const newDraft = (taskId: number, annotationId?: number): PageCall => ({ kind: 'draft', taskId, ...(annotationId === undefined ? {} : { annotationId }) });
const change = (draftId: number): PageCall => ({ kind: 'draft', draftId });
const read = (taskId: number): PageCall => ({ kind: 'task', taskId });

/** Whether a held call may go out by now, and as what. */
async function outcome(held: Promise<OtherCall | undefined> | undefined): Promise<OtherCall | 'goes' | 'waits'> {
  if (held === undefined) return 'goes';
  const later = new Promise<'waits'>((resolve) => setImmediate(() => resolve('waits')));
  return Promise.race([held.then((other) => other ?? ('goes' as const)), later]);
}

describe('drafts in turn', () => {
  test('a draft that is made while the first is on its way changes the first', async () => {
    const drafts = new DraftsInTurn(never);
    const first = newDraft(7);
    expect(await outcome(drafts.hold(first))).toBe('goes');
    const second = drafts.hold(newDraft(7));
    expect(await outcome(second)).toBe('waits');
    drafts.answered(first, Response.json({ id: 41 }, { status: 201 }));
    expect(await second).toEqual({ method: 'PATCH', path: '/api/drafts/41' });
  });

  test('another annotation’s draft, and one made later, stay their own', async () => {
    const drafts = new DraftsInTurn(never);
    const [first, second] = [newDraft(7), newDraft(7, 3)];
    drafts.hold(first);
    const other = drafts.hold(second);
    drafts.answered(first, Response.json({ id: 41 }, { status: 201 }));
    expect(await other).toBeUndefined();
    drafts.answered(second, Response.json({ id: 42 }, { status: 201 }));
    await expect.poll(() => outcome(drafts.hold(read(7)))).toBe('goes');
    expect(await outcome(drafts.hold(newDraft(7)))).toBe('goes');
  });

  test('a task is read when its drafts have arrived, the changes of known ones too; others do not wait', async () => {
    const drafts = new DraftsInTurn(never);
    drafts.know(41, 7);
    const changed = change(41);
    drafts.hold(changed);
    expect(await outcome(drafts.hold(read(8)))).toBe('goes');
    const held = drafts.hold(read(7));
    expect(await outcome(held)).toBe('waits');
    drafts.answered(changed, Response.json({ id: 41 }));
    expect(await held).toBeUndefined();
  });

  test('a draft that fails, or takes too long, holds nothing up', async () => {
    const drafts = new DraftsInTurn(never);
    const lost = newDraft(7);
    drafts.hold(lost);
    const held = drafts.hold(read(7));
    drafts.failed(lost);
    expect(await held).toBeUndefined();
    const impatient = new DraftsInTurn((_ms, call) => {
      call();
      return () => undefined;
    });
    impatient.hold(newDraft(7));
    expect(await impatient.hold(read(7))).toBeUndefined();
  });
});
