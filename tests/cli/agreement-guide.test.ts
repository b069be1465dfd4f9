import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { agreementCommand } from '../../cli/commands/agreement.js';
import { packagePath } from '../../core/package-root.js';
import { runInProcess } from '../support/run-command.js';

const VOTES = join(packagePath(), '..', 'shared', 'data', 'human-3raters.jsonl');

test("the guide's table is what the command prints", async ({ skip }) => {
  if (!existsSync(VOTES)) skip(`the votes of the example are not at ${VOTES}`);
  const guide = readFileSync(packagePath('docs', 'agreement.md'), 'utf8');
  const { stdout } = await runInProcess(agreementCommand, [VOTES]);
  expect(guide).toContain(stdout);
});
