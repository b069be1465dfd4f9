import axios from 'axios';
import { sql } from 'kysely';
import type { Db } from '../../core/database/connect.js';
import { messageOf } from '../../core/errors.js';
import { OWN_CONNECTION } from '../../core/own-connection.js';

interface PartHealth {
  readonly status: 'UP' | 'DOWN';
  readonly ms: number;
  readonly reason?: string;
}

export interface Health {
  /** UP when every part is. */
  readonly status: 'UP' | 'DOWN';
  readonly parts: Readonly<Record<string, PartHealth>>;
}

const PROBE_MS_MAX = 2_000;
const KEPT_MS = 1_000;

/**
 * Asks every part whether it is up, at most once a second however often it is called; no probe takes
 * longer than 2 s.
 */
export function createHealth(
  { db, urls, now }: { db: Db; urls: Readonly<Record<string, string>>; now: () => Date },
): () => Promise<Health> {
  let kept: { health: Promise<Health>; until: number } | undefined;
  return () => {
    if (kept === undefined || kept.until < now().getTime()) {
      kept = { health: readHealth(db, urls), until: now().getTime() + KEPT_MS };
    }
    return kept.health;
  };
}

async function readHealth(db: Db, urls: Readonly<Record<string, string>>): Promise<Health> {
  const probes: [string, () => Promise<unknown>][] = [
    ['database', () => withinTime(sql`select 1`.execute(db))],
    ...Object.entries(urls).map(([name, url]): [string, () => Promise<unknown>] => [
      name,
      () => axios.get(`${url}/health`, { ...OWN_CONNECTION, timeout: PROBE_MS_MAX, maxContentLength: 100_000, proxy: false }),
    ]),
  ];
  const parts = await Promise.all(probes.map(async ([name, ask]) => [name, await probe(ask)] as const));
  const isUp = parts.every(([, part]) => part.status === 'UP');
  return { status: isUp ? 'UP' : 'DOWN', parts: { gateway: { status: 'UP', ms: 0 }, ...Object.fromEntries(parts) } };
}

async function probe(ask: () => Promise<unknown>): Promise<PartHealth> {
  const start = performance.now();
  const elapsed = (): number => Math.round(performance.now() - start);
  try {
    await ask();
    return { status: 'UP', ms: elapsed() };
  } catch (error) {
    return { status: 'DOWN', ms: elapsed(), reason: messageOf(error) };
  }
}

function withinTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PROBE_MS_MAX} ms`)), PROBE_MS_MAX);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
