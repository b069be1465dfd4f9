import { describe, expect, test } from 'vitest';
import { accessibilityFaults } from './accessibility.js';
import { chosen, expectVotes, noChromium, useLabeling } from './in-chromium.js';
import { makeProject, openLabelStream, storedVotes, type PairText } from './labeling-bench.js';

const pair = (at: number): PairText => ({ prompt: `Question ${at}?`, response_a: `Answer one to ${at}.`, response_b: `Answer two to ${at}.` });

describe.skipIf(noChromium)('the comparison on the real page', () => {
  const labeling = useLabeling();

  test('in Label Studio, light and dark, axe-core finds nothing: fresh, without a connection, a changed guideline', async () => {
    const { bench, ben } = labeling();
    const { projectId, taskIds } = await makeProject(bench, 'assistant', [0, 1, 2].map(pair), []);
    const page = await openLabelStream(ben.context, bench, projectId);
    for (const theme of ['light', 'dark']) {
      await page.evaluate((name) => document.documentElement.setAttribute('data-color-scheme', name), theme);
      await page.waitForTimeout(300);
      expect(await accessibilityFaults(page), theme).toEqual([]);
      await ben.context.setOffline(true);
      await page.waitForSelector('.pl-notice');
      expect(await accessibilityFaults(page), `${theme}, offline`).toEqual([]);
      await ben.context.setOffline(false);
      await page.waitForSelector('.pl-notice', { state: 'detached' });
    }
    await page.keyboard.press('2');
    await page.keyboard.press('Control+Enter');
    await expectVotes(bench, taskIds[0]!, 1);
    await page.waitForSelector('.pairloop-live .pl-prompt:has-text("Question 1?")');
    await changeGuideline(projectId);
    await page.reload();
    await page.waitForSelector('.pl-acknowledge');
    expect(await accessibilityFaults(page), 'changed guideline').toEqual([]);
    await page.keyboard.press('2');
    expect(await chosen(page)).toEqual([]);
    await page.getByRole('button', { name: 'I have read it' }).click();
    await page.waitForSelector('.pl-acknowledge', { state: 'detached' });
    await page.keyboard.press('2');
    await page.keyboard.press('Control+Enter');
    await expectVotes(bench, taskIds[1]!, 1);
    const [vote] = await storedVotes(bench, taskIds[1]!);
    expect(vote?.result['verdict']?.meta?.pairloop).toMatchObject({ guideline_version: '99', guideline_acknowledged_at: expect.stringMatching(/^\d{4}-/) });
    await page.close();
  });

  async function changeGuideline(projectId: number): Promise<void> {
    const { db } = labeling().bench;
    const guideline = { sha256: 'e'.repeat(64), name: 'assistant', version: '99', markdown: '# Guideline 99\n\nSay what is new.' };
    await db.insertInto('guideline').values(guideline).onConflict((conflict) => conflict.doNothing()).execute();
    await db.updateTable('project').set({ guideline_sha256: guideline.sha256, guideline_version: '99' }).where('label_studio_id', '=', projectId).execute();
  }
});
