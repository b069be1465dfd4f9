import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { renderLabelConfigChange } from '../../cli/label-config-change.js';
import { compareLabelConfig, refusalsOf } from '../../core/label-studio/label-config-change.js';
import { describeOrphan, findOrphans, readControls, readDataFields } from '../../core/label-studio/label-controls.js';
import { projectSummarySchema } from '../../core/label-studio/wire.js';
import { compileLabelConfig } from '../../label-configs/compile.js';
import { loadRubric } from '../../label-configs/rubric-file.js';
import { labelConfigCommand } from '../../cli/commands/label-config.js';
import { runInProcess } from '../support/run-command.js';

const xmlOf = (rubric: string) => compileLabelConfig(loadRubric(rubric)).xml;
const summary = (over: object = {}) =>
  projectSummarySchema.parse({ created_annotations: {}, created_labels: {}, created_labels_drafts: null, ...over });

describe('readControls', () => {
  test('finds every control of a compiled config, with the choices of the verdict', () => {
    const controls = readControls(xmlOf('quality'));
    expect(controls.map(({ name, type }) => `${type} ${name}`)).toEqual([
      'Choices verdict',
      'TextArea rationale',
      'TextArea critique',
      'TextArea policy_reference',
      'Choices a_flags',
      'Choices b_flags',
      'TextArea stale_source',
      'TextArea stale_date',
      ...['accuracy', 'tone', 'policy'].flatMap((name) => [`Rating ${name}_a`, `Rating ${name}_b`]),
    ]);
    expect(controls[0]).toEqual({ name: 'verdict', type: 'Choices', toName: ['prompt'], choices: ['a', 'tie', 'both_bad', 'b'] });
    expect(controls[1]!.choices).toEqual([]);
  });

  test('reads aliases, entities, single quotes, nested views and two objects; comments and plain tags are none', () => {
    const xml = `<View><!-- <Rating name="old" toName="t"/> --><Text name="t" value="$t > x"/>
      <Choices name='c' toName="t,u"><View><Choice value="x &lt; &amp;amp;"/><Choice value="y" alias="why"/></View></Choices><Choice value="stray"/></View>`;
    expect(readControls(xml)).toEqual([{ name: 'c', type: 'Choices', toName: ['t', 'u'], choices: ['x < &amp;', 'why'] }]);
    expect(readControls('')).toEqual([]);
    const code = '<ReactCode name="r" toName="r"><![CDATA[ if (a<b) "<Rating name=\'x\' toName=\'y\'/>"; ]]></ReactCode>';
    expect(readControls(code)).toEqual([{ name: 'r', type: 'ReactCode', toName: ['r'], choices: [] }]);
  });
});

describe('findOrphans', () => {
  const used = summary({
    created_annotations: { 'verdict|prompt|choices': 5, 'tone_a|prompt|rating': 4, 'rationale|prompt|textarea': 1, 'old|prompt|choices': 2 },
    created_labels: { verdict: { a: 3, unsure: 2 }, tone_a: {}, rationale: {}, old: { x: 2 } },
    created_labels_drafts: { verdict: { unsure: 1, maybe: 1 }, old: { x: 1 } },
  });

  test('are controls and choices that are used and missing, with their counts; a control is counted once', () => {
    expect(findOrphans(used, readControls(xmlOf('code')))).toEqual([
      { control: 'tone_a', choice: null, annotations: 4, drafts: 0 },
      { control: 'old', choice: null, annotations: 2, drafts: 1 },
      { control: 'verdict', choice: 'unsure', annotations: 2, drafts: 1 },
      { control: 'verdict', choice: 'maybe', annotations: 0, drafts: 1 },
    ]);
    expect(findOrphans(used, readControls(xmlOf('code'))).map(describeOrphan)).toEqual([
      'tone_a (4 annotations)',
      'old (2 annotations, 1 draft)',
      'verdict "unsure" (2 annotations, 1 draft)',
      'verdict "maybe" (1 draft)',
    ]);
  });

  test('a control of the same name but another type or object is another control', () => {
    const one = summary({ created_annotations: { 'rationale|prompt|textarea': 1 } });
    const rationale = { name: 'rationale', type: 'TextArea', toName: ['prompt'], choices: [] };
    expect(findOrphans(one, [rationale])).toEqual([]);
    expect(findOrphans(one, [{ ...rationale, type: 'Choices' }])).toHaveLength(1);
    expect(findOrphans(one, [{ ...rationale, toName: ['response'] }])).toHaveLength(1);
  });

  test('there are none in a project without annotations', () => {
    expect(findOrphans(summary(), [])).toEqual([]);
    expect(findOrphans(projectSummarySchema.parse({}), readControls(xmlOf('code')))).toEqual([]);
  });
});

