import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { agreementPlanCommand } from '../../cli/commands/agreement-plan.js';
import { agreementCommand } from '../../cli/commands/agreement.js';
import { consensusCommand } from '../../cli/commands/consensus.js';
import { judgeTriageCommand } from '../../cli/commands/judge-triage.js';
import { rankingCommand } from '../../cli/commands/ranking.js';
import { packagePath } from '../../core/package-root.js';
import { runInProcess } from '../support/run-command.js';

const data = (name: string): string => join(packagePath(), '..', 'shared', 'data', name);
const VOTES = data('human-3raters.jsonl');
const GOLD = ['gold-natural', 'gold-adversarial-gptout', 'gold-adversarial-manual'].map((name) => data(`${name}.jsonl`)).join(',');

test.for([
  ['agreement.md', () => runInProcess(agreementCommand, [VOTES])],
  ['consensus.md', () => runInProcess(consensusCommand, [VOTES])],
  ['ranking.md', () => runInProcess(rankingCommand, [VOTES])],
  ['judge.md', () => runInProcess(judgeTriageCommand, [data('judge-votes.jsonl'), '--gold', GOLD])],
] as const)('the table of %s is what the command prints', async ([name, run], { skip }) => {
  if (!existsSync(VOTES)) skip(`the votes of the example are not at ${VOTES}`);
  const guide = readFileSync(packagePath('docs', name), 'utf8');
  const { stdout } = await run();
  expect(guide).toContain(stdout);
});

test('the lines about six judges are printed', async ({ skip }) => {
  const judges = join(VOTES, '..', 'judge-votes.jsonl');
  if (!existsSync(judges)) skip(`the votes of the example are not at ${judges}`);
  const votes = readFileSync(judges, 'utf8').trim().split('\n').flatMap((line) => {
    const { item, judge, ab, ba } = JSON.parse(line) as Record<string, string | null>;
    return [[ab, null], [ba, 1]].map(([value, repeat]) => `${JSON.stringify({ item, rater: judge, value, repeat })}\n`);
  });
  const path = join(mkdtempSync(join(tmpdir(), 'pairloop-judges-')), 'judges.jsonl');
  writeFileSync(path, votes.join(''));
  const { stdout } = await runInProcess(agreementCommand, [path, '--by', 'rater']);
  const excerpt = /Some lines of what it prints:\n\n```\n([^`]*)```/.exec(readFileSync(packagePath('docs', 'agreement.md'), 'utf8'))![1]!;
  const printed = stdout.split('\n');
  expect(excerpt.trimEnd().split('\n').filter((line) => !printed.includes(line))).toEqual([]);
});

test('the plan of agreement.md is what the command prints', async () => {
  const { stdout } = await runInProcess(agreementPlanCommand, ['--half-width', '0.05', '--agreement', '0.7', '--shares', '0.45,0.45,0.1']);
  expect(readFileSync(packagePath('docs', 'agreement.md'), 'utf8')).toContain(stdout);
});
