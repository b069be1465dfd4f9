import { describe, expect, test } from 'vitest';
import type { PageCall } from './page-calls.js';
import { TaskArrivals } from './task-arrivals.js';

/** A page whose frames and timers come when they are called, and whose editor has a task. */
function pageWith(search = '?task=7') {
  const frames: (() => void)[] = [];
  const timers: (() => void)[] = [];
  const editor: { task: object | undefined } = { task: undefined };
  const arrivals = new TaskArrivals({
    after(_ms, call) {
      timers.push(call);
      return () => undefined;
    },
    nextFrame: (call) => frames.push(call),
    location: { search },
    editorTask: () => editor.task,
  });
  const isOnItsWay = (taskId = 7): boolean => arrivals.of(taskId) !== undefined;
  return { arrivals, editor, isOnItsWay, frame: () => frames.splice(0).forEach((call) => call()), wait: () => timers.splice(0).forEach((call) => call()) };
}

const read = (): PageCall => ({ kind: 'task', taskId: 7 });
const whole = (): Response => Response.json({ id: 7 });
/** Until the body of an answer is read. */
const received = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('tasks on their way', () => {
  test('a task has arrived when the editor is made anew with the answer, not when it draws what the table has', async () => {
    const { arrivals, editor, isOnItsWay, frame } = pageWith();
    const call = read();
    arrivals.begun(call);
    expect(isOnItsWay(8)).toBe(false);
    const over = arrivals.of(7);
    frame();
    editor.task = {};
    frame();
    expect(isOnItsWay()).toBe(true);
    arrivals.answered(call, whole());
    await received();
    frame();
    expect(isOnItsWay()).toBe(true);
    editor.task = {};
    expect(isOnItsWay()).toBe(false);
    await over;
  });

  test('an answer that comes before the editor has drawn anything', async () => {
    const { arrivals, editor, isOnItsWay, frame } = pageWith();
    const call = read();
    arrivals.begun(call);
    arrivals.answered(call, whole());
    await received();
    editor.task = {};
    frame();
    frame();
    expect(isOnItsWay()).toBe(true);
    const over = arrivals.of(7);
    editor.task = {};
    frame();
    await over;
    expect(isOnItsWay()).toBe(false);
  });

  test('of two calls the later one counts', async () => {
    const { arrivals, isOnItsWay } = pageWith();
    const [early, late] = [read(), read()];
    arrivals.begun(early);
    arrivals.begun(late);
    arrivals.failed(early);
    expect(isOnItsWay()).toBe(true);
    arrivals.failed(late);
    expect(isOnItsWay()).toBe(false);
  });

  test('refused, failed or never drawn: nobody waits for ever', async () => {
    const refused = pageWith();
    const call = read();
    refused.arrivals.begun(call);
    refused.arrivals.answered(call, new Response(null, { status: 404 }));
    expect(refused.isOnItsWay()).toBe(false);
    const ignored = pageWith();
    ignored.arrivals.begun(call);
    ignored.arrivals.answered(call, whole());
    await received();
    ignored.wait();
    expect(ignored.isOnItsWay()).toBe(false);
  });

  test('in the label stream there is no table', () => {
    const { arrivals, isOnItsWay } = pageWith('?labeling=1');
    arrivals.begun(read());
    expect(isOnItsWay()).toBe(false);
  });
});
