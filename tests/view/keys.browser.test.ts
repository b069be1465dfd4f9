import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { expectVotes, noChromium, useLabeling } from './in-chromium.js';
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

  /** What the view shows as judged: levels, verdict and strength that are chosen, flags that are set, words that are written. */
  function judged(page: Page): Promise<string[]> {
    return page.locator('.pairloop').evaluate((view) => {
      const set = [...view.querySelectorAll('[aria-checked=true], .pl-flag[aria-pressed=true]')];
      const written = [...view.querySelectorAll('textarea')].filter(({ value }) => value !== '');
      return [
        ...set.map((one) => `${one.closest('[data-field]')?.getAttribute('data-field')}: ${one.getAttribute('aria-label') ?? one.textContent}`),
        ...written.map((one) => `${one.getAttribute('data-field')}: ${one.value}`),
      ];
    });
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
});
