import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, inject, test, vi } from 'vitest';
import { labelConfigCommand } from '../../cli/commands/label-config.js';
import { installRubricProject } from '../../cli/system/project.js';
import { connect, type Db } from '../../core/database/connect.js';
import { ensureSecrets } from '../../core/database/secrets.js';
import { LabelStudioClient } from '../../core/label-studio/client.js';
import { compileLabelConfig } from '../../label-configs/compile.js';
import { loadRubric, loadRubricWithGuideline } from '../../label-configs/rubric-file.js';
import { runInProcess } from '../support/run-command.js';

const WITHIN_S = 60;
const stack = inject('stack');
const folder = mkdtempSync(join(tmpdir(), 'pairloop-install-'));
const labelStudio = new LabelStudioClient(stack.labelStudio);
let db: Db;
beforeAll(() => {
  db = connect(stack.databaseUrl, 4);
});
beforeEach(() => void vi.stubEnv('PAIRLOOP_DATA', stack.dataDir));
afterAll(async () => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
  await db.destroy();
});

const xmlOf = (rubric: string) => compileLabelConfig(loadRubric(rubric)).xml;
const install = (rubric: string, project: number | string, ...options: string[]) => runInProcess(labelConfigCommand, ['install', rubric, '--project', String(project), ...options]);
const newProject = async (labelConfig = '<View></View>') => (await labelStudio.createProject({ title: `Install ${randomUUID()}`, label_config: labelConfig })).id;
const configOf = async (id: number) => (await labelStudio.project(id)).label_config;
/** Label Studio adds one of its own for the ML backend. */
const webhooksOf = async (id: number) => (await labelStudio.webhooks(id)).filter(({ url }) => url.endsWith('/pairloop/webhooks/label-studio'));
const rowOf = (id: number) => db.selectFrom('project').selectAll().where('label_studio_id', '=', id).executeTakeFirst();

const DATA = { prompt_text: 'p', response_a: 'a', response_b: 'b', checks_a_text: '-', checks_b_text: '-' };
const item = (name: string, type: string, value: object) => ({ id: randomUUID(), from_name: name, to_name: 'prompt', type, value });
const verdict = (value: string) => item('verdict', 'choices', { choices: [value] });
const speed = (side: 'a' | 'b') => item(`speed_${side}`, 'rating', { rating: 4 });
/** A task that is imported together with an annotation. */
const annotated = (...result: object[]) => ({ data: DATA, annotations: [{ result }] });
const slow = () => item('a_flags', 'choices', { choices: ['slow'] });

/** A rubric of the team's own, with a guideline beside it. */
function ownRubric(name: string, more = '', version = '3'): string {
  writeFileSync(join(folder, 'guide.md'), `---\nversion: '${version}'\n---\n# Speed\n`);
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, `name: ours\ntitle: Ours\nguideline: ./guide.md\ndimensions:\n  - { name: speed, title: Speed, weight: 1 }\n${more}`);
  return path;
}
const withFlag = () => ownRubric('with-flag', 'flags:\n  - { name: slow, title: Slow }\n', '4');

