import type { CallWatcher, PageCall } from './page-calls.js';
import type { PresentationReply } from './presentation.js';

/** An answer is used by the task that is opened right then, or not at all: progress and guideline go on. */
const KEPT_MS = 10_000;
/** The gateway names the task that the answer to the call for the next one holds: its body is read only after Label Studio has drawn the old task once more. */
const SERVED_TASK_HEADER = 'x-pairloop-task';

interface Asked {
  readonly taskId: number;
  readonly atMs: number;
  readonly reply: Promise<PresentationReply>;
}

/**
 * Asks how a task is shown as soon as the page asks for the task, so that the answer is there when Label Studio
 * has made its editor (a quarter of a second later) and the first frame with the task is the comparison.
 */
export class EarlyPresentation implements CallWatcher {
  private asked: Asked | undefined;

  constructor(
    private readonly ask: (taskId: number) => Promise<PresentationReply>,
    private readonly nowMs: () => number,
  ) {}

  readonly begun = ({ kind, taskId }: PageCall): void => {
    if (kind === 'task' && taskId !== undefined) this.expect(taskId);
  };

  readonly answered = (_call: PageCall, reply: Response): void => {
    const served = reply.headers.get(SERVED_TASK_HEADER);
    if (served !== null) this.expect(Number(served));
  };

  /** This task will be opened. */
  expect(taskId: number): void {
    const reply = this.ask(taskId);
    reply.catch(() => {});
    this.asked = { taskId, atMs: this.nowMs(), reply };
  }

  /** The answer for a task that is open, each asked for once; asked for now when it was not expected, or when the early answer failed. */
  readonly present = async (taskId: number): Promise<PresentationReply> => {
    const { asked } = this;
    if (asked?.taskId !== taskId) return this.ask(taskId);
    this.asked = undefined;
    if (this.nowMs() - asked.atMs > KEPT_MS) return this.ask(taskId);
    return asked.reply.catch(() => this.ask(taskId));
  };
}