test('a change names what is added, removed, changed, lost and lacking, in words too', () => {
  const compared = compareLabelConfig(xmlOf('support').replace('<Choice value="tie"', '<Choice value="same"'), xmlOf('code'));
  expect(compared).toEqual({
    same: false,
    added: ['correctness_a', 'correctness_b', 'security_a', 'security_b', 'clarity_a', 'clarity_b'],
    removed: ['accuracy_a', 'accuracy_b', 'tone_a', 'tone_b', 'policy_a', 'policy_b'],
    changed: ['verdict', 'a_flags', 'b_flags'],
  });
  const change = { ...compared, orphans: [{ control: 'tone_b', choice: null, annotations: 1, drafts: 0 }], atLeast: false, lacking: [{ field: 'response_b', tasks: 3 }], tasks: 10, project: 7, rubric: 'code' };
  const text = renderLabelConfigChange(change).split('\n');
  for (const line of ['  + security_a', '  - tone_b', '  ~ verdict', '  ! tone_b (1 annotation)', '  ! response_b is lacking in 3 of 10 tasks']) expect(text).toContain(line);
  expect(refusalsOf(change)).toEqual([
    'it has no place for what is stored there, and would lose tone_b (1 annotation)',
    'it has nothing to show in tasks without response_b (3 of 10)',
  ]);
  expect(refusalsOf({ ...change, atLeast: true })[0]).toMatch(/would lose at least tone_b/);
  expect(renderLabelConfigChange({ ...change, atLeast: true })).toContain('\nWould be lost, at least, so that it is not installed here:\n');
  const same = { ...compareLabelConfig(xmlOf('support'), xmlOf('support')), orphans: [], atLeast: false, lacking: [], tasks: 10 };
  expect(same).toMatchObject({ same: true, added: [], removed: [], changed: [] });
  expect(refusalsOf(same)).toEqual([]);
  expect(renderLabelConfigChange({ ...same, project: 7, rubric: 'support' })).toMatch(/^Project 7 has the label config of the rubric "support"\.\nNo stored annotation/);
});

test('the fields that a label config shows are those of its objects, each once', () => {
  expect(readDataFields(xmlOf('quality'))).toEqual(['prompt_text', 'response_a', 'checks_a_text', 'response_b', 'checks_b_text']);
  expect(readDataFields('<View><Text name="t" value="$x"/><Image name="i" value="$x"/><Header value="costs $5"/><!-- <Text value="$old"/> --></View>')).toEqual(['x']);
});

describe('pairloop label-config', () => {
  test('build prints the XML that is installed, and with --json its hash and guideline', async () => {
    const { stdout } = await runInProcess(labelConfigCommand, ['build', 'hhh']);
    expect(stdout).toBe(`${xmlOf('hhh')}\n`);
    const document: unknown = JSON.parse((await runInProcess(labelConfigCommand, ['build', 'hhh', '--json'])).stdout);
    expect(document).toMatchObject({ rubric: 'hhh', ...compileLabelConfig(loadRubric('hhh')), guideline: { name: 'hhh', version: '1.1' } });
    await expect(runInProcess(labelConfigCommand, ['build', 'nothing'])).rejects.toThrow(/There is no rubric "nothing"; choose one of: assistant/);
  });

  test('build --out writes the same to a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pairloop-build-'));
    const { stdout } = await runInProcess(labelConfigCommand, ['build', 'hhh', '--out', join(folder, 'hhh.xml')]);
    expect(stdout).toBe('');
    expect(readFileSync(join(folder, 'hhh.xml'), 'utf8')).toBe(`${xmlOf('hhh')}\n`);
    rmSync(folder, { recursive: true });
  });

  test('list names every rubric with its weights', async () => {
    const { stdout } = await runInProcess(labelConfigCommand, ['list']);
    expect(stdout).toMatch(/^quality +Quality score: accuracy 0\.5, tone 0\.3, policy 0\.2$/m);
    const { rubrics } = JSON.parse((await runInProcess(labelConfigCommand, ['list', '--json'])).stdout) as { rubrics: { name: string }[] };
    expect(rubrics.map(({ name }) => name)).toEqual(['assistant', 'code', 'factuality', 'general', 'hhh', 'multi-turn', 'quality', 'safety', 'support']);
  });
});
