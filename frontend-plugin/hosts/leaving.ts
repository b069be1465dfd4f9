import type { CallWatcher, PageCall } from './page-calls.js';

/** A pair that is still there so long after the page got another one is not being left. */
const SWITCH_MS_MAX = 10_000;

/** The pair that is on the screen. */
interface ShownPair {
  readonly taskId: number;
  readonly session: { dispatch(transaction: { readonly type: 'leaving'; readonly leaving: boolean }): void };
  /** Has Label Studio store, as the draft, what it does not have yet, and take no other draft until `goOn`. */
  leave(): void;
  /** It is not left after all. */
  goOn(): void;
}

interface LeavingOptions {
  /** Undefined while no pair is shown that could be judged. */
  readonly shown: () => ShownPair | undefined;
  readonly after: (ms: number, call: () => void) => () => void;
  readonly location: Pick<Location, 'search'>;
}

/**
 * Closes a pair, and has its draft stored, when the page asks for another task. Label Studio itself saves the draft when the other
 * one is clicked, takes keys for the old pair until the other is there, and drops those. What it saved then would even go to the other task.
 */
export class Leaving implements CallWatcher {
  private readonly left = new WeakMap<PageCall, ShownPair>();

  constructor(private readonly options: LeavingOptions) {}

  readonly begun = (call: PageCall): void => {
    const pair = call.kind === 'task' ? this.options.shown() : undefined;
    if (pair === undefined || call.taskId === pair.taskId || this.staysAt(pair.taskId)) return;
    this.left.set(call, pair);
    pair.session.dispatch({ type: 'leaving', leaving: true });
    pair.leave();
  };

  readonly answered = (call: PageCall, reply: Response): void => {
    if (!reply.ok) this.failed(call);
    else if (this.left.has(call)) this.options.after(SWITCH_MS_MAX, () => this.failed(call));
  };

  readonly failed = (call: PageCall): void => {
    const pair = this.left.get(call);
    pair?.session.dispatch({ type: 'leaving', leaving: false });
    pair?.goOn();
  };

  /** The address names the open task, and as soon as another is clicked in the table, that one. The table's menus read tasks without opening them. */
  private staysAt(taskId: number): boolean {
    return new URLSearchParams(this.options.location.search).get('task') === String(taskId);
  }
}
