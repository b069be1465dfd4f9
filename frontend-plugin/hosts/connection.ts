import type { CallWatcher, PageCall } from './page-calls.js';

/** While the connection is lost it is tried this often. */
const TRY_AGAIN_MS = 4_000;

/** Time and signs of the page that a connection depends on. */
interface ConnectionOptions {
  /** Whether Label Studio and the gateway answer now; never rejects. */
  readonly probe: () => Promise<boolean>;
  readonly after: (ms: number, call: () => void) => () => void;
  readonly target: Pick<Window, 'addEventListener' | 'navigator'>;
}

/**
 * Whether what the annotator does can be saved. Lost when the browser says that it is offline, or when a call
 * that saves or serves work gets no answer or a server's error; back when such a call is answered again or a
 * probe succeeds, which is repeated until then.
 */
export class Connection implements CallWatcher {
  private isLost = false;
  private cancelProbe: (() => void) | undefined;
  private readonly listeners = new Set<(lost: boolean) => void>();

  constructor(private readonly options: ConnectionOptions) {
    const { target } = options;
    target.addEventListener('offline', () => this.lose());
    target.addEventListener('online', () => void this.tryNow());
    if (target.navigator.onLine === false) this.lose();
  }

  get lost(): boolean {
    return this.isLost;
  }

  /** Calls `listener` at each change. Returns the way to stop. */
  subscribe(listener: (lost: boolean) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  readonly answered = (call: PageCall, reply: Response): void => {
    if (!savesOrServes(call)) return;
    if (reply.status >= 500) this.lose();
    else this.regain();
  };

  readonly failed = (call: PageCall): void => {
    if (savesOrServes(call)) this.lose();
  };

  private lose(): void {
    this.cancelProbe ??= this.options.after(TRY_AGAIN_MS, () => void this.tryNow());
    this.set(true);
  }

  private regain(): void {
    this.cancelProbe?.();
    this.cancelProbe = undefined;
    this.set(false);
  }

  private async tryNow(): Promise<void> {
    if (!this.isLost) return;
    this.cancelProbe?.();
    this.cancelProbe = undefined;
    if (await this.options.probe()) this.regain();
    else this.lose();
  }

  private set(lost: boolean): void {
    if (this.isLost === lost) return;
    this.isLost = lost;
    for (const listener of this.listeners) listener(lost);
  }
}

function savesOrServes({ kind }: PageCall): boolean {
  return kind !== 'other' && kind !== 'task';
}
