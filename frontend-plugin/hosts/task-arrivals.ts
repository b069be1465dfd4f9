import type { CallWatcher, PageCall } from './page-calls.js';

/** A page that does not draw a task that it has got so long will not. */
const DRAWN_MS_MAX = 3_000;

interface ArrivalsOptions {
  readonly after: (ms: number, call: () => void) => () => void;
  readonly nextFrame: (call: () => void) => void;
  readonly location: Pick<Location, 'search'>;
  /** The editor's task, another object each time that it is made anew. */
  readonly editorTask: () => unknown;
}

interface Arrival {
  readonly call: PageCall;
  readonly over: Promise<void>;
  readonly end: () => void;
  isAnswered: boolean;
  isDrawnOnce: boolean;
  /** What the editor had before it is made anew with the answer. */
  before?: { readonly task: unknown };
}

/**
 * Which tasks are on their way into the editor. Beside its table, Label Studio draws a task at once as the table has it, without
 * its drafts, two frames after it asks for the whole, and makes its editor anew two frames after it has that: what is judged
 * in between is lost.
 */
export class TaskArrivals implements CallWatcher {
  private readonly underWay = new Map<number, Arrival>();

  constructor(private readonly options: ArrivalsOptions) {}

  /** Resolves when the editor has the whole task; undefined when it has, or when the task is not on its way. */
  readonly of = (taskId: number): Promise<void> | undefined => {
    const arrival = this.underWay.get(taskId);
    if (arrival !== undefined) this.look(arrival);
    return this.underWay.get(taskId)?.over;
  };

  readonly begun = (call: PageCall): void => {
    const isStream = new URLSearchParams(this.options.location.search).has('labeling');
    if (call.kind !== 'task' || call.taskId === undefined || isStream) return;
    let end = (): void => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    const arrival: Arrival = { call, over, end, isAnswered: false, isDrawnOnce: false };
    this.underWay.set(call.taskId, arrival);
    const { nextFrame } = this.options;
    nextFrame(() => nextFrame(() => {
      arrival.isDrawnOnce = true;
      this.watch(arrival);
    }));
  };

  readonly answered = (call: PageCall, reply: Response): void => {
    const arrival = this.underWay.get(call.taskId ?? 0);
    if (arrival?.call !== call) return;
    if (reply.ok) void this.receive(arrival, reply.clone());
    else this.end(arrival);
  };

  readonly failed = (call: PageCall): void => {
    const arrival = this.underWay.get(call.taskId ?? 0);
    if (arrival?.call === call) this.end(arrival);
  };

  private async receive(arrival: Arrival, reply: Response): Promise<void> {
    await reply.arrayBuffer().catch(() => undefined);
    arrival.isAnswered = true;
    this.options.after(DRAWN_MS_MAX, () => this.end(arrival));
    this.watch(arrival);
  }

  private watch(arrival: Arrival): void {
    if (!arrival.isAnswered || !arrival.isDrawnOnce) return;
    arrival.before ??= { task: this.options.editorTask() };
    if (!this.look(arrival)) this.options.nextFrame(() => this.watch(arrival));
  }

  /** Whether the editor was made anew; then the task has arrived. */
  private look(arrival: Arrival): boolean {
    const isOver = this.underWay.get(arrival.call.taskId ?? 0) !== arrival;
    if (isOver || (arrival.before !== undefined && arrival.before.task !== this.options.editorTask())) this.end(arrival);
    return isOver || this.underWay.get(arrival.call.taskId ?? 0) !== arrival;
  }

  private end(arrival: Arrival): void {
    if (this.underWay.get(arrival.call.taskId ?? 0) === arrival) this.underWay.delete(arrival.call.taskId ?? 0);
    arrival.end();
  }
}
