import { writeFileSync } from 'node:fs';
import { defineCommand } from 'citty';
import { loadConfig } from '../../core/config.js';
import { messageOf, PairloopError } from '../../core/errors.js';
import { LabelStudioClient } from '../../core/label-studio/client.js';
import { readLabelConfigChange } from '../../core/label-studio/label-config-change.js';
import { resolveConnections } from '../../core/running/running-file.js';
import { listRubrics, loadRubric, loadRubricWithGuideline } from '../../label-configs/rubric-file.js';
import { rubricTable } from '../../label-configs/rubric-table.js';
import { findLabelStudioProject } from '../find-label-studio-project.js';
import { renderLabelConfigChange } from '../label-config-change.js';
import { compileForHost, HOST_ARGUMENT, parseHost } from '../label-config-host.js';
import { RUBRIC_HELP } from '../rubric-help.js';
import { installCommand } from './label-config-install.js';
import { previewCommand } from './label-config-preview.js';

const rubricArgument = { type: 'positional', required: true, valueHint: 'RUBRIC', description: RUBRIC_HELP } as const;
const jsonArgument = { type: 'boolean', description: 'Print one JSON document.' } as const;

const listCommand = defineCommand({
  meta: { name: 'list', description: 'The rubrics there are, with their dimensions and weights.' },
  args: { json: jsonArgument, markdown: { type: 'boolean', description: 'Print a Markdown table with all that they ask.' } },
  run({ args }) {
    if (args.markdown === true) {
      process.stdout.write(rubricTable(listRubrics().map(loadRubric)));
      return;
    }
    const rubrics = listRubrics().map((name) => {
      const { rubric, guideline } = loadRubricWithGuideline(name);
      const { title, dimensions } = rubric;
      const { version, sha256 } = guideline;
      const weights = dimensions.map((dimension) => ({ name: dimension.name, weight: dimension.weight, required: dimension.required }));
      return { name, title, dimensions: weights, guideline: { name: guideline.name, version, sha256 } };
    });
    if (args.json === true) {
      process.stdout.write(`${JSON.stringify({ rubrics })}\n`);
      return;
    }
    const width = Math.max(...rubrics.map(({ name }) => name.length));
    for (const { name, title, dimensions } of rubrics) {
      const weights = dimensions.map((dimension) => `${dimension.name} ${dimension.weight}`).join(', ');
      process.stdout.write(`${name.padEnd(width)}  ${title}: ${weights}\n`);
    }
  },
});

const buildCommand = defineCommand({
  meta: { name: 'build', description: "Print a rubric's label config: the XML that Label Studio takes under Settings > Labeling Interface > Code." },
  args: {
    rubric: rubricArgument,
    host: HOST_ARGUMENT,
    out: { type: 'string', valueHint: 'FILE', description: 'Write it to this file instead.' },
    json: { ...jsonArgument, description: 'Print {"rubric", "hash", "guideline", "xml"}.' },
  },
  run({ args }) {
    const { rubric, guideline } = loadRubricWithGuideline(args.rubric);
    const { xml, hash } = compileForHost(parseHost(args.host), rubric, guideline);
    const { name, version, sha256 } = guideline;
    const document = { rubric: rubric.name, hash, guideline: { name, version, sha256 }, xml };
    const text = args.json === true ? `${JSON.stringify(document)}\n` : `${xml}\n`;
    if (args.out === undefined) process.stdout.write(text);
    else writeOut(args.out, text);
  },
});

function writeOut(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new PairloopError(`${file} cannot be written: ${messageOf(error)}`, 'usage', { cause: error });
  }
}

const diffCommand = defineCommand({
  meta: { name: 'diff', description: "What a rubric's label config would change in a project, and which stored annotations would lose their control or choice." },
  args: {
    rubric: rubricArgument,
    project: { type: 'string', required: true, valueHint: 'P', description: "The project's number or title in Label Studio; it need not be Pairloop's yet." },
    host: HOST_ARGUMENT,
    json: jsonArgument,
  },
  async run({ args }) {
    const { rubric, guideline } = loadRubricWithGuideline(args.rubric);
    const { xml } = compileForHost(parseHost(args.host), rubric, guideline);
    const labelStudio = new LabelStudioClient(resolveConnections(loadConfig()).labelStudio);
    const project = await findLabelStudioProject(labelStudio, args.project);
    const change = { project: project.id, rubric: rubric.name, ...(await readLabelConfigChange(labelStudio, project, xml)) };
    process.stdout.write(args.json === true ? `${JSON.stringify(change)}\n` : renderLabelConfigChange(change));
  },
});

export const labelConfigCommand = defineCommand({
  meta: { name: 'label-config', description: 'Label configs: the rubrics, how they look, their XML for Label Studio, installing them, and what they would change in a project.' },
  subCommands: { list: listCommand, build: buildCommand, preview: previewCommand, install: installCommand, diff: diffCommand },
});
