import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PairloopError } from '../errors.js';
import { endOrphans, recordChild } from './orphans.js';
import { identifyProcess, isRunning } from './process-identity.js';
import { createSupervisor, type ChildSpec, type Supervisor } from './supervise.js';

let dataDir: string;
let said: string[];
const supervisors: Supervisor[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'pairloop-supervise-'));
  said = [];
});
afterEach(async () => {
  for (const supervisor of supervisors.splice(0)) await supervisor.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

function supervisor(): Supervisor {
  const made = createSupervisor({ dataDir, say: (line) => said.push(line), backOff: { firstMs: 20, mostMs: 80, forgottenAfterMs: 60_000 } });
  supervisors.push(made);
  return made;
}

/** A tiny program that says that it is ready by a file, and appends each start to another. */
function child(name: string, body = 'setInterval(() => {}, 1000)', over: Partial<ChildSpec> = {}): ChildSpec {
  const ready = join(dataDir, `${name}.ready`);
  const script = join(dataDir, `${name}.mjs`);
  writeFileSync(
    script,
    `import { appendFileSync, writeFileSync } from 'node:fs';
     appendFileSync(${JSON.stringify(join(dataDir, 'starts'))}, '${name}\\n');
     ${body};
     writeFileSync(${JSON.stringify(ready)}, String(process.pid));`,
  );
  return {
    name,
    command: process.execPath,
    args: [script],
    environment: { PATH: '/usr/bin:/bin' },
    cwd: dataDir,
    isReady: () => Promise.resolve(existsSync(ready)),
    readyWithinMs: 20_000,
    stopSignal: 'SIGTERM',
    stopWithinMs: 5_000,
    ...over,
  };
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('it did not come true within 20 s');
    await sleep(10);
  }
}

test('a killed child is started again with growing delays, each said in one line', async () => {
  const kept = supervisor();
  await kept.start(child('part'));
  for (const round of [1, 2, 3]) {
    const pid = kept.pidOf('part') ?? 0;
    process.kill(pid, 'SIGKILL');
    await until(() => said.filter((line) => line === 'part is up again.').length === round);
    expect(kept.pidOf('part')).not.toBe(pid);
  }
  const delays = said.filter((line) => line.includes('part was ended by SIGKILL')).map((line) => /again in ([\d.]+) s/.exec(line)?.[1]);
  expect(delays).toEqual(['0.0', '0.0', '0.1']);
});

test('a child that never gets ready is tried three times; the failure shows the end of its log', async () => {
  const failing = supervisor().start(child('broken', 'console.error("no such table"); process.exit(3)'));
  await expect(failing).rejects.toThrow(/broken could not be started: it ended with exit code 3[^]*no such table/);
  expect(readFileSync(join(dataDir, 'starts'), 'utf8')).toBe('broken\n'.repeat(3));
});

test('a child that does not answer in time is ended and not tried again', async () => {
  const late = supervisor().start(child('late', undefined, { isReady: () => Promise.resolve(false), readyWithinMs: 300 }));
  await expect(late).rejects.toThrow('late could not be started: it did not answer within 0 s');
  expect(readFileSync(join(dataDir, 'starts'), 'utf8')).toBe('late\n');
});

test('what prepare refuses is said as it is, and nothing is started', async () => {
  const refused = supervisor().start(child('refused', '', { prepare: () => Promise.reject(new PairloopError('Port 1 is in use.')) }));
  await expect(refused).rejects.toThrow(/^Port 1 is in use\.$/);
  expect(existsSync(join(dataDir, 'starts'))).toBe(false);
});

test('a command that is not there is a clear failure', async () => {
  await expect(supervisor().start(child('absent', '', { command: '/no/such/program' }))).rejects.toThrow(/absent could not be started: it could not be run/);
});

test('stop ends children in the reverse order of their start, one that does not listen by force', async () => {
  const kept = supervisor();
  const log = JSON.stringify(join(dataDir, 'ends'));
  const onTerm = (name: string): string => `process.on('SIGTERM', () => { appendFileSync(${log}, '${name}\\n'); process.exit(0); }); setInterval(() => {}, 1000)`;
  await kept.start(child('first', onTerm('first')));
  await kept.start(child('deaf', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)", { stopWithinMs: 200 }));
  await kept.start(child('last', onTerm('last')));
  const pids = ['first', 'deaf', 'last'].map((name) => kept.pidOf(name) ?? 0);
  await kept.stop();
  expect(readFileSync(join(dataDir, 'ends'), 'utf8')).toBe('last\nfirst\n');
  expect(pids.map(identifyProcess)).toEqual([undefined, undefined, undefined]);
  await kept.stop();
  await expect(async () => kept.start(child('too-late'))).rejects.toThrow(/is stopping/);
});

test('stop while a child waits for its next start ends the waiting', async () => {
  const kept = createSupervisor({ dataDir, say: (line) => said.push(line), backOff: { firstMs: 60_000, mostMs: 60_000, forgottenAfterMs: 1 } });
  await kept.start(child('part'));
  process.kill(kept.pidOf('part') ?? 0, 'SIGKILL');
  await until(() => said.length === 1);
  const begun = performance.now();
  await kept.stop();
  expect(performance.now() - begun).toBeLessThan(5_000);
});

test('children of a killed parent are ended by the next start; a process that only got an old id is not', async () => {
  // This test's own process stands for a stranger: its id is recorded, with another start.
  recordChild(dataDir, { name: 'stranger', order: 9, pid: process.pid, stopSignal: 'SIGTERM', stopWithinMs: 100 });
  const record = join(dataDir, 'processes', 'stranger.json');
  writeFileSync(record, readFileSync(record, 'utf8').replace(/"started":"[^"]*"/, '"started":"before"'));
  // The supervisor is left as a killed parent leaves it: its record and its child stay.
  const orphan = createSupervisor({ dataDir, say: () => {} });
  supervisors.push(orphan);
  await orphan.start(child('orphan'));
  const identity = identifyProcess(orphan.pidOf('orphan') ?? 0);
  if (identity === undefined) throw new Error('the child does not run');
  expect(await endOrphans(dataDir)).toEqual(['orphan']);
  expect(isRunning(identity)).toBe(false);
  expect(existsSync(record)).toBe(false);
});
