import { randomUUID } from 'node:crypto';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { connect, type Db } from '../../core/database/connect.js';
import { ensureSecrets, type Secrets } from '../../core/database/secrets.js';
import type { Rubric } from '../../core/domain/rubric.js';
import { presentationOrder } from '../../core/domain/presentation-order.js';
import type { DisplayedOrder } from '../../core/domain/verdict.js';
import { LabelStudioClient } from '../../core/label-studio/client.js';
import { taskDataSchema } from '../../core/label-studio/task-data.js';
import { createAccount, type Credentials, type OpenedAccount } from '../../core/running/label-studio-account.js';
import { compileLabelConfig } from '../../label-configs/compile.js';
import { loadGuideline } from '../../label-configs/guideline-file.js';
import { loadRubric } from '../../label-configs/rubric-file.js';
import type { Stack } from '../support/pairloop-stack.js';
import { seedProject } from '../support/seed-project.js';

export type Annotator = Credentials & OpenedAccount;

/** The text of a pair as a test gives it; the rest of the task's data is filled in. */
export type PairText = { response_a: string; response_b: string } & Record<string, unknown>;

/** What a test needs to put pairs before annotators in the running system. */
export interface Bench {
  readonly stack: Stack;
  readonly db: Db;
  readonly client: LabelStudioClient;
  readonly secrets: Secrets;
  close(): Promise<void>;
}

export async function openBench(stack: Stack): Promise<Bench> {
  const db = connect(stack.databaseUrl, 2);
  return { stack, db, client: new LabelStudioClient(stack.labelStudio), secrets: await ensureSecrets(db), close: () => db.destroy() };
}

export async function makeAnnotator({ stack }: Bench): Promise<Annotator> {
  const credentials = { email: `view-${randomUUID().slice(0, 8)}@example.com`, password: 'pairloop-view-test' };
  return { ...credentials, ...(await createAccount(stack.labelStudio.url, stack.labelStudio, credentials)) };
}

/**
 * A project of the rubric (one of the shipped ones by its name) with one task for each pair, shipped. Each annotator named in `orders` sees
 * every pair in the order given there (the secret order follows from the pair's opaque id, so an id is
 * drawn until it fits). The tasks may come with the result of an annotation each.
 */
export async function makeProject(
  bench: Bench,
  given: string | Rubric,
  pairs: readonly PairText[],
  orders: readonly (readonly [Annotator, DisplayedOrder])[],
  annotated: readonly unknown[] = [],
): Promise<{ projectId: number; taskIds: number[]; hash: string }> {
  const data = pairs.map((pair) => taskData(pair, drawOpaqueId(bench.secrets, orders)));
  const tasks = data.map((one, at) => ({ data: one, ...(at in annotated ? { annotations: [{ result: annotated[at] }] } : {}) }));
  const made = await importProject(bench, given, tasks);
  for (const [at, taskId] of made.taskIds.entries()) {
    const item = bench.db.selectFrom('batch_item').select('pair_id').where('task_id', '=', taskId);
    await bench.db.updateTable('pair').set({ opaque_id: data[at]!.pair }).where('id', 'in', item).execute();
  }
  return made;
}

/** A project of the rubric with these tasks, as Label Studio exports and imports them, shipped. Its pairs have opaque ids of their own. */
export async function importProject(
  bench: Bench,
  given: string | Rubric,
  tasks: readonly { readonly data: object }[],
): Promise<{ projectId: number; taskIds: number[]; hash: string }> {
  const rubric = typeof given === 'string' ? loadRubric(given) : given;
  const { xml, hash } = compileLabelConfig(rubric);
  const project = await bench.client.createProject({ title: `View ${randomUUID().slice(0, 8)}`, label_config: xml, maximum_annotations: 2 });
  const taskIds = await bench.client.importTasks(project.id, tasks);
  const items = await seedProject(bench.db, project.id, taskIds);
  for (const [at, { pairId }] of items.entries()) {
    const { domain, difficulty, safety } = taskDataSchema.parse(tasks[at]?.data);
    const safety_flags = JSON.stringify(safety ? ['self-harm'] : []);
    await bench.db.updateTable('pair').set({ domain, difficulty, safety_flags }).where('id', '=', pairId).execute();
  }
  const { name, version, sha256, markdown } = loadGuideline(rubric.guideline);
  await bench.db.insertInto('guideline').values({ name, version, sha256, markdown }).onConflict((conflict) => conflict.doNothing()).execute();
  const installed = { rubric: rubric.name, rubric_definition: JSON.stringify(rubric), guideline_version: version, guideline_sha256: sha256, label_config_hash: hash };
  await bench.db.updateTable('project').set(installed).where('label_studio_id', '=', project.id).execute();
  const own = bench.db.selectFrom('project').select('id').where('label_studio_id', '=', project.id);
  await bench.db.updateTable('batch').set({ state: 'shipped', shipped_at: new Date() }).where('project_id', 'in', own).execute();
  return { projectId: project.id, taskIds, hash };
}

function drawOpaqueId(secrets: Secrets, orders: readonly (readonly [Annotator, DisplayedOrder])[]): string {
  for (;;) {
    const id = randomUUID();
    if (orders.every(([{ userId }, order]) => presentationOrder(secrets.presentation, String(userId), id) === order)) return id;
  }
}

function taskData(pair: PairText, opaqueId: string) {
  const prompt = typeof pair['prompt'] === 'string' ? pair['prompt'] : 'How do I boil an egg?';
  const empty = { messages: null, checks_a: null, checks_b: null, checks_a_text: '-', checks_b_text: '-' };
  return taskDataSchema.parse({ pair: opaqueId, domain: 'general', prompt, prompt_text: prompt, ...empty, ...pair });
}

/** Signs an annotator in through the gateway, in a browser window of their own. */
export async function signInToBrowser(browser: Browser, { stack }: Bench, annotator: Annotator): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 1000 } });
  const page = await context.newPage();
  await page.goto(`${stack.publicUrl}/user/login/`);
  await page.fill('input[name=email]', annotator.email);
  await page.fill('input[name=password]', annotator.password);
  await Promise.all([page.waitForURL((url) => !url.pathname.includes('/user/login')), page.click('button[type=submit]')]);
  await page.close();
  return context;
}

/** Opens the label stream of a project; waits for the comparison unless told what else to wait for. */
export async function openLabelStream(context: BrowserContext, { stack }: Bench, projectId: number, awaited = '.pairloop-live .pairloop'): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${stack.publicUrl}/projects/${projectId}/data?labeling=1`);
  await page.waitForSelector(awaited, { timeout: 60_000 });
  return page;
}

/** What is stored for a task, newest last: who judged, and the result by control. */
export async function storedVotes({ client }: Bench, taskId: number): Promise<{ user: number; result: Record<string, StoredResult> }[]> {
  const { annotations } = await client.task(taskId);
  return annotations
    .toSorted((one, other) => one.id - other.id)
    .map(({ completed_by, result }) => ({
      user: completed_by ?? 0,
      result: Object.fromEntries((result as StoredResult[]).map((one) => [one.from_name, one])),
    }));
}

interface StoredResult {
  readonly from_name: string;
  readonly value: unknown;
  readonly meta?: { readonly pairloop?: unknown };
}
