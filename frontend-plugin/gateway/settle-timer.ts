import { messageOf } from '../../core/errors.js';
import type { Logger } from '../../core/logging.js';
import type { Settled } from './settle.js';

const EVERY_MS = 30_000;
const SOON_MS = 6_000;

export interface SettleTimer {
  /** Settles within a few seconds instead of at the next regular time. */
  soon(): void;
  /** Stops, and waits for a run that is under way. */
  stop(): Promise<void>;
}

/** Runs `settle` at once and then every 30 s, one run at a time. A run that fails is logged and tried again at the next. */
export function startSettleTimer(settle: () => Promise<Settled>, log: Logger): SettleTimer {
  let running: Promise<void> = Promise.resolve();
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let dueAt = 0;
  const plan = (inMs: number): void => {
    const at = performance.now() + inMs;
    if (isStopped || (timer !== undefined && dueAt <= at)) return;
    clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(run, inMs).unref();
  };
  const run = (): void => {
    timer = undefined;
    running = settleOnce(settle, log).finally(() => plan(EVERY_MS));
  };
  run();
  return {
    soon: () => plan(SOON_MS),
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

async function settleOnce(settle: () => Promise<Settled>, log: Logger): Promise<void> {
  try {
    const settled = await settle();
    if (settled.stored + settled.refused > 0) log.info({ ...settled }, 'open submissions settled');
  } catch (error) {
    log.warn({ failure: messageOf(error) }, 'open submissions could not be settled yet');
  }
}
