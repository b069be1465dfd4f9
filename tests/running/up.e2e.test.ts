import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import axios from 'axios';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { assertReachable, connect } from '../../core/database/connect.js';
import { LabelStudioClient } from '../../core/label-studio/client.js';
import { packagePath } from '../../core/package-root.js';
import { createAccount, signIn } from '../../core/running/label-studio-account.js';
import { endProcess } from '../../core/running/orphans.js';
import { isRunning, processIdentitySchema, type ProcessIdentity } from '../../core/running/process-identity.js';
import { readRunningFile } from '../../core/running/running-file.js';
import { newDataFolder, removeDataFolder, startPairloop, type PairloopProcess } from '../support/pairloop-process.js';

const CHILDREN = ['postgres', 'label-studio', 'ml-backend', 'webhooks', 'worker', 'gateway'];

function childOf(dataDir: string, name: string): ProcessIdentity {
  const content: unknown = JSON.parse(readFileSync(join(dataDir, 'processes', `${name}.json`), 'utf8'));
  return z.object({ process: processIdentitySchema }).parse(content).process;
}

async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`within 60 s this did not come true: ${what}`);
    await sleep(200);
  }
}

async function answers(url: string): Promise<boolean> {
  const reply = await axios.get<unknown>(url, { timeout: 2_000, validateStatus: () => true }).catch(() => undefined);
  return reply?.status === 200;
}

/** Gives the demo project a control that its rubric does not have, as after a version whose rubric had it, and an annotation of it; the label config. */
async function storeBeyondRubric({ labelStudio, demoProjectId }: PairloopProcess['running']): Promise<string> {
  const client = new LabelStudioClient(labelStudio);
  const demo = await client.project(demoProjectId!);
  const labelConfig = demo.label_config!.replace('<Rating name="tone_a"', '<Rating name="brevity_a" toName="prompt" maxRating="5"/><Rating name="tone_a"');
  await client.updateProject(demo.id, { label_config: labelConfig, model_version: demo.model_version });
  const { value: tasks } = await client.tasks(demo.id).next();
  await client.createAnnotation(tasks![0]!.id, { result: [{ id: 'brevity', from_name: 'brevity_a', to_name: 'prompt', type: 'rating', value: { rating: 4 } }] });
  return labelConfig;
}

describe('the running system', () => {
  test('every part answers, and what is secret in the data folder is private', async () => {
    const stack = inject('stack');
    for (const url of [stack.publicUrl, stack.mlBackendUrl, stack.webhooksUrl, stack.labelStudio.url]) {
      expect(await answers(`${url}/health`), url).toBe(true);
    }
    for (const name of ['running.json', 'label-studio-admin.json', 'postgres-passwords.json']) {
      expect(statSync(join(stack.dataDir, name)).mode & 0o777, name).toBe(0o600);
    }
  });

  test('the admin signs in through the gateway and the token works', async () => {
    const stack = inject('stack');
    const admin = stack.accounts.find((account) => account.role === 'admin');
    expect(await new LabelStudioClient(stack.labelStudio).whoami()).toMatchObject({ email: admin?.email });
    expect(await signIn(stack.publicUrl, { email: admin?.email ?? '', password: admin?.password ?? '' })).toMatchObject({ token: admin?.token });
    expect(await signIn(stack.publicUrl, { email: admin?.email ?? '', password: 'not this one' })).toBeUndefined();
  });

  test('an account is made by invitation once; its token works, also through the gateway', async () => {
    const { publicUrl, labelStudio } = inject('stack');
    const credentials = { email: `invited-${Date.now()}@example.com`, password: 'a long password' };
    const made = await createAccount(publicUrl, labelStudio, credentials);
    expect(await createAccount(publicUrl, labelStudio, credentials)).toEqual(made);
    expect(await new LabelStudioClient({ url: publicUrl, apiKey: made.token }).whoami()).toMatchObject({ id: made.userId });
    await expect(createAccount(publicUrl, labelStudio, { ...credentials, password: 'another password' })).rejects.toThrow(/already exists/);
  });

  test('nobody signs up without the invitation', async () => {
    const { publicUrl } = inject('stack');
    const page = await axios.get<unknown>(`${publicUrl}/user/signup/`);
    const cookie = String(page.headers['set-cookie']).split(';')[0] ?? '';
    const form = new URLSearchParams({ csrfmiddlewaretoken: cookie.split('=')[1] ?? '', email: 'stranger@example.com', password: 'a long password' });
    const reply = await axios.post<unknown>(`${publicUrl}/user/signup/`, form, {
      headers: { cookie, origin: publicUrl, referer: `${publicUrl}/user/signup/` },
      maxRedirects: 0,
      validateStatus: () => true,
    });
    expect(reply.status).toBe(403);
  });

  test('doctor finds every part in order, and that Label Studio may call us', () => {
    const { dataDir } = inject('stack');
    const report = execFileSync(process.execPath, [packagePath('dist', 'cli', 'main.js'), 'doctor', '--json'], {
      encoding: 'utf8',
      env: { ...process.env, PAIRLOOP_DATA: dataDir, PAIRLOOP_LABEL_STUDIO_ENV: packagePath('.pairloop', 'label-studio-env') },
    });
    const { ok, findings } = z.object({ ok: z.boolean(), findings: z.array(z.object({ name: z.string(), state: z.string(), detail: z.string() })) }).parse(JSON.parse(report));
    expect(ok, report).toBe(true);
    const states = Object.fromEntries(findings.map(({ name, state }) => [name, state]));
    expect(states).toMatchObject({ database: 'ok', 'Label Studio': 'ok', 'webhooks from Label Studio': 'ok', 'ML backend from Label Studio': 'ok', gateway: 'ok' });
  });

  test('a second start on the same data folder says who runs there', async () => {
    const { dataDir, publicUrl, process: owner } = inject('stack');
    await expect(startPairloop({ dataDir })).rejects.toThrow(`process ${owner.pid}, ${publicUrl}`);
  });
});

