import { expect, inject, test } from 'vitest';
import { LabelStudioClient } from '../../core/label-studio/client.js';
import { compileLabelConfig } from '../../label-configs/compile.js';
import { listRubrics, loadRubric } from '../../label-configs/rubric-file.js';

const client = new LabelStudioClient(inject('stack').labelStudio);

test.each(listRubrics())('Label Studio accepts the label config of the rubric %s and stores it byte for byte', async (name) => {
  const { xml } = compileLabelConfig(loadRubric(name));
  await client.validateLabelConfig(xml);
  const project = await client.createProject({ title: `Label config ${name}`, label_config: xml });
  expect((await client.project(project.id)).label_config).toBe(xml);
});

test('Label Studio refuses a label config whose controls name no object, so that its acceptance means something', async () => {
  const { xml } = compileLabelConfig(loadRubric('support'));
  const broken = xml.replace('name="prompt"', 'name="elsewhere"');
  await expect(client.validateLabelConfig(broken)).rejects.toThrow(/toName|prompt/);
  await expect(client.createProject({ title: 'Label config broken', label_config: broken })).rejects.toThrow(/label_config|toName|prompt/);
});
