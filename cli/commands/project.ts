import { defineCommand } from 'citty';
import { HOST_ARGUMENT, parseHost } from '../label-config-host.js';
import { parseNumber } from '../number-argument.js';
import { RUBRIC_HELP } from '../rubric-help.js';
import { choosePolicy } from '../../webhooks/quality/rater-standing.js';
import { findProject } from '../find-project.js';
import { readPolicy } from '../rater-policy-file.js';
import { withDatabase, withProjectParts } from '../system/connected.js';
import { installRubricProject } from '../system/project.js';

const createCommand = defineCommand({
  meta: { name: 'create', description: 'Make a Label Studio project that collects preferences by a rubric; again: bring it up to date.' },
  args: {
    title: { type: 'string', required: true, valueHint: 'TITLE', description: 'Its title in Label Studio.' },
    rubric: { type: 'string', default: 'assistant', valueHint: 'RUBRIC', description: RUBRIC_HELP },
    'label-studio-project': { type: 'string', valueHint: 'ID', description: 'Take this project of Label Studio instead of making one.' },
    host: HOST_ARGUMENT,
    'votes-min': { type: 'string', default: '2', valueHint: 'N', description: 'Votes every pair gets.' },
    'votes-max': { type: 'string', default: '3', valueHint: 'N', description: 'Votes a pair gets when the first ones disagree.' },
    json: { type: 'boolean', description: 'Print one JSON document.' },
  },
  run: ({ args }) =>
    withProjectParts(async (parts) => {
      const adopted = args['label-studio-project'];
      const installed = await installRubricProject(parts, {
        title: args.title,
        rubric: args.rubric,
        host: parseHost(args.host),
        votesMin: parseNumber('--votes-min', args['votes-min']),
        votesMax: parseNumber('--votes-max', args['votes-max']),
        ...(adopted === undefined ? {} : { labelStudioProjectId: parseNumber('--label-studio-project', adopted) }),
      });
      const url = `${parts.publicUrl}/projects/${installed.labelStudioProjectId}`;
      const document = { project: installed.labelStudioProjectId, url };
      process.stdout.write(args.json === true ? `${JSON.stringify(document)}\n` : `${args.title} is Label Studio project ${document.project}: ${url}\n`);
    }),
});

const policyCommand = defineCommand({
  meta: { name: 'policy', description: 'By which policy the raters of a project are warned and paused; all of them are judged by it at once.' },
  args: {
    policy: { type: 'positional', required: true, valueHint: 'NAME|FILE', description: 'sequential, strict, or a YAML file; pairloop simulate tells what it does.' },
    project: { type: 'string', valueHint: 'PROJECT', description: 'Title, or number in Label Studio; left out: the only one.' },
    json: { type: 'boolean', description: 'Print one JSON document.' },
  },
  run: async ({ args }) => {
    const policy = await readPolicy(args.policy);
    await withDatabase(async (db) => {
      const project = await findProject(db, args.project);
      const raters = await choosePolicy(db, project.id, policy);
      process.stdout.write(args.json === true ? `${JSON.stringify({ project: project.labelStudioId, policy, raters })}\n` : `${project.title} has the ${policy.policy} policy; raters judged by it: ${raters}.\n`);
    });
  },
});

export const projectCommand = defineCommand({
  meta: { name: 'project', description: "Projects: a rubric's label config, queue, webhook and ML backend in Label Studio." },
  subCommands: { create: createCommand, policy: policyCommand },
});
