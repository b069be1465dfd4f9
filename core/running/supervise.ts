import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { PairloopError, messageOf } from '../errors.js';
import { logPath, openLog, tailOfLog, trimLog } from './log-file.js';
import { forgetChild, recordChild, signalGroup } from './orphans.js';

/** A process to run and keep running. */
export interface ChildSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** System user to run as; undefined: ours. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** Done before each start; what it throws counts as a failed start. */
  readonly prepare?: () => Promise<void>;
  /** Asked again and again until it says true; what it throws counts as false. */
  readonly isReady: () => Promise<boolean>;
  readonly readyWithinMs: number;
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  /** After this long the process is killed. */
  readonly stopWithinMs: number;
}

export interface SupervisorSettings {
  readonly dataDir: string;
  /** Takes one line for people: a restart, its reason, its delay. */
  readonly say: (line: string) => void;
  readonly backOff?: { readonly firstMs: number; readonly mostMs: number; readonly forgottenAfterMs: number };
}

export interface Supervisor {
  /**
   * Starts a process and keeps it running. Resolves when it is ready for the first time.
   * @throws PairloopError with the end of its log when it ends three times, or is not ready in time, before that; it is then no longer kept.
   */
  start(spec: ChildSpec): Promise<void>;
  /** Process id of a child that runs now. */
  pidOf(name: string): number | undefined;
  /** Ends all, the last started first, each with its signal and, after its limit, by force. Safe to call twice. */
  stop(): Promise<void>;
  /** Ends all at once by force. */
  kill(): void;
}

const FIRST_ATTEMPTS_MAX = 3;
const READY_POLL_MS = 150;
const LOG_CHECK_MS = 60_000;
const BACK_OFF = { firstMs: 500, mostMs: 30_000, forgottenAfterMs: 60_000 };

export function createSupervisor(settings: SupervisorSettings): Supervisor {
  const children: Child[] = [];
  let stopping: Promise<void> | undefined;
  const logCheck = setInterval(() => {
    for (const child of children) trimLog(settings.dataDir, child.spec.name);
  }, LOG_CHECK_MS);
  logCheck.unref();

  async function stopAll(): Promise<void> {
    clearInterval(logCheck);
    for (const child of [...children].reverse()) await child.stop();
  }
  return {
    start(spec) {
      if (stopping !== undefined) throw new PairloopError(`${spec.name} was not started: Pairloop is stopping.`);
      const child = new Child(spec, children.length, settings);
      children.push(child);
      return child.start();
    },
    pidOf: (name) => children.find((child) => child.spec.name === name)?.pid,
    stop: () => (stopping ??= stopAll()),
    kill: () => children.forEach((child) => child.kill()),
  };
}

/**
 * One kept process:
 *
 *   starting ──ready──▶ up ──ends──▶ waiting (back-off) ──▶ starting
 *      └──ends, or late──▶ waiting            any ──stop──▶ stopped
 *
 * Before it was ready for the first time, three failures (or one refusal of `prepare`) are final.
 */
class Child {
  private process: ChildProcess | undefined;
  private exited: Promise<string> = Promise.resolve('');
  private stopped = false;
  private readonly stopRequest = new AbortController();
  private keeping: Promise<void> = Promise.resolve();

  constructor(
    readonly spec: ChildSpec,
    private readonly order: number,
    private readonly settings: SupervisorSettings,
  ) {}

  get pid(): number | undefined {
    return this.process?.pid;
  }

