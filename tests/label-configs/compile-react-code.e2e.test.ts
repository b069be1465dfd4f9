import { randomUUID } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import { installRubricProject } from '../../cli/system/project.js';
import { connect } from '../../core/database/connect.js';
import { ensureSecrets } from '../../core/database/secrets.js';
import { LabelStudioClient } from '../../core/label-studio/client.js';
import { readJudgement } from '../../core/label-studio/judgement.js';
import { readRegions } from '../../core/label-studio/result-regions.js';
import { CODE_BYTES_MAX, compileReactCodeConfig, readReactCodeBundle } from '../../label-configs/compile-react-code.js';
import { listRubrics, loadRubricWithGuideline } from '../../label-configs/rubric-file.js';
import { seedProject } from '../support/seed-project.js';

const stack = inject('stack');
const client = new LabelStudioClient(stack.labelStudio);
/** A result of the tag, as Label Studio Enterprise's documentation shows it. */
const resultOf = (value: object) => [{ id: '7ZP46bpbNX', from_name: 'comparison', to_name: 'comparison', type: 'reactcode', origin: 'manual', value: { reactcode: value } }];
const compile = (name: string, bundle = readReactCodeBundle()) => {
  const { rubric, guideline } = loadRubricWithGuideline(name);
  return compileReactCodeConfig(rubric, guideline, bundle);
};

test.each(listRubrics())("Label Studio's server accepts the ReactCode label config of the rubric %s and stores it byte for byte", async (name) => {
  const { xml } = compile(name);
  await client.validateLabelConfig(xml);
  const project = await client.createProject({ title: `ReactCode ${name}`, label_config: xml });
  expect((await client.project(project.id)).label_config).toBe(xml);
});

test('the server takes code up to the limit and no more', async () => {
  const bundle = readReactCodeBundle();
  const room = CODE_BYTES_MAX - Buffer.byteLength(compile('support').xml);
  await client.validateLabelConfig(compile('support', `${bundle}\n// ${'x'.repeat(room - 10)}`).xml);
  await expect(client.validateLabelConfig(compile('support').xml.replace(']]>', `${'x'.repeat(room + 5_000)}]]>`))).rejects.toThrow(/too big/);
}, 60_000);

test('an annotation of the tag is given back and exported as it was, and holds the same judgement', async () => {
  const project = await client.createProject({ title: 'ReactCode result', label_config: compile('support').xml });
  const pair = randomUUID();
  const [taskId] = await client.importTasks(project.id, [{ data: { pair, response_a: 'A', response_b: 'B' } }]);
  const meta = { view: 'pairloop', displayed: 'ba', active_ms: 1200 };
  const value = { version: 1, pair, id: randomUUID(), meta, complete: true, verdict: 'b', likert: { tone: { a: 2, b: 4 } }, flags: { a: ['unsafe'], b: [] }, rationale: 'B names the “limit” & why.' };
  const result = resultOf(value);
  const { id } = await client.createAnnotation(taskId!, { result });
  const [exported] = await client.exportTasks(project.id, [taskId!]);
  for (const given of [(await client.annotation(id)).result, exported?.annotations[0]?.result]) {
    expect(given).toEqual(result);
    expect(readJudgement(readRegions(given), pair)).toMatchObject({ judgement: { verdict: 'b', likert: { tone: { a: 2, b: 4 } }, flags: { a: ['unsafe'], b: [] }, meta } });
  }
});

test('in a project made with --host react-code, a complete judgement counts without the gateway; a draft and a stray do not', async () => {
  const db = connect(stack.databaseUrl, 1);
  try {
    const project = await client.createProject({ title: 'ReactCode votes', label_config: compile('assistant').xml, maximum_annotations: 2 });
    const taskIds = await client.importTasks(project.id, [0, 1, 2].map(() => ({ data: { response_a: 'A', response_b: 'B' } })));
    const items = await seedProject(db, project.id, taskIds);
    const parts = { db, secrets: await ensureSecrets(db), labelStudio: stack.labelStudio, publicUrl: stack.publicUrl };
    await installRubricProject(parts, { title: 'ReactCode votes', rubric: 'assistant', host: 'react-code', labelStudioProjectId: project.id });
    const head = { version: 1, id: randomUUID(), meta: { view: 'pairloop', displayed: 'ab' } };
    const [draft, stray, complete] = items.map(({ opaqueId }) => opaqueId);
    await client.createAnnotation(taskIds[0]!, { result: resultOf({ ...head, pair: draft, complete: false, draft: { verdict: 'a' } }) });
    await client.createAnnotation(taskIds[1]!, { result: resultOf({ ...head, pair: complete, complete: true, verdict: 'a' }) });
    await client.createAnnotation(taskIds[2]!, { result: resultOf({ ...head, pair: complete, complete: true, verdict: 'tie' }) });
    const votes = () => db.selectFrom('vote').innerJoin('annotation', 'annotation.id', 'vote.annotation_id').select(['annotation.task_id', 'vote.verdict', 'vote.counted']).where('annotation.task_id', 'in', taskIds).execute();
    await expect.poll(votes, { timeout: 30_000 }).toEqual([{ task_id: taskIds[2], verdict: 'tie', counted: true }]);
    expect(stray).not.toBe(complete);
  } finally {
    await db.destroy();
  }
});