test('installs in an empty project within a minute, and a second time says that it is there', async () => {
  const id = await newProject();
  const { stdout } = await install('support', id, '--yes');
  expect(stdout).toMatch(/\+ verdict\n[\s\S]*No stored annotation would lose anything\.\nIt becomes one of Pairloop's: .*\nInstalled in [\d.]+ s: http/);
  expect(Number(/Installed in ([\d.]+) s/.exec(stdout)![1])).toBeLessThan(WITHIN_S);
  expect(await configOf(id)).toBe(xmlOf('support'));
  expect(await rowOf(id)).toMatchObject({ rubric: 'support', label_config_hash: compileLabelConfig(loadRubric('support')).hash });
  expect(await webhooksOf(id)).toHaveLength(1);
  const again = JSON.parse((await install('support', (await labelStudio.project(id)).title, '--yes', '--json')).stdout) as object;
  expect(again).toMatchObject({ project: id, rubric: 'support', same: true, orphans: [], lacking: [], guideline: { name: 'support', version: '1.1' } });
  expect(await webhooksOf(id)).toHaveLength(1);
});

test("a team's own rubric is installed from its file, and may grow over annotations", async () => {
  const id = await newProject();
  const { rubric, guideline } = loadRubricWithGuideline(ownRubric('first'));
  await install(ownRubric('first'), id, '--yes');
  expect(await rowOf(id)).toMatchObject({ rubric: 'ours', guideline_version: '3', guideline_sha256: guideline.sha256, rubric_definition: rubric });
  const [task] = await labelStudio.importTasks(id, [{ data: DATA }]);
  const { id: annotation } = await labelStudio.createAnnotation(task!, { result: [verdict('a'), speed('a'), speed('b')], lead_time: 1 });
  const { stdout } = await install(withFlag(), id, '--yes');
  expect(stdout).toMatch(/\n {2}\+ a_flags\n {2}\+ b_flags\nNo stored annotation would lose anything\.\nGuideline: guide 3 becomes guide 4; who has judged here confirms it before the next verdict\./);
  expect(await configOf(id)).toBe(xmlOf(withFlag()));
  expect(await labelStudio.annotation(annotation)).toMatchObject({ result: [{ from_name: 'verdict' }, { from_name: 'speed_a' }, { from_name: 'speed_b' }] });
});

test('what annotators stored is never lost: annotations imported with their tasks are counted, which Label Studio does not', async () => {
  const id = await newProject();
  await install(withFlag(), id, '--yes');
  const skipped = { data: DATA, annotations: [{ result: [speed('a')], was_cancelled: true }] };
  const [task] = await labelStudio.importTasks(id, [annotated(verdict('a'), speed('a'), slow()), annotated(verdict('b'), speed('a'), slow()), skipped]);
  expect(await labelStudio.projectSummary(id)).toMatchObject({ created_annotations: {} });
  await labelStudio.createAnnotation(task!, { result: [verdict('tie'), speed('a'), speed('b')], lead_time: 1 });

  const lost = /Not installed in project \d+ .*it has no place for what is stored there, and would lose (.*)\. Nothing was changed/;
  await expect(install('code', id, '--yes')).rejects.toThrow(lost);
  const reason = lost.exec(await install('code', id, '--yes').then(() => '', String))![1]!;
  expect(reason.split(', ').sort()).toEqual(['a_flags "slow" (2 annotations)', 'speed_a (4 annotations)', 'speed_b (1 annotation)']);
  await expect(install(ownRubric('first'), id, '--yes')).rejects.toThrow(/would lose a_flags \(2 annotations\)\./);
  expect(await configOf(id)).toBe(xmlOf(withFlag()));
  expect(await rowOf(id)).toMatchObject({ rubric: 'ours' });
  const { stdout } = await runInProcess(labelConfigCommand, ['diff', 'code', '--project', String(id)]);
  expect(stdout).toContain('\nWould be lost, so that it is not installed here:\n');
  expect(stdout).toContain('  ! speed_a (4 annotations)\n');
});

test('a project that must not stop everything else keeps what it has, and is brought up to date otherwise', async () => {
  const id = await newProject();
  await install(withFlag(), id, '--yes');
  await labelStudio.importTasks(id, [annotated(slow())]);
  const { title } = await labelStudio.project(id);
  const before = await rowOf(id);
  const parts = { db, secrets: await ensureSecrets(db), labelStudio: stack.labelStudio, publicUrl: stack.publicUrl };
  for (const webhook of await webhooksOf(id)) await labelStudio.deleteWebhook(webhook.id);
  const installed = await installRubricProject(parts, { title, rubric: 'code', votesMin: 3, whenLost: 'keep' });
  expect(installed).toMatchObject({ labelStudioProjectId: id, kept: expect.stringMatching(/rubric "code" does not fit .* would lose a_flags "slow" \(1 annotation\)\.$/) as string });
  expect(await configOf(id)).toBe(xmlOf(withFlag()));
  expect(await rowOf(id)).toEqual({ ...before, votes_min: 3 });
  expect(await webhooksOf(id)).toHaveLength(1);
});

test("somebody else's project is not taken over where its tasks have nothing to show or its annotations no place", async () => {
  const id = await newProject('<View><Text name="t" value="$text"/><Choices name="mood" toName="t"><Choice value="good"/></Choices></View>');
  const [task] = await labelStudio.importTasks(id, [{ data: { text: 'x', response_a: 'a' } }, { data: { text: 'y', response_a: '' } }]);
  await expect(install('general', id, '--yes')).rejects.toThrow(/it has nothing to show in tasks without prompt_text \(2 of 2\), response_a \(1 of 2\), checks_a_text \(2 of 2\), response_b \(2 of 2\), checks_b_text \(2 of 2\)\. Nothing was changed/);
  await labelStudio.createAnnotation(task!, { result: [{ id: 'r', from_name: 'mood', to_name: 't', type: 'choices', value: { choices: ['good'] } }] });
  await expect(install('general', id, '--yes')).rejects.toThrow(/would lose mood \(1 annotation\); it has nothing to show/);
  expect(await rowOf(id)).toBeUndefined();
  expect(await configOf(id)).toContain('mood');
});

test('nothing is changed without a yes', async () => {
  const id = await newProject();
  await expect(install('support', id)).rejects.toThrow('Nothing was changed, because nobody can be asked here; add --yes to go on.');
  expect(await configOf(id)).toBe('<View></View>');
  expect(await rowOf(id)).toBeUndefined();
});

test('a rubric, a guideline or a project that is not there is named, with those there are', async () => {
  const id = await newProject();
  const broken = join(folder, 'broken.yaml');
  writeFileSync(broken, 'name: broken\ntitle: Broken\nguideline: support\ndimensions:\n  - { name: t, title: T, weight: 0.5 }\n');
  const lost = join(folder, 'lost.yaml');
  writeFileSync(lost, 'name: lost\ntitle: Lost\nguideline: ./lost.md\n');
  await expect(install('nothing', id, '--yes')).rejects.toThrow(/There is no rubric "nothing"; choose one of: assistant, /);
  await expect(install(join(folder, 'none.yaml'), id, '--yes')).rejects.toThrow(/There is no file .*none\.yaml/);
  await expect(install(broken, id, '--yes')).rejects.toThrow(/broken\.yaml, line 4: dimensions: .*add up to 1/);
  await expect(install(lost, id, '--yes')).rejects.toThrow(/There is no guideline .*lost\.md, which .*lost\.yaml names/);
  await expect(install('support', 'No such project', '--yes')).rejects.toThrow(/Label Studio has no project "No such project"; there are \d+ \(/);
  await expect(install('support', 999_999, '--yes')).rejects.toThrow(/Label Studio has no project "999999"/);
  const { title } = await labelStudio.project(id);
  const twin = await labelStudio.createProject({ title, label_config: '<View></View>' });
  await expect(install('support', title, '--yes')).rejects.toThrow(new RegExp(`2 projects called .*name one by its number: (${id}, ${twin.id}|${twin.id}, ${id})\\.`));
  expect(await configOf(id)).toBe('<View></View>');
});