  async start(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const failure = await this.launch();
      if (failure === undefined) break;
      if (this.stopped) throw new PairloopError(`${this.spec.name} was stopped before it was ready.`);
      if (attempt >= FIRST_ATTEMPTS_MAX || failure.final) {
        this.stopped = true;
        forgetChild(this.settings.dataDir, this.spec.name);
        throw failure.error instanceof PairloopError ? failure.error : this.explain(failure.error);
      }
      await this.pause((this.settings.backOff ?? BACK_OFF).firstMs * attempt);
    }
    this.keeping = this.keep();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.stopRequest.abort();
    if (this.process?.pid !== undefined && this.isAlive()) {
      signalGroup(this.process.pid, this.spec.stopSignal);
      const killTimer = setTimeout(() => this.kill(), this.spec.stopWithinMs);
      await this.exited;
      clearTimeout(killTimer);
    }
    await this.keeping;
    forgetChild(this.settings.dataDir, this.spec.name);
  }

  kill(): void {
    if (this.process?.pid !== undefined && this.isAlive()) signalGroup(this.process.pid, 'SIGKILL');
  }

  /** Waits for the process to end, and starts it again, until it is to stop. */
  private async keep(): Promise<void> {
    const { firstMs, mostMs, forgottenAfterMs } = this.settings.backOff ?? BACK_OFF;
    const log = logPath(this.settings.dataDir, this.spec.name);
    let failures = 0;
    for (;;) {
      const upSince = performance.now();
      let reason: string | undefined = await this.exited;
      if (performance.now() - upSince > forgottenAfterMs) failures = 0;
      while (reason !== undefined) {
        if (this.stopped) return;
        const delayMs = Math.min(firstMs * 2 ** failures, mostMs);
        failures += 1;
        this.settings.say(`${this.spec.name} ${reason}; it is started again in ${(delayMs / 1000).toFixed(1)} s (log: ${log}).`);
        await this.pause(delayMs);
        if (this.stopped) return;
        reason = (await this.launch())?.error.message;
      }
      this.settings.say(`${this.spec.name} is up again.`);
    }
  }

  /** One start. Undefined when it became ready; else why not, and then nothing of it runs any more. */
  private async launch(): Promise<{ error: Error; final: boolean } | undefined> {
    try {
      await this.spec.prepare?.();
    } catch (error) {
      return { error: error instanceof Error ? error : new Error(messageOf(error)), final: error instanceof PairloopError };
    }
    if (this.stopped) return { error: new Error('was stopped'), final: true };
    this.spawn();
    const ended = this.exited.then((how) => ({ error: new Error(how), final: false }));
    const failure = await Promise.race([ended, this.untilReady()]);
    if (failure !== undefined) {
      this.kill();
      await this.exited;
    }
    return failure;
  }

  private spawn(): void {
    const { spec, settings } = this;
    const log = openLog(settings.dataDir, spec.name);
    const child = spawn(spec.command, [...spec.args], {
      cwd: spec.cwd,
      env: spec.environment,
      // A group of its own: Ctrl-C in the terminal reaches only us, and we stop the children in their order.
      detached: true,
      stdio: ['ignore', log, log],
      ...spec.user,
    });
    closeSync(log);
    this.process = child;
    this.exited = new Promise((resolve) => {
      child.once('error', (error) => resolve(`could not be run (${error.message})`));
      child.once('exit', (code, signal) => resolve(signal === null ? `ended with exit code ${code ?? 0}` : `was ended by ${signal}`));
    });
    const { stopSignal, stopWithinMs } = spec;
    if (child.pid !== undefined) {
      recordChild(settings.dataDir, { name: spec.name, order: this.order, pid: child.pid, stopSignal, stopWithinMs });
    }
  }

  private async untilReady(): Promise<{ error: Error; final: boolean } | undefined> {
    const deadline = performance.now() + this.spec.readyWithinMs;
    while (this.isAlive()) {
      if (await this.spec.isReady().catch(() => false)) return undefined;
      if (performance.now() > deadline) {
        return { error: new Error(`did not answer within ${Math.round(this.spec.readyWithinMs / 1000)} s`), final: true };
      }
      await this.pause(READY_POLL_MS);
    }
    return { error: new Error(await this.exited), final: false };
  }

  private isAlive(): boolean {
    return this.process?.pid !== undefined && this.process.exitCode === null && this.process.signalCode === null;
  }

  private async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.stopRequest.signal }).catch(() => undefined);
  }

  private explain(failure: Error): PairloopError {
    const tail = tailOfLog(this.settings.dataDir, this.spec.name);
    const path = logPath(this.settings.dataDir, this.spec.name);
    return new PairloopError(`${this.spec.name} could not be started: it ${failure.message}. Its log, ${path}, ends with:\n${tail}`, 'failure', { cause: failure });
  }
}
