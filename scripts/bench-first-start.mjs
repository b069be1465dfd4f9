// How long the README's first command takes on a fresh clone until a pair is labelled, step by step.
// Uses the network for npm and Python packages; everything it makes is removed again.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const LIMIT_S = 600;
const PORT = '18085';
const clone = join(mkdtempSync(join(tmpdir(), 'pairloop-first-start-')), 'pairloop');
const begun = performance.now();
const seconds = () => ((performance.now() - begun) / 1000).toFixed(1).padStart(7);
const say = (text) => process.stdout.write(`${seconds()} s  ${text}\n`);

/** Labels the first task that annotator 1 is given, through the gateway, and waits until the vote counts. */
async function labelOnePair({ publicUrl, accounts, demoProjectId }) {
  const headers = { authorization: `Token ${accounts.find((one) => one.role === 'annotator').token}`, 'content-type': 'application/json' };
  const call = async (path, body) => {
    const reply = await fetch(publicUrl + path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!reply.ok) throw new Error(`${path} answered ${reply.status}: ${await reply.text()}`);
    return reply.json();
  };
  const task = await call(`/api/dm/actions?id=next_task&project=${demoProjectId}`, {});
  const result = [{ id: 'first', type: 'choices', from_name: 'verdict', to_name: 'prompt', value: { choices: ['a'] } }];
  await call(`/api/tasks/${task.id}/annotations?project=${demoProjectId}`, { result, lead_time: 5, unique_id: crypto.randomUUID() });
}

function countedVotes() {
  const environment = { ...process.env, PAIRLOOP_DATA: join(clone, '.pairloop'), PAIRLOOP_PORT: PORT };
  const status = execFileSync(process.execPath, [join(clone, 'dist', 'cli', 'main.js'), 'status', '--json'], { env: environment });
  return JSON.parse(status).projects.reduce((sum, project) => sum + project.votes.cast + project.gold.passed + project.gold.failed, 0);
}

execFileSync('git', ['clone', '-q', ROOT, clone]);
const commit = execFileSync('git', ['-C', clone, 'rev-parse', '--short', 'HEAD']).toString().trim();
process.stdout.write(`commit ${commit}, ${cpus().length} × ${cpus()[0].model}, Node ${process.version}\n`);
execFileSync('npm', ['ci', '--silent'], { cwd: clone, stdio: ['ignore', 'ignore', 2] });
say('npm ci');
const child = spawn('npm', ['start'], { cwd: clone, env: { ...process.env, PAIRLOOP_PORT: PORT, PAIRLOOP_DATA: '.pairloop' }, stdio: ['ignore', 'ignore', 2], detached: true });
try {
  const running = join(clone, '.pairloop', 'running.json');
  const ready = () => existsSync(running) && JSON.parse(readFileSync(running, 'utf8')).ready;
  while (!ready()) {
    if (child.exitCode !== null || performance.now() - begun > LIMIT_S * 1000) throw new Error('npm start did not become ready');
    await sleep(200);
  }
  say('npm start is ready');
  await labelOnePair(JSON.parse(readFileSync(running, 'utf8')));
  say('a pair is labelled');
  while (countedVotes() === 0) await sleep(200);
  say('its vote counts');
} finally {
  if (child.exitCode === null) {
    process.kill(-child.pid, 'SIGINT');
    await new Promise((resolve) => child.once('exit', resolve));
  }
  rmSync(dirname(clone), { recursive: true, force: true });
}
