import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createFractions } from '../../core/random.js';
import { describeCommit, describeMachine } from '../support/circumstances.js';
import { buildPairloop, newDataFolder, removeDataFolder, startPairloop } from '../support/pairloop-process.js';
import { killAtRandom, VICTIMS, type Kill } from './kills.js';
import { replayToTheEnd, writeVotes, type Replayed } from './replays.js';

const PAIRS = 60;
const PAUSE_S = [2, 8] as const;

/**
 * Starts a system of its own, plays drawn votes through it file by file, and ends a random process with `kill -9` at random
 * moments until `--kills` (30) are done; prints what became of the votes. `--seed` repeats the draws of an earlier run, which it prints (moments
 * of other machines are others all the same). Resolves with the exit code: 1 when a vote is lost, doubled or wrong.
 */
export async function testKills(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean', default: false }, kills: { type: 'string', default: '30' }, seed: { type: 'string', default: String(randomInt(1_000_000)) } },
  });
  const [seed, count] = [wholeNumber('--seed', values.seed), wholeNumber('--kills', values.kills)];
  const say = (line: string): void => console.error(line);
  say(`seed ${seed}`);
  buildPairloop();
  const dataDir = newDataFolder();
  const files = mkdtempSync(join(tmpdir(), 'pairloop-kills-'));
  const pairloop = await startPairloop({ dataDir, say });
  const stop = new AbortController();
  try {
    const began = performance.now();
    const killing = killAtRandom({ dataDir, count, pauseS: PAUSE_S, random: createFractions(seed), say }, stop.signal);
    const progress = { over: false };
    const ended = killing.catch(() => []).then(() => (progress.over = true));
    const votes = createFractions(seed + 1);
    const replays: Replayed[] = [];
    while (!progress.over) {
      const name = `kills-${seed}-${replays.length}`;
      const path = join(files, `${name}.jsonl`);
      writeVotes(path, name, PAIRS, votes);
      replays.push(await replayToTheEnd(dataDir, path, say));
      say(`replay ${replays.length}: ${JSON.stringify(replays.at(-1))}`);
    }
    await ended;
    const report = { seed, machine: describeMachine(), load: loadavg()[0]!, commit: describeCommit(), seconds: (performance.now() - began) / 1_000, kills: await killing, replays };
    process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : describeRun(report));
    return replays.every(({ equal }) => equal) ? 0 : 1;
  } finally {
    stop.abort();
    await pairloop.stop();
    removeDataFolder(dataDir);
    rmSync(files, { recursive: true });
  }
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`${name} is ${JSON.stringify(text)}; give a whole number.`);
}

interface Run {
  readonly seed: number;
  readonly machine: string;
  readonly load: number;
  readonly commit: string;
  readonly seconds: number;
  readonly kills: readonly Kill[];
  readonly replays: readonly Replayed[];
}

function describeRun({ seed, machine, load, commit, seconds, kills, replays }: Run): string {
  const sum = (name: 'file' | 'database' | 'lost' | 'doubled' | 'wrong' | 'foreign' | 'starts'): number => replays.reduce((total, one) => total + one[name], 0);
  const each = VICTIMS.map((victim) => `${victim} ${kills.filter((one) => one.victim === victim).length}`).join(', ');
  return [
    `${machine}; load ${load.toFixed(1)}; commit ${commit}; seed ${seed}`,
    `${kills.length} processes killed in ${seconds.toFixed(0)} s: ${each}.`,
    `${replays.length} replays (started ${sum('starts')} times) of ${sum('file')} votes; ${sum('database')} count.`,
    `Lost ${sum('lost')}, doubled ${sum('doubled')}, wrong ${sum('wrong')}, not in the files ${sum('foreign')}.`,
    replays.every(({ equal }) => equal) ? 'Every replay is equal to its file, agreement and accepted pairs included.' : 'NOT EQUAL to the files.',
    '',
  ].join('\n');
}
