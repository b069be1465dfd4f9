import { linkSync, renameSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { readJsonFile, writePrivateFile } from './private-file.js';
import { identifySelf, isRunning, processIdentitySchema, type ProcessIdentity } from './process-identity.js';

const lockSchema = z.object({
  owner: processIdentitySchema,
  /** A process the owner started to do the locked work; it may outlive an owner that was killed. */
  worker: processIdentitySchema.nullable(),
});
type LockContent = z.infer<typeof lockSchema>;

export interface ExclusiveLock {
  /** Names the process that does the work, so that who finds the lock left behind can end it first. */
  setWorker(worker: ProcessIdentity | null): void;
  release(): void;
}
export type LockAttempt =
  | { readonly lock: ExclusiveLock; readonly abandoned: ProcessIdentity | null }
  | { readonly lock: undefined; readonly owner: ProcessIdentity | undefined };

const ATTEMPTS_MAX = 5;

/**
 * Takes the lock file if no living process holds it. A lock whose owner was killed is taken over; its worker,
 * if it still runs, is handed over as `abandoned`, for the caller to end before it begins. Does not wait.
 */
export function tryLock(path: string): LockAttempt {
  const mine: LockContent = { owner: identifySelf(), worker: null };
  const draft = `${path}.${process.pid}.mine`;
  writePrivateFile(draft, JSON.stringify(mine));
  try {
    let abandoned: ProcessIdentity | null = null;
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      if (linkNew(draft, path)) return { lock: heldLock(path, mine), abandoned };
      const found = readJsonFile(path, lockSchema);
      if (found !== undefined && isRunning(found.owner)) return { lock: undefined, owner: found.owner };
      if (found?.worker && isRunning(found.worker)) abandoned = found.worker;
      removeAbandoned(path, found);
    }
    return { lock: undefined, owner: undefined };
  } finally {
    rmSync(draft, { force: true });
  }
}

/** A hard link appears whole or not at all, and fails when the name is taken: the atomic "create if absent" with content. */
function linkNew(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Two processes may find the same abandoned lock; the slower one must not remove the lock the faster one has just taken. */
function removeAbandoned(path: string, seen: LockContent | undefined): void {
  const aside = `${path}.${process.pid}.aside`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = readJsonFile(aside, lockSchema);
  if (moved !== undefined && moved.owner.started !== seen?.owner.started) linkNew(aside, path);
  rmSync(aside, { force: true });
}

function heldLock(path: string, mine: LockContent): ExclusiveLock {
  return {
    setWorker: (worker) => writePrivateFile(path, JSON.stringify({ ...mine, worker })),
    release: () => rmSync(path, { force: true }),
  };
}
