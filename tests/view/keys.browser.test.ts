import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { SKIP_REASONS } from '../../frontend-plugin/view/state/skip-reasons.js';
import { chosen, expectVotes, judged, noChromium, useLabeling } from './in-chromium.js';
import { makeProject, openLabelStream, storedVotes, type PairText } from './labeling-bench.js';

const REFUND: PairText = { domain: 'support', difficulty: 'difficult', response_a: 'You have until the 17th.', response_b: 'Send me your card number.' };

/** A whole judgement, one undo step after the other. Left stands canonical B; rows are rated left, right, from the top. */
const STEPS: readonly (readonly string[])[] = [
  ['r', '1'],
  ['5'],
  ['2'],
  ['4'],
  ['1'],
  ['3'],
  ['Escape', 'f', 'Space'],
  ['Tab', 'Space'],
  ['Space'],
  ['4'],
  ['5'],
  ['6'],
  ['w', '1', '2', '?', 'g', 'Escape'],
  ['p', 'R', '3', 'Escape'],
];

describe.skipIf(noChromium)('the keyboard alone', () => {
  const labeling = useLabeling();

  async function press(page: Page, keys: readonly string[]): Promise<void> {
    for (const key of keys) await page.keyboard.press(key);
  }

  test('opens each panel, and Escape closes it', async () => {
    const { bench, ada } = labeling();
    const { projectId } = await makeProject(bench, 'support', [REFUND], []);
    const page = await openLabelStream(ada.context, bench, projectId);
    const titles: (string | null)[] = [];
    for (const key of ['g', 'h', 'v', '?']) {
      await page.keyboard.press(key);
      const panel = page.locator('.pl-side-panel');
      await panel.waitFor();
      titles.push(await panel.getAttribute('aria-label'));
      await page.keyboard.press('Escape');
      await panel.waitFor({ state: 'detached' });
    }
    expect(titles).toEqual(['Guideline 1.1', 'Levels and flags', 'View', 'Keys']);
    expect(await judged(page)).toEqual([]);
    await page.close();
  });

  test('judges a pair from the first rating to Submit; undo and redo take one step each; what is stored is canonical', async () => {
    const { bench, ada } = labeling();
    const { projectId, taskIds } = await makeProject(bench, 'support', [REFUND, REFUND], [[ada, 'ba']]);
    const page = await openLabelStream(ada.context, bench, projectId);
    const seen = [await judged(page)];
    for (const keys of STEPS) {
      await press(page, keys);
      await expect.poll(() => judged(page), { message: keys.join(' ') }).not.toEqual(seen.at(-1));
      seen.push(await judged(page));
    }
    for (const before of seen.slice(0, -1).toReversed()) {
      await page.keyboard.press('Control+z');
      await expect.poll(() => judged(page)).toEqual(before);
    }
    for (const after of seen.slice(1)) {
      await page.keyboard.press('Control+Shift+z');
      await expect.poll(() => judged(page)).toEqual(after);
    }
    const [taskId = 0] = taskIds;
    await page.keyboard.press('Control+Enter');
    await expectVotes(bench, taskId, 1);
    const [vote] = await storedVotes(bench, taskId);
    expect(vote?.result['verdict']?.meta?.pairloop).toMatchObject({ displayed: 'ba' });
    expect(Object.fromEntries(Object.entries(vote?.result ?? {}).map(([name, { value }]) => [name, Object.values(value as Record<string, unknown>)[0]]))).toEqual({
      accuracy_b: 1, accuracy_a: 5, tone_b: 2, tone_a: 4, policy_b: 1, policy_a: 3,
      b_flags: ['policy_breach'],
      verdict: ['a'],
      strength: ['much'],
      rationale: ['12?g'],
      policy_reference: ['R3'],
    });
    await page.close();
  });

  for (const [keys, platform] of [['Control+Space', 'Linux x86_64'], ['Alt+Enter', 'MacIntel']] as const) {
    test(`Label Studio's own Skip key (${keys}) asks for the reason, which reaches the journal`, async () => {
      const { bench, ada } = labeling();
      const { projectId, taskIds: [taskId = 0] } = await makeProject(bench, 'assistant', [REFUND, REFUND], []);
      const page = await ada.context.newPage();
      await page.addInitScript((value) => Object.defineProperty(navigator, 'platform', { get: () => value }), platform);
      await page.goto(`${bench.stack.publicUrl}/projects/${projectId}/data?labeling=1`);
      await page.waitForSelector('.pairloop-live .pairloop');
      const journal = () => bench.db.selectFrom('journal').select(['kind', 'body', 'outcome']).where('task_id', '=', taskId).execute();
      const dialog = page.locator('.pl-skip-dialog');
      await page.keyboard.press('w');
      await page.keyboard.press(keys);
      expect(await dialog.count()).toBe(0);
      await page.keyboard.press('Escape');
      await page.keyboard.press(keys);
      await dialog.waitFor();
      await page.keyboard.press(keys);
      expect(await dialog.count()).toBe(1);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      // Whatever Label Studio had taken for its Skip would be in the journal by then.
      await page.waitForTimeout(1_000);
      expect(await journal()).toEqual([]);
      await page.keyboard.press(keys);
      await dialog.waitFor();
      await page.keyboard.press('2');
      await expect.poll(async () => (await journal()).map(({ outcome }) => outcome), { timeout: 20_000 }).toEqual(['stored']);
      expect(await journal()).toMatchObject([{ kind: 'skip', body: { was_cancelled: true, comment: SKIP_REASONS[1]?.code } }]);
      await page.close();
    });
  }

  test("Label Studio's Skip key takes back no vote that was submitted", async () => {
    const { bench, ada } = labeling();
    const { projectId, taskIds: [taskId = 0] } = await makeProject(bench, 'assistant', [REFUND], []);
    const page = await openLabelStream(ada.context, bench, projectId);
    await page.keyboard.press('2');
    await page.keyboard.press('Control+Enter');
    await expectVotes(bench, taskId, 1);
    await page.goto(`${bench.stack.publicUrl}/projects/${projectId}/data?task=${taskId}`);
    await page.waitForSelector('.pairloop-live .pairloop');
    await page.keyboard.press('Control+Space');
    await page.waitForTimeout(1_000);
    expect(await page.locator('.pl-skip-dialog').count()).toBe(0);
    expect(await chosen(page)).toEqual(['Tie']);
    const kinds = await bench.db.selectFrom('journal').select('kind').where('task_id', '=', taskId).execute();
    expect(kinds).toEqual([{ kind: 'submit' }]);
    await page.close();
  });

  test('Enter and Space press the button that has the keyboard: a verdict, a flag, a panel, a skip reason', async () => {
    const { bench, ada } = labeling();
    const { projectId, taskIds: [taskId = 0] } = await makeProject(bench, 'assistant', [REFUND, REFUND], []);
    const page = await openLabelStream(ada.context, bench, projectId);
    for (const key of ['Enter', 'Space']) {
      await page.getByRole('button', { name: /^Guideline/ }).focus();
      await page.keyboard.press(key);
      await page.locator('.pl-side-panel').waitFor();
      await page.keyboard.press('Escape');
      await page.locator('.pl-flag').first().focus();
      await page.keyboard.press(key);
      expect(await page.locator('.pl-flag').first().getAttribute('aria-pressed')).toBe(String(key === 'Enter'));
      const verdict = key === 'Enter' ? 'B better' : 'Tie';
      await page.getByRole('radio', { name: verdict }).focus();
      await page.keyboard.press(key);
      expect(await chosen(page)).toEqual([verdict]);
    }
    expect(await storedVotes(bench, taskId)).toEqual([]);
    await page.keyboard.press('s');
    await page.locator('.pl-skip-dialog').waitFor();
    await page.keyboard.press('Enter');
    const journal = bench.db.selectFrom('journal').select(['kind', 'body']).where('task_id', '=', taskId);
    await expect.poll(() => journal.execute(), { timeout: 20_000 }).toMatchObject([{ kind: 'skip', body: { comment: SKIP_REASONS[0]?.code } }]);
    await page.close();
  });
});
