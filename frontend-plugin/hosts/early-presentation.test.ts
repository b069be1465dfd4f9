import { expect, test } from 'vitest';
import { EarlyPresentation } from './early-presentation.js';
import type { PresentationReply } from './presentation.js';

const UNMANAGED: PresentationReply = { managed: false };

/** A gateway that counts its questions and fails at the first `failures`. */
function asking(failures = 0): { asked: number[]; nowMs: { value: number }; early: EarlyPresentation } {
  const asked: number[] = [];
  const nowMs = { value: 0 };
  const ask = async (taskId: number): Promise<PresentationReply> => {
    asked.push(taskId);
    if (asked.length <= failures) throw new Error('the gateway does not answer');
    return UNMANAGED;
  };
  return { asked, nowMs, early: new EarlyPresentation(ask, () => nowMs.value) };
}

test('a task that was expected is asked for once, also when another one is shown in between', async () => {
  const { asked, early } = asking();
  early.expect(7);
  expect(asked).toEqual([7]);
  await early.present(6);
  expect(asked).toEqual([7, 6]);
  expect(await early.present(7)).toBe(UNMANAGED);
  expect(asked).toEqual([7, 6]);
});

test('an answer serves one opening only, and none after ten seconds', async () => {
  const { asked, nowMs, early } = asking();
  early.expect(7);
  await early.present(7);
  await early.present(7);
  expect(asked).toEqual([7, 7]);
  early.expect(8);
  nowMs.value = 10_001;
  await early.present(8);
  expect(asked).toEqual([7, 7, 8, 8]);
});

test('when the early question fails it is asked again', async () => {
  const { asked, early } = asking(1);
  early.expect(7);
  expect(await early.present(7)).toBe(UNMANAGED);
  expect(asked).toEqual([7, 7]);
});
