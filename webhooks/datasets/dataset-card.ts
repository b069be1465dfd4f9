import { stringify } from 'yaml';
import { ROW_KINDS, type RowKind } from './accepted-row.js';
import type { Manifest } from './manifest.js';

const MESSAGES = { list: [{ name: 'role', dtype: 'string' }, { name: 'content', dtype: 'string' }] };
const FACTS = [
  { name: 'id', dtype: 'string' },
  { name: 'domain', dtype: 'string' },
  { name: 'votes', dtype: 'int64' },
];
const AGREEMENT = { name: 'agreement', dtype: 'float64' };
const STRENGTHS = ['strength_much', 'strength_slightly'].map((name) => ({ name, dtype: 'int64' }));
const flags = (...names: string[]): object[] => names.map((name) => ({ name, list: 'string' }));
const FEATURES: Readonly<Record<RowKind, readonly object[]>> = {
  preference: [{ name: 'prompt', ...MESSAGES }, { name: 'chosen', ...MESSAGES }, { name: 'rejected', ...MESSAGES }, ...FACTS, ...STRENGTHS, ...flags('flags_chosen', 'flags_rejected'), AGREEMENT],
  ties: [
    { name: 'prompt', ...MESSAGES },
    { name: 'response_a', ...MESSAGES },
    { name: 'response_b', ...MESSAGES },
    { name: 'verdict', dtype: 'string' },
    ...FACTS,
    ...flags('flags_a', 'flags_b'),
    AGREEMENT,
  ],
};

/**
 * The folder's README.md: a dataset card whose YAML head names the very files of the manifest, so that
 * `load_dataset(FOLDER)` reads those and no remains of another push. A kind without rows has no config.
 *
 * https://huggingface.co/docs/hub/datasets-manual-configuration
 */
export function datasetCard(manifest: Manifest): string {
  const kinds = ROW_KINDS.filter((kind) => manifest.files.some((file) => file.kind === kind));
  const head = {
    pretty_name: manifest.project.title,
    tags: ['preference', 'pairloop'],
    ...(kinds.length === 0
      ? {}
      : {
          configs: kinds.map((kind, index) => ({
            config_name: kind,
            ...(index === 0 ? { default: true } : {}),
            data_files: [{ split: 'train', path: manifest.files.filter((file) => file.kind === kind).map((file) => file.path) }],
          })),
          dataset_info: kinds.map((kind) => ({ config_name: kind, features: FEATURES[kind] })),
        }),
  };
  // `datasets` changes what it reads in place: an object shared by YAML alias breaks it.
  return `---\n${stringify(head, { lineWidth: 0, aliasDuplicateObjects: false })}---\n\n${cardText(manifest)}`;
}

function cardText(manifest: Manifest): string {
  const { project, guideline, rule, counts } = manifest;
  const rows = (kind: RowKind): number => manifest.files.filter((file) => file.kind === kind).reduce((sum, file) => sum + file.rows, 0);
  const verdicts = counts.by_verdict;
  return `# ${project.title}

Human preferences between two model answers, collected with Pairloop: each pair was judged by several annotators, and is here
because they agreed.

| | |
|---|---|
| accepted pairs | ${counts.accepted} |
| config \`preference\` | ${rows('preference')} (A better ${verdicts.a ?? 0}, B better ${verdicts.b ?? 0}) |
| config \`ties\` | ${rows('ties')} (tie ${verdicts.tie ?? 0}, both bad ${verdicts.both_bad ?? 0}) |
| domains | ${domainList(counts.by_domain)} |
| rule | ${rule.votes_min} to ${rule.votes_max} votes, agreement at least ${rule.agreement_min} |
| rubric | ${manifest.rubric} |
| guideline | version ${guideline.version}, SHA-256 \`${guideline.sha256}\` |

## Columns

\`prompt\`, \`chosen\`, \`rejected\`: lists of {role, content}, TRL's conversational preference form. \`id\`: the pair. \`domain\`.
\`votes\`: how many annotators judged it. \`agreement\`: the share of them that gave the accepted verdict.
\`strength_much\`, \`strength_slightly\`: how many of them said that the chosen answer is much or slightly better (0 where nobody was asked).
\`flags_chosen\`, \`flags_rejected\`: flags of the rubric that any annotator set on the answer.
In the config \`ties\` there is no winner, and the flags are \`flags_a\` and \`flags_b\`: \`response_a\`, \`response_b\` and the \`verdict\`, \`tie\` or \`both_bad\`.
The sides were shuffled: A and B say nothing about which model wrote them.

## Use

\`\`\`python
from datasets import load_dataset
train = load_dataset("PATH OF THIS FOLDER", "preference", split="train")   # goes into trl.DPOTrainer as it is
\`\`\`

\`manifest.json\` names every file with its rows and SHA-256.
`;
}

function domainList(counts: Readonly<Record<string, number>>): string {
  const names = Object.keys(counts).sort();
  return names.length === 0 ? 'none' : names.map((name) => `${name} ${counts[name]}`).join(', ');
}
