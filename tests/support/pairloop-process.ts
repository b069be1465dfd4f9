import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SystemUser } from '../../core/database/server-user.js';
import { packagePath } from '../../core/package-root.js';
import { readRunningFile, type RunningFile } from '../../core/running/running-file.js';
import { freePortRun } from './free-ports.js';

/** The gateway's port and the five after it. */
const PORTS = 6;
const READY_WITHIN_MS = 600_000;
const STOP_WITHIN_MS = 60_000;

/** A `pairloop up` of its own, as a process. */
export interface PairloopProcess {
  readonly pid: number;
  readonly running: RunningFile;
  /** What it has printed so far. */
  output(): string;
  /** Stops it as Ctrl-C does; the exit code. */
  stop(): Promise<number | null>;
  /** Kills only the parent (`kill -9`): its children stay, as after a crash. */
  killParent(): Promise<void>;
}

export interface StartOptions {
  readonly dataDir: string;
  /** Port of the gateway; without it six free ones in a row. */
  readonly port?: number;
  readonly environment?: NodeJS.ProcessEnv;
  /** System user to run as; without it ourselves. */
  readonly user?: SystemUser;
  /** Takes each line it prints. */
  readonly say?: (line: string) => void;
}

/** Builds dist/ when it is older than the sources. */
export function buildPairloop(): void {
  execFileSync(process.execPath, [packagePath('scripts', 'build.mjs')], { stdio: ['ignore', 2, 2] });
}

/** A new data folder under the system's temporary folder, which the database's own user can pass through. */
export function newDataFolder(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'pairloop-test-'));
  chmodSync(dataDir, 0o711);
  return dataDir;
}

/** Removes a data folder, and the database's folder where that is elsewhere. */
export function removeDataFolder(dataDir: string): void {
  const note = join(dataDir, 'postgres-location.txt');
  const [outside] = existsSync(note) ? readFileSync(note, 'utf8').split('\n') : [];
  for (const folder of [dataDir, outside]) if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}

/** Starts `pairloop up` and waits until everything is ready, the demo project included. */
export async function startPairloop({ dataDir, port, environment = {}, user, say = () => {} }: StartOptions): Promise<PairloopProcess> {
  const [first] = port === undefined ? await freePortRun(PORTS) : [port];
  const child = spawn(process.execPath, ['--enable-source-maps', packagePath('dist', 'cli', 'main.js'), 'up'], {
    env: {
      ...process.env,
      PAIRLOOP_LABEL_STUDIO_ENV: packagePath('.pairloop', 'label-studio-env'),
      ...environment,
      PAIRLOOP_DATA: dataDir,
      PAIRLOOP_PORT: String(first),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user,
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const lines: string[] = [];
  const read = async (stream: Readable): Promise<void> => {
    for await (const line of createInterface({ input: stream })) {
      lines.push(line);
      say(line);
    }
  };
  const reading = Promise.all([read(child.stdout), read(child.stderr)]);
  const deadline = performance.now() + READY_WITHIN_MS;
  let running: RunningFile | undefined;
  while (running?.ready !== true || running.process.pid !== child.pid) {
    if (child.exitCode !== null || child.signalCode !== null) {
      await reading;
      throw new Error(`pairloop up ended with exit code ${child.exitCode}:\n${lines.join('\n')}`);
    }
    if (performance.now() > deadline) {
      child.kill('SIGINT');
      await exited;
      throw new Error(`pairloop up was not ready within ${READY_WITHIN_MS / 1000} s:\n${lines.join('\n')}`);
    }
    await sleep(100);
    running = readRunningFile(dataDir);
  }
  return {
    pid: child.pid ?? 0,
    running,
    output: () => lines.join('\n'),
    async stop() {
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      child.kill('SIGINT');
      const code = await exited;
      clearTimeout(force);
      return code;
    },
    async killParent() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
