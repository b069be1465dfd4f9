import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { labelConfigCommand } from '../../cli/commands/label-config.js';
import { connect, type Db } from '../../core/database/connect.js';
import { LabelStudioClient } from '../../core/label-studio/client.js';
import type { LabelConfigChange } from '../../core/label-studio/label-config-change.js';
import { compileLabelConfig } from '../../label-configs/compile.js';
import { loadGuideline } from '../../label-configs/guideline-file.js';
import { loadRubric } from '../../label-configs/rubric-file.js';
import { installProject } from '../../webhooks/quality/project.js';
import { runInProcess } from '../support/run-command.js';

let db: Db;
let labelStudio: LabelStudioClient;
beforeAll(() => {
  db = connect(inject('stack').databaseUrl, 4);
  labelStudio = new LabelStudioClient(inject('stack').labelStudio);
});
afterAll(() => {
  vi.unstubAllEnvs();
  return db.destroy();
});

const xmlOf = (rubric: string) => compileLabelConfig(loadRubric(rubric)).xml;

const install = (title: string, rubric: string, labelConfig = xmlOf(rubric)) =>
  installProject(
    { db, labelStudio },
    { title, rubric: loadRubric(rubric), labelConfig, labelConfigHash: rubric, guideline: loadGuideline(rubric), publicUrl: inject('stack').publicUrl, webhookSecret: 'secret' },
  );

const choice = (value: string) => ({ from_name: 'verdict', to_name: 'prompt', type: 'choices', value: { choices: [value] } });
const rating = (name: string) => ({ from_name: name, to_name: 'prompt', type: 'rating', value: { rating: 4 } });
const text = (name: string) => ({ from_name: name, to_name: 'prompt', type: 'textarea', value: { text: ['Because.'] } });

/** A project by the rubric support with one annotation that has these results. */
async function annotated(result: readonly object[]): Promise<{ title: string; id: number; annotation: number }> {
  const title = `Orphans ${randomUUID()}`;
  const { labelStudioProjectId: id } = await install(title, 'support');
  const data = { prompt_text: 'p', response_a: 'a', response_b: 'b', checks_a_text: '-', checks_b_text: '-' };
  const [task] = await labelStudio.importTasks(id, [{ data }]);
  const annotation = await labelStudio.createAnnotation(task!, { result: result.map((one) => ({ id: randomUUID(), ...one })), lead_time: 1 });
  return { title, id, annotation: annotation.id };
}

/** The second install is refused with `reason`, and neither Label Studio nor the project's row has changed. */
async function expectRefused(project: { title: string; id: number }, refused: Promise<unknown>, reason: RegExp): Promise<void> {
  await expect(refused).rejects.toThrow(reason);
  expect((await labelStudio.project(project.id)).label_config).toBe(xmlOf('support'));
  const row = await db.selectFrom('project').select(['rubric', 'label_config_hash']).where('label_studio_id', '=', project.id).executeTakeFirstOrThrow();
  expect(row).toEqual({ rubric: 'support', label_config_hash: 'support' });
}

test('a rubric without the dimensions that annotations rate is refused, and what would be lost is named', async () => {
  const project = await annotated([choice('a'), rating('tone_a'), rating('tone_b'), text('rationale')]);
  const reason = /rubric "code".*would lose (tone_a|tone_b) \(1 annotation\), (tone_a|tone_b) \(1 annotation\)\. Nothing was changed/;
  await expectRefused(project, install(project.title, 'code'), reason);
  vi.stubEnv('PAIRLOOP_DATA', inject('stack').dataDir);
  const { stdout } = await runInProcess(labelConfigCommand, ['diff', 'code', '--project', String(project.id), '--json']);
  const change = JSON.parse(stdout) as LabelConfigChange;
  expect(change).toMatchObject({ project: project.id, rubric: 'code', same: false, removed: expect.arrayContaining(['accuracy_a', 'tone_a']) as unknown });
  expect(change.orphans.map(({ control }) => control).sort()).toEqual(['tone_a', 'tone_b']);
  expect(await install(project.title, 'quality')).toMatchObject({ labelStudioProjectId: project.id });
  expect((await labelStudio.project(project.id)).label_config).toBe(xmlOf('quality'));
});

test('texts and choices that Label Studio itself would let go are refused too', async () => {
  const project = await annotated([choice('tie'), text('critique')]);
  const without = (what: RegExp) => xmlOf('support').replace(what, '');
  const noTie = without(/<Choice value="tie"[^>]*>/);
  const noCritique = without(/<TextArea name="critique"[^>]*>/);
  await expectRefused(project, install(project.title, 'support', noTie), /would lose verdict "tie" \(1 annotation\)/);
  await expectRefused(project, install(project.title, 'support', noCritique), /would lose critique \(1 annotation\)/);
  await labelStudio.updateProject(project.id, { label_config: noTie });
  await labelStudio.updateProject(project.id, { label_config: noCritique });
  expect((await labelStudio.project(project.id)).label_config).toBe(noCritique);
});

test('controls that nobody used may go', async () => {
  const project = await annotated([choice('b'), text('rationale')]);
  await install(project.title, 'code');
  expect((await labelStudio.project(project.id)).label_config).toBe(xmlOf('code'));
});
