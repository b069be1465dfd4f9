import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { voteMetaSchema } from '../../core/domain/vote.js';
import { CHROMIUM_FLAGS } from '../support/chromium.js';
import { loadRubric } from '../../label-configs/rubric-file.js';
import { makeAnnotator, makeProject, openBench, openLabelStream, signInToBrowser, storedVotes, type Annotator, type Bench, type PairText } from './labeling-bench.js';

const { path: executablePath, ...without } = inject('chromium');
if (executablePath === null) console.warn(`The gateway's browser tests are skipped: ${'reason' in without ? without.reason : 'no Chromium'}.`);

const EGG: PairText = { response_a: 'Seven minutes.', response_b: 'Put it into **boiling** water for seven minutes.' };

describe.skipIf(executablePath === null)('what the gateway asks of a judgement, in Label Studio', () => {
  let browser: Browser;
  let bench: Bench;
  let ada: Annotator;

  beforeAll(async () => {
    bench = await openBench(inject('stack'));
    ada = await makeAnnotator(bench);
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: CHROMIUM_FLAGS });
  });
  afterAll(async () => {
    await browser?.close();
    await bench?.close();
  });

  test('without the script, both bad without a reason is refused on the page, and the work stays', async () => {
    const { projectId, taskIds } = await makeProject(bench, 'assistant', [EGG], [[ada, 'ab']]);
    const context = await signInToBrowser(browser, bench, ada);
    await context.route('**/pairloop/view/**', (route) => route.abort());
    const page = await openLabelStream(context, bench, projectId, '.pairloop-fallback .lsf-choices');
    await page.getByText('Both bad', { exact: false }).first().click();
    const submit = page.getByRole('button', { name: 'Submit current annotation' });
    await submit.click();
    await page.getByText('Say why both answers are bad').waitFor({ timeout: 20_000 });
    expect(await storedVotes(bench, taskIds[0]!)).toEqual([]);
    await page.locator('.pairloop-fallback textarea').first().fill('Neither says how long.');
    await submit.click();
    await expect.poll(async () => (await storedVotes(bench, taskIds[0]!)).length, { timeout: 20_000 }).toBe(1);
    const [vote] = await storedVotes(bench, taskIds[0]!);
    expect(vote?.result).toMatchObject({ verdict: { value: { choices: ['both_bad'] } }, rationale: { value: { text: ['Neither says how long.'] } } });
    await context.close();
  });

  test('a page that is older than the rubric says so, and lets nothing be judged that it could not store', async () => {
    const { projectId, taskIds } = await makeProject(bench, { ...loadRubric('assistant'), flags: [] }, [EGG], []);
    await bench.db.updateTable('project').set({ rubric_definition: JSON.stringify(loadRubric('assistant')) }).where('label_studio_id', '=', projectId).execute();
    const context = await signInToBrowser(browser, bench, ada);
    const page = await openLabelStream(context, bench, projectId, '.pl-notice:has-text("older than the project")');
    await page.keyboard.press('1');
    expect(await page.locator('.pl-verdicts [aria-checked=true]').count()).toBe(0);
    await page.keyboard.press('Control+Enter');
    await page.getByRole('button', { name: 'Reload' }).click();
    await page.waitForSelector('.pl-notice:has-text("older than the project")');
    expect(await storedVotes(bench, taskIds[0]!)).toEqual([]);
    await context.close();
  });

  test('a guideline that changes between two pairs is confirmed before the next verdict, and the vote says when', async () => {
    const { projectId, taskIds } = await makeProject(bench, 'assistant', [EGG, EGG, EGG], []);
    const context = await signInToBrowser(browser, bench, ada);
    const page = await openLabelStream(context, bench, projectId);
    expect(await page.locator('.pl-acknowledge').count()).toBe(0);
    const countVotes = async () => (await Promise.all(taskIds.map((id) => storedVotes(bench, id)))).flat().length;
    await page.keyboard.press('1');
    await page.keyboard.press('Control+Enter');
    await expect.poll(countVotes, { timeout: 20_000 }).toBe(1);
    const sha256 = 'c'.repeat(64);
    const guideline = { sha256, name: 'assistant', version: '2.0', markdown: '# The new guideline' };
    await bench.db.insertInto('guideline').values(guideline).onConflict((conflict) => conflict.doNothing()).execute();
    await bench.db.updateTable('project').set({ guideline_version: '2.0', guideline_sha256: sha256 }).where('label_studio_id', '=', projectId).execute();
    await page.goto(page.url());
    await page.waitForSelector('.pl-acknowledge', { timeout: 60_000 });
    expect(await page.locator('.pl-guideline').innerText()).toContain('The new guideline');
    await page.getByRole('button', { name: 'I have read it' }).click();
    await page.waitForSelector('.pl-acknowledge', { state: 'detached' });
    const [known] = await bench.db.selectFrom('guideline_acknowledgement').selectAll().where('label_studio_user_id', '=', ada.userId).execute();
    expect(known?.guideline_sha256).toBe(sha256);
    await page.keyboard.press('2');
    await page.keyboard.press('Control+Enter');
    await expect.poll(countVotes, { timeout: 20_000 }).toBe(2);
    const metas = (await Promise.all(taskIds.map((id) => storedVotes(bench, id)))).flat().map((one) => voteMetaSchema.parse(one.result['verdict']?.meta?.pairloop));
    const second = metas.find((meta) => meta.guideline_sha256 === sha256);
    expect(second).toMatchObject({ guideline_version: '2.0', guideline_acknowledged_at: known?.acknowledged_at.toISOString() });
    await context.close();
  });
});
