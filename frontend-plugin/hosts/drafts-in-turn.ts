import { z } from 'zod';
import type { CallWatcher, OtherCall, PageCall } from './page-calls.js';

/** No call waits longer for one before it. */
const WAIT_MS_MAX = 5_000;

/** A call that saves a draft and has got no answer yet. */
interface Draft {
  readonly annotationId: number | undefined;
  /** Resolves when it is answered or has failed, with the id of the draft that it made, if it did. */
  readonly arrived: Promise<number | undefined>;
}

/**
 * Lets the drafts of a task go out one after the other, and lets a task be read when its drafts have arrived. Label Studio waits
 * for neither when tasks are switched fast: two drafts that are made at once stay two, and a task that was read too early comes
 * up without what was judged last.
 */
export class DraftsInTurn implements CallWatcher {
  /** By task: the last of its drafts. */
  private readonly underWay = new Map<number, Draft>();
  private readonly taskOf = new Map<number, number>();
  private readonly arrivals = new WeakMap<PageCall, (draftId?: number) => void>();

  constructor(private readonly after: (ms: number, call: () => void) => () => void) {}

  /** A draft that was stored earlier. */
  know(draftId: number, taskId: number): void {
    this.taskOf.set(draftId, taskId);
  }

  readonly hold = (call: PageCall): Promise<OtherCall | undefined> | undefined => {
    const taskId = call.taskId ?? this.taskOf.get(call.draftId ?? 0);
    if (taskId === undefined || (call.kind !== 'draft' && call.kind !== 'task')) return undefined;
    const before = this.underWay.get(taskId);
    if (call.kind === 'draft') this.line(call, taskId);
    return before === undefined ? undefined : this.follow(before, call);
  };

  readonly answered = (call: PageCall, reply: Response): void => {
    const arrive = this.arrivals.get(call);
    if (arrive === undefined) return;
    if (call.taskId === undefined || !reply.ok) arrive();
    else void this.learn(reply, call.taskId, arrive);
  };

  readonly failed = (call: PageCall): void => this.arrivals.get(call)?.();

  private async learn(reply: Response, taskId: number, arrive: (draftId?: number) => void): Promise<void> {
    const draft = z.object({ id: z.number() }).safeParse(await reply.clone().json().catch(() => undefined));
    if (draft.success) this.know(draft.data.id, taskId);
    arrive(draft.data?.id);
  }

  private line(call: PageCall, taskId: number): void {
    const draft: Draft = { annotationId: call.annotationId, arrived: new Promise((resolve) => this.arrivals.set(call, resolve)) };
    this.underWay.set(taskId, draft);
    void draft.arrived.then(() => this.underWay.get(taskId) === draft && this.underWay.delete(taskId));
  }

  /** A draft that would be made a second time changes the first instead. */
  private async follow(before: Draft, call: PageCall): Promise<OtherCall | undefined> {
    const made = await Promise.race([before.arrived, new Promise<undefined>((resolve) => this.after(WAIT_MS_MAX, () => resolve(undefined)))]);
    const again = call.kind === 'draft' && call.draftId === undefined && call.annotationId === before.annotationId;
    return made !== undefined && again ? { method: 'PATCH', path: `/api/drafts/${made}` } : undefined;
  }
}
