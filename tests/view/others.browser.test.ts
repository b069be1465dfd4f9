import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { accessibilityFaults } from './accessibility.js';
import { chosen, expectVotes, judged, noChromium, openTask, useLabeling } from './in-chromium.js';
import { makeProject, openLabelStream, signInToBrowser, storedVotes, type PairText } from './labeling-bench.js';

const EGG: PairText = { response_a: 'Seven minutes.', response_b: 'Put it into **boiling** water for seven minutes, then under cold water.' };
const SAVING = /\/api\/(?:tasks\/\d+\/(?:annotations|drafts)|annotations\/\d+|drafts\/\d+)/;
/** What a prediction says of a pair, as Label Studio keeps it. */
const PREDICTED = [
  { from_name: 'verdict', to_name: 'prompt', type: 'choices', value: { choices: ['tie'] } },
  { from_name: 'rationale', to_name: 'prompt', type: 'textarea', value: { text: ['Both say seven minutes.'] } },
];

/** The part of the editor's store that shows older versions, which Label Studio Community keeps none of. */
interface EditorWithHistory {
  setHistory(items: readonly unknown[]): void;
  readonly annotationStore: { readonly selected: { readonly pk: string }; readonly history: readonly unknown[]; selectHistory(item: unknown): void };
}

describe.skipIf(noChromium)('what others judged, in Label Studio', () => {
  const labeling = useLabeling();

  /** Ada's vote for the left one of a pair whose sides are swapped for her, and not for Ben. */
  async function votedByAda(pairs = [EGG]): Promise<{ projectId: number; taskId: number }> {
    const { bench, ada, ben } = labeling();
    const { projectId, taskIds: [taskId = 0] } = await makeProject(bench, 'assistant', pairs, [[ada, 'ba'], [ben, 'ab']]);
    const page = await openLabelStream(ada.context, bench, projectId);
    await page.keyboard.press('1');
    await page.keyboard.press('w');
    await page.keyboard.type('It says how.');
    await page.keyboard.press('Control+Enter');
    await expectVotes(bench, taskId, 1);
    await page.close();
    return { projectId, taskId };
  }

  /** Opens a task beside the table, and notes what the page asks Label Studio to store. */
  async function open(page: Page, projectId: number, taskId: number): Promise<string[]> {
    const saved: string[] = [];
    page.on('request', (request) => {
      if (request.method() !== 'GET' && SAVING.test(request.url())) saved.push(`${request.method()} ${new URL(request.url()).pathname}`);
    });
    await openTask(page, labeling().bench, projectId, taskId);
    return saved;
  }

  const tab = (page: Page, at: number) => page.locator('.lsf-annotation-button').nth(at);

  /** Every key and click of ours that judges, and Submit by key. */
  async function tryToJudge(page: Page): Promise<void> {
    for (const key of ['1', '2', '3', '4', '5', '6', 's', 'w']) await page.keyboard.press(key);
    await page.keyboard.type('mine');
    await page.keyboard.press('Escape');
    for (const button of await page.locator('.pairloop .pl-verdicts button, .pairloop .pl-flag, .pairloop .pl-level').all()) await button.click({ force: true });
    await page.keyboard.press('Control+Enter');
    await page.keyboard.press('Control+z');
  }

  async function expectNoFaults(page: Page): Promise<void> {
    for (const theme of ['light', 'dark']) {
      await page.evaluate((name) => document.documentElement.setAttribute('data-color-scheme', name), theme);
      expect(await accessibilityFaults(page), theme).toEqual([]);
    }
    await page.evaluate(() => document.documentElement.setAttribute('data-color-scheme', 'light'));
  }

  test('another annotator’s vote is shown as they gave it, and can only be read', async () => {
    const { bench, ben } = labeling();
    const { projectId, taskId } = await votedByAda();
    const before = await storedVotes(bench, taskId);
    const page = await ben.context.newPage();
    const saved = await open(page, projectId, taskId);
    await page.waitForSelector('.pl-notice:has-text("another annotator")');
    await tryToJudge(page);
    expect(await chosen(page)).toEqual(['A better']);
    expect(await page.locator('.pl-pane[data-side=a] .pl-pane-body').textContent()).toContain('boiling');
    expect(await page.inputValue('[data-field=rationale]')).toBe('It says how.');
    expect(await page.locator('.pl-skip, .pl-skip-dialog, .pl-refusal, .pl-notice button').count()).toBe(0);
    expect(await page.locator('button[name=submit]').isDisabled()).toBe(true);
    await expectNoFaults(page);
    // By then a draft would be on its way: Label Studio saves one five seconds after a change.
    await page.waitForTimeout(6_000);
    expect(saved).toEqual([]);
    expect(await storedVotes(bench, taskId)).toEqual(before);
    await page.close();
  });

  test('beside another’s vote an annotator makes their own, in their own order; each tab shows its own', async () => {
    const { bench, ada, ben } = labeling();
    const { projectId, taskId } = await votedByAda();
    const page = await ben.context.newPage();
    await open(page, projectId, taskId);
    await page.getByRole('button', { name: 'Create an annotation' }).click();
    await page.locator('.pl-notice').waitFor({ state: 'detached' });
    await page.waitForSelector('.pairloop-live .pairloop');
    expect(await chosen(page)).toEqual([]);
    expect(await page.locator('.pl-pane[data-side=a] .pl-pane-body').textContent()).toBe('Seven minutes.');
    await page.keyboard.press('1');
    expect(await chosen(page)).toEqual(['A better']);
    await page.keyboard.press('Control+Enter');
    await expectVotes(bench, taskId, 2);
    const votes = (await storedVotes(bench, taskId)).map(({ user, result }) => [user, result['verdict']?.value]);
    expect(votes).toEqual([[ada.userId, { choices: ['b'] }], [ben.userId, { choices: ['a'] }]]);
    const shown: string[][] = [];
    for (const at of [0, 1, 0]) {
      await tab(page, at).click();
      await page.waitForSelector('.pairloop-live .pairloop');
      await expect.poll(() => page.locator('.pl-notice').count()).toBe((await tab(page, at).innerText()).includes(ben.email.slice(0, 8)) ? 0 : 1);
      shown.push([(await page.locator('.pl-notice').count()) === 0 ? 'own' : 'foreign', (await page.locator('.pl-pane[data-side=a] .pl-pane-body').textContent()) ?? '', ...(await chosen(page))]);
    }
    expect(new Set(shown.map((one) => one.join(': ')))).toEqual(new Set(['own: Seven minutes.: A better', 'foreign: Put it into boiling water for seven minutes, then under cold water.: A better']));
    await page.close();
  });

  test('a prediction is shown in the view, says so, and can only be read', async () => {
    const { bench, ben } = labeling();
    const { projectId, taskId } = await votedByAda();
    const { url, apiKey } = bench.stack.labelStudio;
    const made = await fetch(`${url}/api/predictions`, {
      method: 'POST',
      headers: { authorization: `Token ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ task: taskId, model_version: 'judge', score: 0.5, result: PREDICTED }),
    });
    expect(made.status).toBe(201);
    const page = await ben.context.newPage();
    const saved = await open(page, projectId, taskId);
    await page.locator('.lsf-annotation-button', { hasText: 'judge' }).click();
    await page.waitForSelector('.pl-notice:has-text("prediction")');
    await tryToJudge(page);
    expect(await judged(page)).toEqual(['verdict: Tie', 'rationale: Both say seven minutes.']);
    expect(await page.locator('.pl-skip, .pl-skip-dialog, .pl-refusal, .pl-notice button').count()).toBe(0);
    await expectNoFaults(page);
    await page.waitForTimeout(6_000);
    expect(saved).toEqual([]);
    expect(await storedVotes(bench, taskId)).toHaveLength(1);
    await page.close();
  });

  test('"Compare All" shows every vote in Label Studio’s own controls, none of which can be changed, and leads back', async () => {
    const { bench, ada, ben } = labeling();
    const { projectId, taskId } = await votedByAda();
    const stream = await openLabelStream(ben.context, bench, projectId);
    await stream.keyboard.press('2');
    await stream.keyboard.press('Control+Enter');
    await expectVotes(bench, taskId, 2);
    await stream.close();
    const before = await storedVotes(bench, taskId);
    const page = await ben.context.newPage();
    const saved = await open(page, projectId, taskId);
    await page.getByRole('button', { name: 'Compare all annotations' }).click();
    const verdicts = page.locator('.pairloop-fallback input[type=radio]');
    await expect.poll(() => verdicts.count()).toBe(8);
    expect(await page.locator('.pairloop, .pairloop-live, .pairloop-loading').count()).toBe(0);
    const checked = (): Promise<number[]> => verdicts.evaluateAll((all) => all.flatMap((one, at) => (one instanceof HTMLInputElement && one.checked ? [at % 4] : [])));
    const compared = await checked();
    expect(compared.toSorted()).toEqual([1, 3]);
    for (const key of ['1', '2', '3', '4', '5', 'Control+Enter']) await page.keyboard.press(key);
    expect(await page.locator('.pairloop-fallback').locator('input:enabled, textarea:enabled').count()).toBe(0);
    expect(await checked()).toEqual(compared);
    expect(await page.locator('.pairloop-fallback').first().innerText()).toContain('Seven minutes.');
    await page.locator('.lsf-annotation-button', { hasText: ben.email.slice(0, 8) }).click();
    await page.waitForSelector('.pairloop-live .pairloop');
    expect(await chosen(page)).toEqual(['Tie']);
    expect(await page.locator('.pl-notice').count()).toBe(0);
    await page.keyboard.press('4');
    expect(await chosen(page)).toEqual(['B better']);
    await page.locator('.lsf-annotation-button', { hasText: ada.email.slice(0, 8) }).click();
    await page.waitForSelector('.pl-notice:has-text("another annotator")');
    expect(await chosen(page)).toEqual(['A better']);
    expect(saved.filter((call) => !call.includes('drafts'))).toEqual([]);
    expect(await storedVotes(bench, taskId)).toEqual(before);
    await page.close();
  });

  test('an older version from the annotation’s history takes the view away, cannot be changed, and leads back', async () => {
    const { bench, browser, ada } = labeling();
    const { projectId, taskId } = await votedByAda();
    const before = await storedVotes(bench, taskId);
    // A window of its own, whose errors do not count: Label Studio 1.23.2 fails to show an older version in its Rating.
    const context = await signInToBrowser(browser, bench, ada);
    const page = await context.newPage();
    const saved = await open(page, projectId, taskId);
    await page.keyboard.press('4');
    await page.evaluate((result) => {
      const store = window.Htx as unknown as EditorWithHistory;
      const item = { annotation_id: Number(store.annotationStore.selected.pk), actionType: 'submitted' };
      store.setHistory([{ ...item, result: [] }, { ...item, result }]);
      store.annotationStore.selectHistory(store.annotationStore.history[1]);
    }, PREDICTED);
    await page.locator('.pairloop').waitFor({ state: 'detached' });
    const radios = page.locator('.pairloop-fallback input[type=radio]');
    await radios.first().waitFor();
    expect(await page.locator('.pairloop-live, .pairloop-loading').count()).toBe(0);
    for (const key of ['1', '4']) await page.keyboard.press(key);
    for (const radio of await radios.all()) expect(await radio.isDisabled()).toBe(true);
    expect(await page.locator('button[name=submit]').isDisabled()).toBe(true);
    await page.evaluate(() => (window.Htx as unknown as EditorWithHistory).annotationStore.selectHistory(null));
    await page.waitForSelector('.pairloop-live .pairloop');
    expect(await judged(page)).toEqual(['verdict: B better', 'rationale: It says how.']);
    expect(saved.filter((call) => !call.includes('drafts'))).toEqual([]);
    expect(await storedVotes(bench, taskId)).toEqual(before);
    await context.close();
  });
});
