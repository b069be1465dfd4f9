import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until something other than undefined comes; throws after the limit. */
export async function waitFor<T>(what: string, ask: () => Promise<T | undefined>, withinMs = 60_000): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`Waited ${withinMs / 1000} s for ${what}.`);
    await sleep(150);
  }
}
