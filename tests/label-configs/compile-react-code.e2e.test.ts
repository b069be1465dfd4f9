import { randomUUID } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import { LabelStudioClient } from '../../core/label-studio/client.js';
import { readJudgement } from '../../core/label-studio/judgement.js';
import { readRegions } from '../../core/label-studio/result-regions.js';
import { CODE_BYTES_MAX, compileReactCodeConfig, readReactCodeBundle } from '../../label-configs/compile-react-code.js';
import { listRubrics, loadRubricWithGuideline } from '../../label-configs/rubric-file.js';

const client = new LabelStudioClient(inject('stack').labelStudio);
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
  const result = [{ id: '7ZP46bpbNX', from_name: 'comparison', to_name: 'comparison', type: 'reactcode', origin: 'manual', value: { reactcode: value } }];
  const { id } = await client.createAnnotation(taskId!, { result });
  const [exported] = await client.exportTasks(project.id, [taskId!]);
  for (const given of [(await client.annotation(id)).result, exported?.annotations[0]?.result]) {
    expect(given).toEqual(result);
    expect(readJudgement(readRegions(given), pair)).toMatchObject({ judgement: { verdict: 'b', likert: { tone: { a: 2, b: 4 } }, flags: { a: ['unsafe'], b: [] }, meta } });
  }
});
