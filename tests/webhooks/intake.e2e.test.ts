import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import axios from 'axios';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { z } from 'zod';
import { reconcileCommand } from '../../cli/commands/reconcile.js';
import { connect, type Db } from '../../core/database/connect.js';
import { ensureSecrets } from '../../core/database/secrets.js';
import { LabelStudioClient } from '../../core/label-studio/client.js';
import { endProcess } from '../../core/running/orphans.js';
import { processIdentitySchema } from '../../core/running/process-identity.js';
import { runInProcess } from '../support/run-command.js';
import { seedProject } from '../support/seed-project.js';
import { verdictResult } from './annotation-wire.js';

const LABEL_CONFIG = `<View><Text name="prompt" value="$prompt_text"/><Choices name="verdict" toName="prompt" required="true">
  <Choice value="a"/><Choice value="b"/><Choice value="tie"/><Choice value="both_bad"/></Choices></View>`;
const TASKS = 24;
const stack = inject('stack');
const labelStudio = new LabelStudioClient(stack.labelStudio);
let db: Db;
let labelStudioProjectId: number;
let taskIds: number[];

/** A call straight to Label Studio, around the gateway. */
async function call(method: string, path: string, data?: unknown): Promise<unknown> {
  const headers = { authorization: `Token ${stack.labelStudio.apiKey}` };
  return (await axios.request<unknown>({ method, url: `${stack.labelStudio.url}${path}`, headers, data })).data;
}
const annotate = async (task: number, verdict: string): Promise<number> =>
  (await labelStudio.createAnnotation(task, { result: verdictResult(verdict), lead_time: 1 })).id;
const counted = async (): Promise<Record<number, string | null>> => {
  const rows = await db
    .selectFrom('vote')
    .innerJoin('annotation', 'annotation.id', 'vote.annotation_id')
    .select(['annotation.task_id', 'vote.verdict'])
    .where('annotation.label_studio_project_id', '=', labelStudioProjectId)
    .where('vote.counted', '=', true)
    .execute();
  return Object.fromEntries(rows.map((row) => [row.task_id, row.verdict]));
};

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`within 60 s this did not come true: ${what}`);
    await sleep(200);
  }
}

/** `kill -9`; the supervisor starts it again. */
async function killRole(name: string): Promise<void> {
  const content: unknown = JSON.parse(readFileSync(join(stack.dataDir, 'processes', `${name}.json`), 'utf8'));
  await endProcess(z.object({ process: processIdentitySchema }).parse(content).process, 'SIGKILL', 0);
}

beforeAll(async () => {
  db = connect(stack.databaseUrl, 2);
  const project = await labelStudio.createProject({ title: 'Intake end to end', label_config: LABEL_CONFIG, maximum_annotations: 10 });
  labelStudioProjectId = project.id;
  const data = Array.from({ length: TASKS }, (_, index) => ({ data: { prompt_text: `Question ${index}` } }));
  taskIds = await labelStudio.importTasks(project.id, data);
  await seedProject(db, project.id, taskIds);
  await db.updateTable('project').set({ journal_required: false }).where('label_studio_id', '=', project.id).execute();
  const { webhook } = await ensureSecrets(db);
  await labelStudio.createWebhook({ project: project.id, url: `${stack.publicUrl}/pairloop/webhooks/label-studio`, headers: { 'x-pairloop-secret': webhook } });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await db.destroy();
});

test('what happens in Label Studio becomes votes, through kill -9 of service and worker, and reconciliation finds the rest', async () => {
  const expected: Record<number, string> = {};
  const ids: number[] = [];
  for (const [index, task] of taskIds.entries()) {
    if (index === 8) await killRole('webhooks');
    if (index === 16) await killRole('worker');
    const verdict = (['a', 'b', 'tie'] as const)[index % 3]!;
    ids.push(await annotate(task, verdict));
    expected[task] = verdict;
  }
  const [changed, deleted, drafted, skipped, ended] = taskIds as [number, number, number, number, number];
  await call('PATCH', `/api/annotations/${ids[0]}`, { result: verdictResult('both_bad') });
  expected[changed] = 'both_bad';
  await call('DELETE', `/api/annotations/${ids[1]}`);
  // Posts no event at all in 1.23.2.
  await call('POST', `/api/annotations/${ids[2]}/convert-to-draft`);
  await labelStudio.createAnnotation(skipped, { result: [], was_cancelled: true });
  await call('DELETE', `/api/tasks/${ended}`);
  for (const task of [deleted, drafted, skipped, ended]) delete expected[task];

  await until('the worker is back and has applied what was delivered', async () => {
    const open = await db.selectFrom('delivery').select('id').where('applied_at', 'is', null).where('label_studio_project_id', '=', labelStudioProjectId).execute();
    return open.length === 0;
  });
  vi.stubEnv('PAIRLOOP_DATA', stack.dataDir);
  vi.stubEnv('DATABASE_URL', stack.databaseUrl);
  vi.stubEnv('LABEL_STUDIO_URL', stack.labelStudio.url);
  vi.stubEnv('LABEL_STUDIO_API_KEY', stack.labelStudio.apiKey);
  const { stdout } = await runInProcess(reconcileCommand, ['--json']);
  const { projects } = z.object({ projects: z.array(z.object({ labelStudioProjectId: z.number(), gaps: z.record(z.string(), z.object({ count: z.number() })) })) }).parse(JSON.parse(stdout));
  const gaps = projects.find((project) => project.labelStudioProjectId === labelStudioProjectId)!.gaps;
  for (const name of ['deliveredNotInApi', 'unusable', 'unappliedDeliveries', 'failedDeliveries']) expect(gaps[name], name).toMatchObject({ count: 0 });
  expect(await counted()).toEqual(expected);

  const again = await runInProcess(reconcileCommand, ['--json']);
  expect(JSON.parse(again.stdout)).toMatchObject({ projects: expect.arrayContaining([expect.objectContaining({ labelStudioProjectId, applied: 0, deleted: 0, settled: 0 })]) });
});
