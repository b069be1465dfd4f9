import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { voteMetaSchema } from '../../core/domain/vote.js';
import { CHROMIUM_FLAGS } from '../support/chromium.js';
import { seedRater } from '../support/seed-project.js';
import { makeAnnotator, makeProject, openBench, openLabelStream, signInToBrowser, storedVotes, type Annotator, type Bench, type PairText } from './labeling-bench.js';

const { path: executablePath, ...without } = inject('chromium');
if (executablePath === null) console.warn(`The view's browser tests are skipped: ${'reason' in without ? without.reason : 'no Chromium'}.`);

const EGG: PairText = { response_a: 'Seven minutes.', response_b: 'Put it into **boiling** water for seven minutes, then under cold water.' };

describe.skipIf(executablePath === null)('the comparison in Label Studio', () => {
  let browser: Browser;
  let bench: Bench;
  let ada: Annotator;
  let ben: Annotator;

  beforeAll(async () => {
    bench = await openBench(inject('stack'));
    [ada, ben] = [await makeAnnotator(bench), await makeAnnotator(bench)];
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: CHROMIUM_FLAGS });
  });

  afterAll(async () => {
    await browser?.close();
    await bench?.close();
  });

  const chosen = (page: Page): Promise<string[]> => page.locator('.pl-verdicts [aria-checked=true]').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? ''));
  const submit = async (page: Page, taskId: number, votes: number): Promise<void> => {
    await page.keyboard.press('Control+Enter');
    await expect.poll(async () => (await storedVotes(bench, taskId)).length, { timeout: 20_000 }).toBe(votes);
  };

  test('two annotators who see the sides swapped press the same key; the votes are stored in canonical sides', async () => {
    const { projectId, taskIds, hash } = await makeProject(bench, 'assistant', [EGG], [[ada, 'ab'], [ben, 'ba']]);
    for (const [at, annotator] of [ada, ben].entries()) {
      const context = await signInToBrowser(browser, bench, annotator);
      const page = await openLabelStream(context, bench, projectId);
      const left = await page.locator('.pl-pane[data-side=a] .pl-pane-body').textContent();
      expect(left?.startsWith('Seven minutes')).toBe(annotator === ada);
      expect(await page.locator('.pairloop-fallback').isVisible()).toBe(false);
      await page.keyboard.press('2');
      await page.keyboard.press('1');
      expect(await chosen(page)).toEqual(['A better']);
      expect(await storedVotes(bench, taskIds[0]!)).toHaveLength(at);
      await submit(page, taskIds[0]!, at + 1);
      await context.close();
    }
    const votes = await storedVotes(bench, taskIds[0]!);
    expect(votes.map((vote) => [vote.user, vote.result['verdict']?.value])).toEqual([
      [ada.userId, { choices: ['a'] }],
      [ben.userId, { choices: ['b'] }],
    ]);
    const metas = votes.map((vote) => voteMetaSchema.parse(vote.result['verdict']?.meta?.pairloop));
    expect(metas.map((meta) => meta.displayed)).toEqual(['ab', 'ba']);
    expect(metas[0]).toMatchObject({ label_config_hash: hash, guideline_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(metas[0]!.active_ms).toBeGreaterThan(0);
    expect(metas[0]!.verdict_ms).toBeGreaterThanOrEqual(metas[0]!.first_interaction_ms!);
  });

  test('both bad needs a reason: Submit is refused and says so, drafts go on, a reload and a re-opening show what was done', async () => {
    const { projectId, taskIds } = await makeProject(bench, 'assistant', [EGG, EGG], [[ada, 'ba']]);
    const context = await signInToBrowser(browser, bench, ada);
    const page = await openLabelStream(context, bench, projectId);
    await page.keyboard.press('Control+Enter');
    await page.waitForSelector('.pl-refusal:has-text("Choose a verdict")');
    await page.keyboard.press('1');
    await page.keyboard.press('3');
    await page.keyboard.press('Control+z');
    await expect.poll(() => chosen(page)).toEqual(['A better']);
    await page.keyboard.press('3');
    await page.getByRole('button', { name: 'Submit current annotation' }).click();
    await page.waitForSelector('.pl-refusal:has-text("Say why both answers are bad")');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-field'))).toBe('rationale');
    const draft = page.waitForResponse((reply) => /\/drafts/.test(reply.url()) && reply.request().method() !== 'GET', { timeout: 20_000 });
    await page.keyboard.type('1234: neither says how big the egg is.');
    await draft;
    await page.reload();
    await page.waitForSelector('.pairloop-live .pairloop');
    expect(await chosen(page)).toEqual(['Both bad']);
    expect(await page.inputValue('[data-field=rationale]')).toBe('1234: neither says how big the egg is.');
    expect(await storedVotes(bench, taskIds[0]!)).toEqual([]);
    await submit(page, taskIds[0]!, 1);
    const [vote] = await storedVotes(bench, taskIds[0]!);
    expect(vote?.result).toMatchObject({ verdict: { value: { choices: ['both_bad'] } }, rationale: { value: { text: ['1234: neither says how big the egg is.'] } } });
    await page.goto(`${bench.stack.publicUrl}/projects/${projectId}/data?task=${taskIds[0]}`);
    await page.waitForSelector('.pairloop-live .pairloop');
    expect(await chosen(page)).toEqual(['Both bad']);
    expect(await page.locator('.pl-skip').count()).toBe(0);
    await page.keyboard.press('4');
    await page.fill('[data-field=rationale]', '');
    await page.keyboard.type('B names the water.');
    await page.keyboard.press('Control+Enter');
    await expect.poll(async () => (await storedVotes(bench, taskIds[0]!)).map((one) => [one.result['verdict']?.value, one.result['rationale']?.value])).toEqual([
      [{ choices: ['a'] }, { text: ['B names the water.'] }],
    ]);
    await context.close();
  });

  test('without the script, the native controls store the same kind of vote', async () => {
    const { projectId, taskIds } = await makeProject(bench, 'assistant', [EGG], [[ada, 'ba']]);
    const context = await signInToBrowser(browser, bench, ada);
    await context.route('**/pairloop/view/**', (route) => route.abort());
    const page = await openLabelStream(context, bench, projectId, '.pairloop-fallback .lsf-choices');
    expect(await page.locator('.pairloop-fallback').isVisible()).toBe(true);
    expect(await page.locator('.pairloop-fallback').innerText()).toContain('Seven minutes.');
    await page.getByText('B is better', { exact: false }).first().click();
    await page.locator('.pairloop-fallback textarea').first().fill('It says how.');
    await page.getByRole('button', { name: 'Submit current annotation' }).click();
    await expect.poll(async () => (await storedVotes(bench, taskIds[0]!)).length, { timeout: 20_000 }).toBe(1);
    const [vote] = await storedVotes(bench, taskIds[0]!);
    expect(vote?.result).toMatchObject({ verdict: { value: { choices: ['b'] } }, rationale: { value: { text: ['It says how.'] } } });
    await context.close();
  });

  test('hostile Markdown is text: nothing runs, nothing is loaded', async () => {
    const hostile: PairText = {
      prompt: '<script>window.pwned = 1</script> <img src="/pwned-prompt.png">',
      response_a: '<script>window.pwned = 1</script><img src="/pwned-a.png" onerror="window.pwned = 1">\n\n[click](javascript:window.pwned=1) ![x](/pwned-b.png)\n\n<iframe src="/pwned-c"></iframe>',
      response_b: '| <b onclick="window.pwned=1">x</b> |\n|---|\n| <style>body{display:none}</style> |\n\n```html\n<script>window.pwned = 1</script>\n```\n\n<https://example.com/pwned>',
    };
    const { projectId } = await makeProject(bench, 'assistant', [hostile], []);
    const context = await signInToBrowser(browser, bench, ada);
    const asked: string[] = [];
    context.on('request', (request) => asked.push(request.url()));
    const page = await openLabelStream(context, bench, projectId);
    await page.keyboard.press('d');
    const view = page.locator('.pairloop-mount');
    expect(await view.locator('script, img, iframe, a, style, [onclick], [onerror]').count()).toBe(0);
    expect(await view.locator('.pl-panes').innerText()).toContain('<script>window.pwned = 1</script>');
    await view.getByText('click', { exact: true }).click();
    await page.waitForTimeout(500);
    expect(await page.evaluate(() => 'pwned' in window)).toBe(false);
    expect(asked.filter((url) => url.includes('pwned'))).toEqual([]);
    await context.close();
  });

  test("Skip asks for a reason, which reaches the journal; Label Studio's own Skip asks too", async () => {
    const { projectId, taskIds } = await makeProject(bench, 'assistant', [EGG, EGG], []);
    const context = await signInToBrowser(browser, bench, ben);
    const page = await openLabelStream(context, bench, projectId);
    await page.locator('button[aria-label="skip-task"]').click();
    await page.waitForSelector('.pl-skip-dialog');
    await page.keyboard.press('Escape');
    await page.waitForSelector('.pl-skip-dialog', { state: 'detached' });
    await page.keyboard.press('s');
    await page.waitForSelector('.pl-skip-dialog');
    await page.keyboard.press('5');
    const journal = bench.db.selectFrom('journal').select(['kind', 'body', 'outcome']).where('task_id', '=', taskIds[0]!);
    await expect.poll(async () => (await journal.execute()).map((row) => row.outcome), { timeout: 20_000 }).toEqual(['stored']);
    expect(await journal.executeTakeFirst()).toMatchObject({ kind: 'skip', body: { was_cancelled: true, comment: 'distressing' } });
    await context.close();
  });

  test('code: findings lead to their line, required ratings are asked for, the verdict is in reach without scrolling', async () => {
    const code = (body: string): string => `Here it is.\n\n\`\`\`python\n${body}\n\`\`\`\n`;
    const long = Array.from({ length: 120 }, (_, at) => `x${at} = ${at}`).join('\n');
    const finding = { tool: 'bandit', rule: 'S307', severity: 'error', kind: 'security', line: 100, message: 'use of eval' };
    const checks = { execution: { status: 'failed', passed: 6, total: 9, output: 'FAILED test_rounding' }, findings: [finding] };
    const pair: PairText = { domain: 'code', response_a: code(long), response_b: code('y = 1'), checks_a: checks, checks_b: null };
    const { projectId, taskIds } = await makeProject(bench, 'code', [pair], [[ada, 'ab']]);
    const context = await signInToBrowser(browser, bench, ada);
    const page = await openLabelStream(context, bench, projectId);
    const inView = (selector: string): Promise<boolean> =>
      page.locator(selector).first().evaluate((one) => {
        const { top, bottom, width } = one.getBoundingClientRect();
        return width > 0 && top >= 0 && bottom <= window.innerHeight;
      });
    expect(await inView('.pl-verdict-bar')).toBe(true);
    expect(await inView('[data-field=rationale]')).toBe(true);
    expect(await page.evaluate(() => document.querySelector('.lsf-main-content')!.scrollHeight - document.querySelector('.lsf-main-content')!.clientHeight)).toBeLessThanOrEqual(0);
    expect(await page.locator('.pl-pane[data-side=a] .pl-checks').innerText()).toContain('6 of 9 tests');
    expect(await inView('.pl-line:nth-child(100)')).toBe(false);
    await page.getByRole('button', { name: /use of eval/ }).click();
    expect(await page.locator('.pl-line[data-focused=true] .pl-line-number').innerText()).toBe('100');
    expect(await inView('.pl-line[data-focused=true]')).toBe(true);
    await page.keyboard.press('4');
    await page.keyboard.press('Control+Enter');
    await page.waitForSelector('.pl-refusal:has-text("Rate Correctness for response A")');
    for (const field of ['correctness:a', 'correctness:b', 'security:a', 'security:b']) {
      await page.locator(`[data-field="likert:${field}"] button`).nth(field.endsWith('a') ? 1 : 4).click();
    }
    await submit(page, taskIds[0]!, 1);
    const [vote] = await storedVotes(bench, taskIds[0]!);
    expect(vote?.result).toMatchObject({ verdict: { value: { choices: ['b'] } }, correctness_a: { value: { rating: 2 } }, security_b: { value: { rating: 5 } } });
    expect(vote?.result['clarity_a']).toBeUndefined();
    await context.close();
  });

  test('on a narrow screen the responses stand one below the other and nothing is cut off', async () => {
    const { projectId } = await makeProject(bench, 'assistant', [EGG], []);
    const context = await signInToBrowser(browser, bench, ada);
    const page = await openLabelStream(context, bench, projectId);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.waitForSelector('.pairloop[data-stacked=true]');
    const boxes = await page.locator('.pl-pane').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON() as { top: number; left: number; right: number; bottom: number }));
    expect(boxes[1]!.top).toBeGreaterThan(boxes[0]!.bottom);
    expect(Math.min(...boxes.map((box) => box.left))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...boxes.map((box) => box.right))).toBeLessThanOrEqual(390);
    const bar = await page.locator('.pl-verdict-bar').boundingBox();
    expect(bar!.y + bar!.height).toBeLessThanOrEqual(844);
    await context.close();
  });

  test('a paused annotator reads why', async () => {
    const { projectId } = await makeProject(bench, 'assistant', [EGG], []);
    const context = await signInToBrowser(browser, bench, ben);
    await seedRater(bench.db, ben.userId, 'paused', 'Two gold items were missed; read guideline 3 again.');
    const page = await openLabelStream(context, bench, projectId, '.pl-pause');
    expect(await page.locator('.pl-pause').innerText()).toContain('Two gold items were missed; read guideline 3 again.');
    await seedRater(bench.db, ben.userId, 'active', null);
    await page.getByRole('button', { name: 'Check again' }).click();
    await page.waitForSelector('.pairloop-live .pairloop', { timeout: 60_000 });
    expect(await page.locator('.pl-pause').count()).toBe(0);
    await context.close();
  });
});
