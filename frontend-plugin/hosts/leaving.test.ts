import { describe, expect, test } from 'vitest';
import { Leaving } from './leaving.js';
import type { PageCall } from './page-calls.js';

const other: PageCall = { kind: 'task', taskId: 8 };
const OK = new Response(null, { status: 200 });

/** Task 7 is open, under an address; `said` is what its pair was told, in order. */
function pageWith(search: string, open = true) {
  const said: string[] = [];
  const timers: (() => void)[] = [];
  const session = { dispatch: ({ leaving }: { readonly leaving: boolean }) => said.push(leaving ? 'closed' : 'open') };
  const pair = { taskId: 7, session, leave: () => said.push('draft saved'), goOn: () => said.push('drafts go on') };
  const leaving = new Leaving({
    shown: () => (open ? pair : undefined),
    after(_ms, call) {
      timers.push(call);
      return () => undefined;
    },
    location: { search },
  });
  return { leaving, said, wait: () => timers.splice(0).forEach((call) => call()) };
}

describe('leaving a pair', () => {
  test('another task is asked for: the pair is closed and its draft is saved', () => {
    const { leaving, said } = pageWith('?task=8');
    leaving.begun(other);
    leaving.answered(other, OK);
    expect(said).toEqual(['closed', 'draft saved']);
  });

  test('the other task does not come: the pair opens again', () => {
    for (const end of ['failed', 'refused', 'never shown']) {
      const { leaving, said, wait } = pageWith('?task=8');
      leaving.begun(other);
      if (end === 'failed') leaving.failed(other);
      else leaving.answered(other, end === 'refused' ? new Response(null, { status: 404 }) : OK);
      wait();
      expect(said, end).toEqual(['closed', 'draft saved', 'open', 'drafts go on']);
    }
  });

  test('the same task is read again, a menu of the table reads another, no pair is open: nothing happens', () => {
    for (const { search, open, call } of [
      { search: '?task=7', open: true, call: { kind: 'task', taskId: 7 } },
      { search: '?task=7', open: true, call: other },
      { search: '?task=8', open: false, call: other },
      { search: '?task=8', open: true, call: { kind: 'draft', taskId: 8 } },
    ] as const) {
      const { leaving, said, wait } = pageWith(search, open);
      leaving.begun(call);
      leaving.answered(call, OK);
      wait();
      expect(said).toEqual([]);
    }
  });

  test('the label stream names no task in its address', () => {
    const { leaving, said } = pageWith('?labeling=1');
    leaving.begun(other);
    expect(said).toEqual(['closed', 'draft saved']);
  });
});
