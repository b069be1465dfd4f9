import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { createFractions } from '../../core/random.js';
import { killAtRandom } from './kills.js';
import { replayToTheEnd, writeVotes } from './replays.js';

const SEED = 20_260_105;

test(`kill -9 of three random processes during a replay loses, doubles and changes no vote (seed ${SEED}; npm run test:kills for thirty)`, async () => {
  const { dataDir } = inject('stack');
  const folder = mkdtempSync(join(tmpdir(), 'kills-'));
  const stop = new AbortController();
  try {
    const path = join(folder, 'votes.jsonl');
    writeVotes(path, 'kills-test', 20, createFractions(SEED));
    const plan = { dataDir, count: 3, pauseS: [1, 3] as const, random: createFractions(SEED), say: (line: string) => console.error(line) };
    const killing = killAtRandom(plan, stop.signal);
    const replayed = await replayToTheEnd(dataDir, path, plan.say);
    stop.abort();
    expect(await killing).not.toEqual([]);
    expect(replayed).toMatchObject({ equal: true, file: 60, database: 60, lost: 0, doubled: 0, wrong: 0, foreign: 0 });
  } finally {
    stop.abort();
    rmSync(folder, { recursive: true });
  }
}, 600_000);
