import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Db } from '../../../core/database/connect.js';
import { readEvent } from '../../../webhooks/intake/event.js';
import { seedProject } from '../../support/seed-project.js';
import { createBodies, PROJECT, taskIds } from './deliveries.js';
import { MemoryWatch } from './memory.js';
import { openPeer } from './peer.js';
import { Poster, type Answer } from './post.js';
import type { IntakeSystem } from './system.js';

export interface Effort {
  /** How often the peer and the service take turns. */
  readonly rounds: number;
  readonly peerSeconds: number;
  readonly intakeSeconds: number;
  readonly warmUpSeconds: number;
  /** Deliveries under way at once. */
  readonly clients: number;
  /** Deliveries posted at the same moment at the end, each over a connection of its own. */
  readonly burst: number;
}

/** One turn of each, right after one another, so that whatever else the machine does falls on both alike. */
interface Round {
  /** Plain inserts per second. */
  readonly peer: number;
  /** Deliveries answered with 200 per second. */
  readonly intake: number;
}

export interface Measured {
  readonly rounds: readonly Round[];
  readonly sustained: readonly Answer[];
  readonly burst: readonly Answer[];
  /** Of the service's process, over the rounds and in the burst. */
  readonly memoryMiB: readonly number[];
  readonly burstMemoryMiB: readonly number[];
  /** Answered with 200, over all phases. */
  readonly acknowledged: number;
  readonly stored: Stored;
  /** From the first delivery until all were applied. */
  readonly applySeconds: number;
}

/** What the database holds at the end. */
interface Stored {
  readonly deliveries: number;
  readonly jobs: number;
  readonly applied: number;
  /** Votes that count; each is of another annotation. */
  readonly votes: number;
}

/** A backlog that is not applied by then is counted as lost. */
const DRAIN_MS_MAX = 900_000;

/**
 * Peer and service in turns, with the worker applying what is stored all the while, then a burst. Every delivery is of another
 * annotation, so that what was answered with 200 has to be found again as a delivery, a job and a vote.
 */
export async function measure(system: IntakeSystem, effort: Effort, say: (line: string) => void): Promise<Measured> {
  const { db } = system;
  await seedProject(db, PROJECT, taskIds);
  await db.updateTable('project').set({ journal_required: false }).execute();
  const body = createBodies();
  let next = 0;
  const nextBody = (): string => body(next++);
  const pid = await system.start('webhooks');
  await system.start('worker');
  const peer = await openPeer(system.url, JSON.stringify(readEvent(JSON.parse(body(0)))?.content));
  const poster = new Poster(system.port, system.secrets.webhook, effort.clients);
  const post = (seconds: number): Promise<Answer[]> => sustain(poster, nextBody, seconds, effort.clients);
  say(`warm-up, then ${effort.rounds} rounds`);
  const firstAt = performance.now();
  const warmUp = await post(effort.warmUpSeconds);
  const watch = new MemoryWatch(pid);
  const rounds: Round[] = [];
  const sustained: Answer[] = [];
  for (let round = 1; round <= effort.rounds; round += 1) {
    const inserts = await peer.insertsPerSecond(effort.peerSeconds);
    const began = performance.now();
    const answers = await post(effort.intakeSeconds);
    rounds.push({ peer: inserts, intake: (acknowledged(answers) * 1_000) / (performance.now() - began) });
    sustained.push(...answers);
  }
  watch.stop();
  poster.close();
  await peer.close();
  say(`a burst of ${effort.burst}`);
  const burstWatch = new MemoryWatch(pid);
  const burst = await postAtOnce(system, Array.from({ length: effort.burst }, nextBody));
  burstWatch.stop();
  say('applying the rest');
  await drain(db);
  const applySeconds = (performance.now() - firstAt) / 1_000;
  return {
    rounds,
    sustained,
    burst,
    memoryMiB: watch.samples,
    burstMemoryMiB: burstWatch.samples,
    acknowledged: acknowledged([...warmUp, ...sustained, ...burst]),
    stored: await readStored(db),
    applySeconds,
  };
}

function acknowledged(answers: readonly Answer[]): number {
  return answers.filter(({ status }) => status === 200).length;
}

async function sustain(poster: Poster, nextBody: () => string, seconds: number, clients: number): Promise<Answer[]> {
  const until = performance.now() + seconds * 1_000;
  const answers: Answer[] = [];
  const client = async (): Promise<void> => {
    while (performance.now() < until) answers.push(await poster.post(nextBody()));
  };
  await Promise.all(Array.from({ length: clients }, client));
  return answers;
}

async function postAtOnce({ port, secrets }: IntakeSystem, bodies: readonly string[]): Promise<Answer[]> {
  const poster = new Poster(port, secrets.webhook, bodies.length);
  const answers = await Promise.all(bodies.map((body) => poster.post(body)));
  poster.close();
  return answers;
}

async function drain(db: Db): Promise<void> {
  const deadline = performance.now() + DRAIN_MS_MAX;
  const left = db.selectFrom('delivery').select((eb) => eb.fn.countAll<number>().as('count')).where('applied_at', 'is', null);
  while ((await left.executeTakeFirstOrThrow()).count > 0 && performance.now() < deadline) await sleep(500);
}

async function readStored(db: Db): Promise<Stored> {
  const { rows } = await sql<Stored>`select (select count(*) from delivery) as deliveries,
    (select count(*) from delivery where applied_at is not null and failure is null and ignored_reason is null) as applied,
    (select count(distinct data ->> 'deliveryId') from (
      select name, data from pgboss.job union all select name, data from pgboss.archive) jobs where name = 'apply-delivery') as jobs,
    (select count(*) from vote where counted) as votes`.execute(db);
  return rows[0]!;
}