describe('a system of its own', () => {
  let dataDir: string;
  let pairloop: PairloopProcess;
  beforeAll(async () => {
    dataDir = newDataFolder();
    pairloop = await startPairloop({ dataDir });
  });
  afterAll(async () => {
    await pairloop.stop();
    removeDataFolder(dataDir);
  });

  test('a killed child is started again, and the parent says so', async () => {
    for (const name of CHILDREN) {
      const before = childOf(dataDir, name);
      await endProcess(before, 'SIGKILL', 0);
      await until(`${name} runs again`, () => pairloop.output().includes(`${name} is up again.`));
      expect(childOf(dataDir, name)).not.toEqual(before);
      expect(pairloop.output()).toContain(`${name} was ended by SIGKILL; it is started again in`);
    }
    const db = connect(pairloop.running.databaseUrl, 1);
    await assertReachable(db, pairloop.running.databaseUrl).finally(() => db.destroy());
    expect(await answers(`${pairloop.running.publicUrl}/health`)).toBe(true);
  });

  test('after kill -9 of the parent the next start ends what was left, and goes on with the same accounts', async () => {
    const left = CHILDREN.map((name) => childOf(dataDir, name));
    await pairloop.killParent();
    expect(readRunningFile(dataDir)).toBeUndefined();
    expect(left.every(isRunning)).toBe(true);
    const port = Number(new URL(pairloop.running.publicUrl).port);
    const { accounts, labelStudio } = pairloop.running;
    pairloop = await startPairloop({ dataDir, port });
    expect(left.some(isRunning)).toBe(false);
    expect(pairloop.output()).toContain('had left running: ');
    expect(pairloop.running).toMatchObject({ accounts, labelStudio });
    expect(await new LabelStudioClient(labelStudio).whoami()).toMatchObject({ email: accounts[0]?.email });
  });

  test('Ctrl-C ends every child and removes the running file; the next start is quick, and keeps a demo that holds more than its rubric has now', async () => {
    const labelConfig = await storeBeyondRubric(pairloop.running);
    const children = CHILDREN.map((name) => childOf(dataDir, name));
    expect(await pairloop.stop()).toBe(0);
    expect(children.some(isRunning)).toBe(false);
    expect(readRunningFile(dataDir)).toBeUndefined();
    const begun = performance.now();
    pairloop = await startPairloop({ dataDir });
    expect(performance.now() - begun).toBeLessThan(60_000);
    expect(pairloop.output()).not.toContain('had left running');
    expect(pairloop.output()).toMatch(/The demo project stays as it was made\. .* would lose brevity_a \(1 annotation\)\./);
    const demo = await new LabelStudioClient(pairloop.running.labelStudio).project(pairloop.running.demoProjectId!);
    expect(demo.label_config).toBe(labelConfig);
  });
});
