import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { signalGroup } from '../../core/running/orphans.js';
import { isRunning, processIdentitySchema } from '../../core/running/process-identity.js';

/** The processes of a system that may be killed, by the names under which its data folder records them. */
export const VICTIMS = ['gateway', 'webhooks', 'worker', 'label-studio', 'postgres'] as const;
type Victim = (typeof VICTIMS)[number];

/** One process that was ended by `kill -9`, in seconds after the first moment. */
export interface Kill {
  readonly victim: Victim;
  readonly atS: number;
}

export interface KillPlan {
  readonly dataDir: string;
  readonly count: number;
  /** Between one kill and the next, drawn evenly. */
  readonly pauseS: readonly [least: number, most: number];
  /** Fractions from 0 to 1. */
  readonly random: () => number;
  readonly say: (line: string) => void;
}

/**
 * Kills processes of a running system at random moments, whatever state they are in; one that is down at its moment is
 * waited for, so that each kill ends a process. Stops early when `signal` says so.
 */
export async function killAtRandom({ dataDir, count, pauseS: [least, most], random, say }: KillPlan, signal: AbortSignal): Promise<Kill[]> {
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1_000;
  const kills: Kill[] = [];
  while (kills.length < count && !signal.aborted) {
    await sleep(1_000 * (least + (most - least) * random()), undefined, { signal }).catch(() => undefined);
    const victim = VICTIMS[Math.floor(random() * VICTIMS.length)]!;
    while (!signal.aborted && !kill(dataDir, victim)) await sleep(200);
    if (signal.aborted) break;
    kills.push({ victim, atS: Math.round(seconds() * 10) / 10 });
    say(`kill ${kills.length} of ${count}: ${victim}`);
  }
  return kills;
}

/** Whether it ran. */
function kill(dataDir: string, victim: Victim): boolean {
  const path = join(dataDir, 'processes', `${victim}.json`);
  const identity = z.object({ process: processIdentitySchema }).parse(JSON.parse(readFileSync(path, 'utf8'))).process;
  if (!isRunning(identity)) return false;
  signalGroup(identity.pid, 'SIGKILL');
  return true;
}
