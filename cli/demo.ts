import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { LabelStudioClient } from '../core/label-studio/client.js';
import { packagePath } from '../core/package-root.js';
import { createAccount } from '../core/running/label-studio-account.js';
import { readJsonFile, writePrivateFile } from '../core/running/private-file.js';
import type { Account } from '../core/running/running-file.js';
import { importFile, importGold, installRubricProject, launchBatch, ship, type ProjectParts } from './system/project.js';
import type { Demo, SystemParts } from './system/parts.js';

const TITLE = 'Pairloop demo';
const RUBRIC = 'assistant';
const ANNOTATORS = ['annotator1@example.com', 'annotator2@example.com'];

const passwordsSchema = z.record(z.string(), z.string());

/**
 * Makes the demo project, or finds the one made at an earlier start: the sample pairs and gold items, a
 * project with its label config, a ranked batch, and two annotator accounts where Label Studio is the managed
 * one. Every step is safe to repeat, so a start that was killed is completed by the next.
 */
export async function prepareDemo(system: SystemParts): Promise<Demo> {
  const parts: ProjectParts = { ...system, publicUrl: system.config.publicUrl };
  system.report('importing the sample pairs');
  await importFile(parts, { path: packagePath('samples', 'pairs.jsonl'), purpose: 'pool' });
  const gold = await importGold(parts, packagePath('samples', 'gold.jsonl'));
  system.report('making the demo project');
  const { projectId, labelStudioProjectId } = await installRubricProject(parts, { title: TITLE, rubric: RUBRIC, votesMin: 2, votesMax: 3 });
  system.report('ranking the pairs and shipping the batch');
  await ensureBatch(parts, projectId, gold.imported + gold.skipped);
  system.report('making the accounts');
  return { accounts: await ensureAccounts(system), labelStudioProjectId };
}

/** The demo has one batch: all sample pairs and every gold item. */
async function ensureBatch(parts: ProjectParts, projectId: number, goldCount: number): Promise<void> {
  const batch = await parts.db.selectFrom('batch').select(['id', 'state']).where('project_id', '=', projectId).orderBy('id').executeTakeFirst();
  if (batch === undefined) await launchBatch(parts, { projectId, k: 1_000, goldCount });
  else if (batch.state === 'building') await ship(parts, batch.id);
}

async function ensureAccounts({ admin, config, labelStudio }: SystemParts): Promise<Account[]> {
  if (admin === undefined) return [];
  const passwords = ensurePasswords(join(config.dataDir, 'demo-accounts.json'));
  const { id } = await new LabelStudioClient(labelStudio).whoami();
  const accounts: Account[] = [{ role: 'admin', ...admin, labelStudioUserId: id }];
  for (const email of ANNOTATORS) {
    const credentials = { email, password: passwords[email]! };
    const { userId, token } = await createAccount(labelStudio.url, labelStudio, credentials);
    accounts.push({ role: 'annotator', ...credentials, token, labelStudioUserId: userId });
  }
  return accounts;
}

/** Passwords are made at the first start and kept, readable by their owner alone. */
function ensurePasswords(path: string): Record<string, string> {
  const known = readJsonFile(path, passwordsSchema) ?? {};
  const passwords = Object.fromEntries(ANNOTATORS.map((email) => [email, known[email] ?? randomBytes(9).toString('base64url')]));
  if (ANNOTATORS.some((email) => known[email] === undefined)) writePrivateFile(path, `${JSON.stringify(passwords, null, 2)}\n`);
  return passwords;
}
