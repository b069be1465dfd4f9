import type { PresentationReply } from './presentation.js';

/** An answer is used by the task that is opened right then, or not at all: progress and guideline go on. */
const KEPT_MS = 10_000;

interface Asked {
  readonly taskId: number;
  readonly atMs: number;
  readonly reply: Promise<PresentationReply>;
}

/**
 * Asks how a task is shown as soon as the page asks for the task, so that the answer is there when Label Studio
 * has made its editor (a quarter of a second later) and the first frame with the task is the comparison.
 */
export class EarlyPresentation {
  private asked: Asked | undefined;

  constructor(
    private readonly ask: (taskId: number) => Promise<PresentationReply>,
    private readonly nowMs: () => number,
  ) {}

  /** This task will be opened. */
  readonly expect = (taskId: number): void => {
    const reply = this.ask(taskId);
    reply.catch(() => {});
    this.asked = { taskId, atMs: this.nowMs(), reply };
  };

  /** The answer for a task that is open, each asked for once; asked for now when it was not expected, or when the early answer failed. */
  readonly present = async (taskId: number): Promise<PresentationReply> => {
    const { asked } = this;
    if (asked?.taskId !== taskId) return this.ask(taskId);
    this.asked = undefined;
    if (this.nowMs() - asked.atMs > KEPT_MS) return this.ask(taskId);
    return asked.reply.catch(() => this.ask(taskId));
  };
}

const TASK = /^\/api\/tasks\/(\d+)\/?$/;
/** The gateway names the task that the answer to the call for the next one holds: its body is read only after Label Studio has drawn the old task once more. */
const SERVED_TASK_HEADER = 'x-pairloop-task';

/** Calls `expect` with the id of each task that the page asks Label Studio for from now on: at once when it asks by id, else at the answer. Both stay as they are. */
export function watchTasks(target: Pick<Window, 'fetch'>, expect: (taskId: number) => void): void {
  const original = target.fetch;
  target.fetch = async (...call: Parameters<typeof fetch>): Promise<Response> => {
    const named = namedTask(...call);
    if (named !== undefined) expect(Number(named));
    const reply = await original.apply(window, call);
    const served = reply.headers.get(SERVED_TASK_HEADER);
    if (served !== null) expect(Number(served));
    return reply;
  };
}

function namedTask(input: RequestInfo | URL, init?: RequestInit): string | undefined {
  const url = new URL(input instanceof Request ? input.url : String(input), window.location.href);
  const method = (init?.method ?? (input instanceof Request ? input.method : 'GET')).toUpperCase();
  return method === 'GET' ? TASK.exec(url.pathname)?.[1] : undefined;
}
