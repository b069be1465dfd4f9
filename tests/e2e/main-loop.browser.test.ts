import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { installRubricProject, launchBatch, type ProjectParts } from '../../cli/system/project.js';
import { connect, type Db } from '../../core/database/connect.js';
import { ensureSecrets } from '../../core/database/secrets.js';
import { packagePath } from '../../core/package-root.js';
import { presentationOrder } from '../../core/domain/presentation-order.js';
import { mirrorVerdict, type Verdict } from '../../core/domain/verdict.js';
import type { Account } from '../../core/running/running-file.js';
import { waitFor } from '../support/wait-for.js';
import { openAnnotatorPage, shownTask } from './annotator-page.js';

const stack = inject('stack');
const browser = inject('chromium');
const TITLE = 'Main loop';
const PAIRS = 6;
const GOLD = 2;
const KEYS: Readonly<Record<Verdict, string>> = { a: '1', tie: '2', both_bad: '3', b: '4' };

interface Item {
  readonly id: number;
  readonly taskId: number;
  readonly kind: 'pair' | 'gold';
  readonly pairId: string;
  readonly opaqueId: string;
  readonly accepted: readonly Verdict[] | null;
}

let db: Db;
let parts: ProjectParts;
let projectId: number;
let labelStudioProjectId: number;
const items = new Map<number, Item>();
const annotators = stack.accounts.filter((account) => account.role === 'annotator');

beforeAll(async () => {
  db = connect(stack.databaseUrl, 4);
  parts = { db, secrets: await ensureSecrets(db), labelStudio: stack.labelStudio, publicUrl: stack.publicUrl };
  ({ projectId, labelStudioProjectId } = await installRubricProject(parts, { title: TITLE, rubric: 'assistant', votesMin: 2, votesMax: 2 }));
  await launchBatch(parts, { projectId, round: { k: PAIRS }, goldCount: GOLD });
  for (const item of await readItems()) items.set(item.taskId, item);
});
afterAll(() => db.destroy());

async function readItems(): Promise<Item[]> {
  const rows = await db
    .selectFrom('batch_item')
    .innerJoin('batch', 'batch.id', 'batch_item.batch_id')
    .innerJoin('pair', 'pair.id', 'batch_item.pair_id')
    .leftJoin('gold_item', 'gold_item.pair_id', 'pair.id')
    .select(['batch_item.id', 'task_id', 'kind', 'batch_item.pair_id', 'opaque_id', 'accepted_verdicts'])
    .where('batch.project_id', '=', projectId)
    .execute();
  return rows.map((row) => ({ id: row.id, taskId: row.task_id!, kind: row.kind, pairId: row.pair_id, opaqueId: row.opaque_id, accepted: row.accepted_verdicts }));
}

/** What an annotator answers, in canonical sides: always A on pairs; on gold the first passes and the second fails. */
function answer(item: Item, isFirst: boolean): Verdict {
  if (item.kind === 'pair') return 'a';
  const passing = item.accepted!;
  return isFirst ? passing[0]! : (['a', 'b', 'tie'] as const).find((verdict) => !passing.includes(verdict))!;
}

function displayedTo(account: Account, item: Item): 'ab' | 'ba' {
  return presentationOrder(parts.secrets.presentation, String(account.labelStudioUserId), item.opaqueId);
}

/** Labels with the keyboard until no task is left; the tasks in the order in which they came. */
async function labelEverything(page: Page, account: Account, isFirst: boolean): Promise<number[]> {
  const served: number[] = [];
  await page.goto(`${stack.publicUrl}/projects/${labelStudioProjectId}/data?labeling=1`);
  for (let count = 0; count < items.size; count += 1) {
    const taskId = await waitFor('the next task', async () => {
      const shown = await shownTask(page);
      return shown !== null && !served.includes(shown) ? shown : undefined;
    });
    const item = items.get(taskId)!;
    await page.locator('.pairloop').waitFor({ timeout: 60_000 });
    const verdict = answer(item, isFirst);
    await page.keyboard.press(KEYS[displayedTo(account, item) === 'ab' ? verdict : mirrorVerdict(verdict)]);
    await page.locator('.pairloop [role="radio"][aria-checked="true"]').first().waitFor();
    if (verdict === 'both_bad') await page.getByLabel('Why', { exact: false }).first().fill('Neither can be sent.');
    await page.keyboard.press('Control+Enter');
    served.push(taskId);
  }
  await page.getByText('No More Tasks', { exact: false }).first().waitFor();
  return served;
}

