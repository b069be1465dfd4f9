import { defineCommand } from 'citty';
import { PairloopError } from '../../core/errors.js';
import { LabelStudioClient } from '../../core/label-studio/client.js';
import { readLabelConfigChange, refusalsOf } from '../../core/label-studio/label-config-change.js';
import type { ProjectWire } from '../../core/label-studio/wire.js';
import { loadRubricWithGuideline, type RubricWithGuideline } from '../../label-configs/rubric-file.js';
import { confirm } from '../confirm.js';
import { findLabelStudioProject } from '../find-label-studio-project.js';
import { renderLabelConfigChange } from '../label-config-change.js';
import { compileForHost, HOST_ARGUMENT, parseHost } from '../label-config-host.js';
import { RUBRIC_HELP } from '../rubric-help.js';
import { createSteps, type Step } from '../step-lines.js';
import { withProjectParts } from '../system/connected.js';
import { installRubricProject, type ProjectParts } from '../system/project.js';

export const installCommand = defineCommand({
  meta: {
    name: 'install',
    description: "Install a rubric's label config and guideline in a Label Studio project, or bring it up to date; shows first what changes, and refuses to lose what annotators have stored.",
  },
  args: {
    rubric: { type: 'positional', required: true, valueHint: 'RUBRIC', description: RUBRIC_HELP },
    project: { type: 'string', required: true, valueHint: 'P', description: "The project's number or title in Label Studio; it need not be Pairloop's yet." },
    host: HOST_ARGUMENT,
    yes: { type: 'boolean', description: 'Do not ask before the project is changed.' },
    json: { type: 'boolean', description: 'Print one JSON document.' },
  },
  run: ({ args }) =>
    withProjectParts(async (parts) => {
      const begunMs = performance.now();
      const planned = loadRubricWithGuideline(args.rubric);
      const host = parseHost(args.host);
      const { xml, hash } = compileForHost(host, planned.rubric, planned.guideline);
      const labelStudio = new LabelStudioClient(parts.labelStudio);
      const project = await findLabelStudioProject(labelStudio, args.project);
      await labelStudio.validateLabelConfig(xml);
      const change = { project: project.id, rubric: planned.rubric.name, ...(await readChange(labelStudio, project, xml)) };
      const consequences = await consequenceLines(parts, project, planned);
      if (args.json !== true) process.stdout.write(`${renderLabelConfigChange(change)}${consequences}`);
      const refusals = refusalsOf(change);
      if (refusals.length > 0) throw new PairloopError(`Not installed in project ${project.id} (${project.title}): ${refusals.join('; ')}. Nothing was changed; take a project of its own for this rubric.`);
      const upToDate = change.same && consequences === '';
      if (args.yes !== true && !upToDate && !(await confirm(`Install it in project ${project.id} (${project.title})?`))) {
        process.stdout.write('Nothing was changed.\n');
        return;
      }
      const installed = await installRubricProject(parts, { title: project.title, rubric: args.rubric, host, labelStudioProjectId: project.id });
      const { name, version, sha256 } = planned.guideline;
      const url = `${parts.publicUrl}/projects/${installed.labelStudioProjectId}`;
      const seconds = Math.round((performance.now() - begunMs) / 100) / 10;
      const document = { ...change, hash, guideline: { name, version, sha256 }, url, seconds };
      process.stdout.write(args.json === true ? `${JSON.stringify(document)}\n` : `Installed in ${seconds.toFixed(1)} s: ${url}\n`);
    }),
});

/** Annotations are counted where something would go; of many that takes a while, and is said. */
async function readChange(labelStudio: LabelStudioClient, project: ProjectWire, xml: string) {
  const steps = createSteps(process.stderr);
  let step: Step | undefined;
  try {
    return await readLabelConfigChange(labelStudio, project, xml, (tasks) => {
      step ??= steps.begin('Counting stored annotations');
      step.report(`${tasks} tasks`);
    });
  } finally {
    step?.done('counted');
    steps.close();
  }
}

/** What else the installation means for the project, beside its label config. */
async function consequenceLines({ db }: ProjectParts, project: ProjectWire, { rubric, guideline }: RubricWithGuideline): Promise<string> {
  const row = await db
    .selectFrom('project')
    .leftJoin('guideline', 'guideline.sha256', 'project.guideline_sha256')
    .select(['project.rubric', 'project.guideline_version', 'project.guideline_sha256', 'guideline.name'])
    .where('label_studio_id', '=', project.id)
    .executeTakeFirst();
  if (row === undefined) return "It becomes one of Pairloop's: its queue, a webhook and the ML backend are set as well.\n";
  return [
    ...(row.rubric === rubric.name ? [] : [`Rubric: ${row.rubric} becomes ${rubric.name}.\n`]),
    ...(row.guideline_sha256 === guideline.sha256 ? [] : [`Guideline: ${[row.name, row.guideline_version].join(' ').trim()} becomes ${guideline.name} ${guideline.version}; who has judged here confirms it before the next verdict.\n`]),
  ].join('');
}
