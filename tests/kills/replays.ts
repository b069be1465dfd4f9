import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { packagePath } from '../../core/package-root.js';
import { VERDICTS } from '../../core/domain/verdict.js';

const RATERS = ['r1', 'r2', 'r3'];
/** A replay that outages stop goes on where it was when it is started again, after a pause; so often in vain is a fault of its own. */
const STARTS_MAX = 100;
const PAUSE_MS = 3_000;

const differences = z.array(z.unknown()).transform((list) => list.length);
const outcomeSchema = z
  .object({
    equal: z.boolean(),
    votes: z.object({ file: z.number(), database: z.number(), lost: differences, doubled: differences, wrong: differences, foreign: differences }),
  })
  .transform(({ equal, votes }) => ({ equal, ...votes }));

/** What one file of votes came to: counts of votes, and how often the replay had to be started. */
export type Replayed = z.infer<typeof outcomeSchema> & { readonly starts: number };

/** Writes a file of votes: `pairs` pairs, three raters each, drawn verdicts. `name` tells its pairs from those of other files. */
export function writeVotes(path: string, name: string, pairs: number, random: () => number): void {
  const lines = Array.from({ length: pairs }, (_, n) => ({
    id: `${name}-${n}`,
    prompt: `Question ${n} of ${name}?`,
    response_a: `One answer to question ${n}.`,
    response_b: `Another answer to question ${n}.`,
    votes: Object.fromEntries(RATERS.map((rater) => [rater, VERDICTS[Math.floor(random() * VERDICTS.length)]])),
  }));
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

/**
 * Plays a file of votes through the running system with `pairloop replay`, as often as it needs until it has come to its end.
 *
 * @throws Error with what it said last when it never does.
 */
export async function replayToTheEnd(dataDir: string, path: string, say: (line: string) => void): Promise<Replayed> {
  let last = '';
  for (let starts = 1; starts <= STARTS_MAX; starts += 1) {
    const { stdout, stderr } = await runReplay(dataDir, path);
    if (stdout !== '') return { ...outcomeSchema.parse(JSON.parse(stdout)), starts };
    last = stderr.trim().split('\n').at(-1) ?? '';
    say(`started again: ${last}`);
    await sleep(PAUSE_MS);
  }
  throw new Error(`pairloop replay did not come to its end in ${STARTS_MAX} starts: ${last}`);
}

function runReplay(dataDir: string, path: string): Promise<{ stdout: string; stderr: string }> {
  const command = [packagePath('dist', 'cli', 'main.js'), 'replay', path, '--json'];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { env: { ...process.env, PAIRLOOP_DATA: dataDir }, maxBuffer: 64 * 1024 * 1024 }, (_error, stdout, stderr) => resolve({ stdout, stderr }));
  });
}