describe.skipIf(browser.path === null)(`the main loop in Chromium${browser.path === null ? ` (skipped: ${browser.reason})` : ''}`, () => {
  test('two annotators compare with the keyboard; the pair they agree on is accepted, the failed gold item is on record', async () => {
    for (const [index, account] of annotators.entries()) {
      const session = await openAnnotatorPage(browser.path!, stack.publicUrl, account);
      try {
        const served = await labelEverything(session.page, account, index === 0);
        const ranked = [...items.values()].toSorted((one, other) => one.id - other.id).map((item) => item.taskId);
        expect(served, 'tasks come in the order of the batch').toEqual(ranked);
      } catch (error) {
        await session.page.screenshot({ path: packagePath('dist', 'test-artifacts', `main-loop-${index}.png`) });
        throw error;
      } finally {
        await session.close();
      }
    }
    await waitFor('all votes', async () => ((await votes()).length === 2 * items.size ? true : undefined));

    for (const vote of await votes()) {
      const account = annotators.find((one) => one.labelStudioUserId === vote.label_studio_user_id)!;
      const item = items.get(vote.task_id!)!;
      expect(vote).toMatchObject({ verdict: answer(item, account === annotators[0]), displayed_order: displayedTo(account, item), counted: true });
      expect(vote.active_ms).toBeGreaterThan(0);
      expect(vote.guideline_sha256).toMatch(/^[0-9a-f]{64}$/);
    }
    const orders = new Set((await votes()).map((vote) => vote.displayed_order));
    expect(orders, 'both orders were shown').toEqual(new Set(['ab', 'ba']));

    const checks = await db.selectFrom('gold_check').innerJoin('rater', 'rater.id', 'gold_check.rater_id').innerJoin('vote', 'vote.annotation_id', 'gold_check.annotation_id')
      .select(['label_studio_user_id', 'passed']).where('vote.project_id', '=', projectId).execute();
    expect(checks.filter((check) => check.passed).map((check) => check.label_studio_user_id)).toEqual(Array(GOLD).fill(annotators[0]!.labelStudioUserId));
    expect(checks.filter((check) => !check.passed).map((check) => check.label_studio_user_id)).toEqual(Array(GOLD).fill(annotators[1]!.labelStudioUserId));

    const accepted = await waitFor('the accepted folder', () => Promise.resolve(acceptedRows()));
    const expected = await db.selectFrom('pair').select(['id', 'response_a', 'response_b']).where('id', 'in', [...items.values()].filter((item) => item.kind === 'pair').map((item) => item.pairId)).execute();
    expect(accepted.map((row) => row['id']).toSorted()).toEqual(expected.map((pair) => pair.id).toSorted());
    for (const row of accepted) {
      const pair = expected.find((one) => one.id === row['id'])!;
      expect(JSON.stringify(row['chosen'])).toContain(JSON.stringify(pair.response_a).slice(1, -1));
      expect(JSON.stringify(row['rejected'])).toContain(JSON.stringify(pair.response_b).slice(1, -1));
    }
  });
});

function votes() {
  return db
    .selectFrom('vote')
    .innerJoin('rater', 'rater.id', 'vote.rater_id')
    .innerJoin('batch_item', 'batch_item.id', 'vote.batch_item_id')
    .select(['task_id', 'label_studio_user_id', 'verdict', 'displayed_order', 'counted', 'active_ms', 'vote.guideline_sha256'])
    .where('vote.project_id', '=', projectId)
    .execute();
}

/** The preference rows that the manifest names, once it counts all pairs. */
function acceptedRows(): Record<string, unknown>[] | undefined {
  const folder = join(stack.dataDir, 'accepted', 'main-loop');
  try {
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { files: { path: string }[] };
    const rows = manifest.files.flatMap(({ path }) => readFileSync(join(folder, path), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>));
    return rows.length === PAIRS ? rows : undefined;
  } catch {
    return undefined;
  }
}
