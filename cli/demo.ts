import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { LabelStudioClient } from '../core/label-studio/client.js';
import { packagePath } from '../core/package-root.js';
import { createAccount } from '../core/running/label-studio-account.js';
import { readJsonFile, writePrivateFile } from '../core/running/private-file.js';
import type { Account } from '../core/running/running-file.js';
import { parsePairsFile } from '../ml-backend/pool/pairs-file.js';
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
  const known = await findBatch(parts);
  const goldCount = known === undefined ? await importSamples(system, parts) : 0;
  system.report('making the demo project');
  const { projectId, labelStudioProjectId, kept } = await installRubricProject(parts, { title: TITLE, rubric: RUBRIC, votesMin: 2, votesMax: 3, whenLost: 'keep' });
  if (kept !== null) system.say(`The demo project stays as it was made. ${kept} To see the new one, start on another folder (PAIRLOOP_DATA).`);
  system.report('ranking the pairs and shipping the batch');
  if (known === undefined) await launchBatch(parts, { projectId, round: { k: 1_000 }, goldCount });
  else if (known.state === 'building') await ship(parts, known.id);
  system.report('making the accounts');
  return { accounts: await ensureAccounts(system), labelStudioProjectId };
}

/** The demo has one batch: all sample pairs and every gold item. Once it is there, a later version's samples are not looked at. */
function findBatch({ db }: ProjectParts): Promise<{ id: number; state: 'building' | 'shipped' } | undefined> {
  const ofDemo = db.selectFrom('batch').innerJoin('project', 'project.id', 'batch.project_id').where('project.title', '=', TITLE);
  return ofDemo.select(['batch.id', 'batch.state']).orderBy('batch.id').executeTakeFirst();
}

/** Imports the sample pairs and gold items; how many gold items there are. */
async function importSamples(system: SystemParts, parts: ProjectParts): Promise<number> {
  system.report('importing the sample pairs');
  await importFile(parts, await parsePairsFile(packagePath('samples', 'pairs.jsonl')), { purpose: 'pool' });
  const gold = await importGold(parts, packagePath('samples', 'gold.jsonl'));
  return gold.imported + gold.skipped;
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
