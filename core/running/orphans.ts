import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { PairloopError } from '../errors.js';
import { readJsonFile, writePrivateFile } from './private-file.js';
import { identifyProcess, isRunning, processIdentitySchema, type ProcessIdentity } from './process-identity.js';

const childFileSchema = z.object({
  name: z.string(),
  /** Place in the order of starting; children end in the reverse. */
  order: z.number().int(),
  process: processIdentitySchema,
  stopSignal: z.enum(['SIGTERM', 'SIGINT']),
  stopWithinMs: z.number(),
});
type ChildFile = z.infer<typeof childFileSchema>;

const POLL_MS = 50;
const KILLED_WITHIN_MS = 10_000;

function folderOf(dataDir: string): string {
  return join(dataDir, 'processes');
}

/** Records a child process, so that a start after a crash of its parent can end it. */
export function recordChild(dataDir: string, child: Omit<ChildFile, 'process'> & { pid: number }): void {
  const { pid, ...rest } = child;
  const identity = identifyProcess(pid);
  if (identity === undefined) return;
  mkdirSync(folderOf(dataDir), { recursive: true, mode: 0o700 });
  writePrivateFile(join(folderOf(dataDir), `${child.name}.json`), JSON.stringify({ ...rest, process: identity }));
}

export function forgetChild(dataDir: string, name: string): void {
  rmSync(join(folderOf(dataDir), `${name}.json`), { force: true });
}

/**
 * Ends the children that a killed parent left running on this data folder, in the reverse order of their start.
 * A process that merely got one of their ids is not touched: the recorded start must match. Returns the names
 * of those that were ended.
 */
export async function endOrphans(dataDir: string): Promise<string[]> {
  const ended: string[] = [];
  for (const child of recordedChildren(dataDir)) {
    if (isRunning(child.process)) {
      await endProcess(child.process, child.stopSignal, child.stopWithinMs);
      ended.push(child.name);
    }
    forgetChild(dataDir, child.name);
  }
  return ended;
}

function recordedChildren(dataDir: string): ChildFile[] {
  mkdirSync(folderOf(dataDir), { recursive: true, mode: 0o700 });
  return readdirSync(folderOf(dataDir))
    .filter((name) => name.endsWith('.json'))
    .map((name) => readJsonFile(join(folderOf(dataDir), name), childFileSchema))
    .filter((child) => child !== undefined)
    .sort((one, other) => other.order - one.order);
}

/**
 * Asks a process, and the group it leads, to end; after `withinMs` makes them. Returns when the process is gone.
 * @throws PairloopError when even that does not end it.
 */
export async function endProcess(identity: ProcessIdentity, signal: NodeJS.Signals, withinMs: number): Promise<void> {
  for (const [way, limitMs] of [[signal, withinMs], ['SIGKILL', KILLED_WITHIN_MS]] as const) {
    signalGroup(identity.pid, way);
    const deadline = performance.now() + limitMs;
    while (isRunning(identity)) {
      if (performance.now() > deadline) break;
      await sleep(POLL_MS);
    }
    if (!isRunning(identity)) return;
  }
  throw new PairloopError(`Process ${identity.pid}, left by an earlier start, does not end; end it yourself, then start again.`);
}

/** Signals a process and the group it leads; a process that is gone already is no error. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, signal);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
