import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { packagePath } from '../../core/package-root.js';
import { CHROMIUM_FLAGS } from '../support/chromium.js';
import { startPreviewProcess, type PreviewProcess } from '../support/preview-process.js';
import { openPreview, shownJudgement, storedResult, storedValues } from './preview-bench.js';

const { path: executablePath, ...without } = inject('chromium');
if (executablePath === null) console.warn(`The preview's browser tests are skipped: ${'reason' in without ? without.reason : 'no Chromium'}.`);

const DIMENSIONS = ['accuracy', 'tone', 'policy'];

describe.skipIf(executablePath === null)('pairloop label-config preview', () => {
  let browser: Browser;
  let preview: PreviewProcess;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: CHROMIUM_FLAGS });
    preview = await startPreviewProcess(['support']);
  });

  afterAll(async () => {
    await browser?.close();
    await preview?.stop();
  });

  const open = (query: Readonly<Record<string, string>> = {}, size?: { width: number; height: number }): Promise<Page> => openPreview(browser, preview.url, query, size);
  const press = async (page: Page, ...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const pairShown = (page: Page): Promise<string> => page.getByRole('combobox', { name: 'Sample pair' }).evaluate((one) => (one as HTMLSelectElement).selectedOptions[0]?.text ?? '');
  const verdictOf = async (page: Page): Promise<unknown> => (await storedValues(page))['verdict'];

  test('a pair is judged by keys alone; the result is in canonical sides; Submit leads to the next pair', async () => {
    const page = await open({ order: 'ba' });
    await press(page, '1');
    await expect.poll(() => verdictOf(page)).toEqual({ choices: ['b'] });
    await press(page, 'r', '5', '1', '4', '2', '3', '3', '6');
    const [verdict] = (await storedResult(page)).filter(({ from_name }) => from_name === 'verdict');
    expect(verdict?.meta?.pairloop).toMatchObject({ displayed: 'ba', view: expect.stringMatching(/^pairloop \d/), guideline_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const ratings = (await storedResult(page)).filter(({ value }) => 'rating' in value).map(({ from_name, value }) => [from_name, value['rating']]);
    expect(Object.fromEntries(ratings)).toEqual({ accuracy_b: 5, accuracy_a: 1, tone_b: 4, tone_a: 2, policy_b: 3, policy_a: 3 });
    await press(page, 'Escape', 'Control+Enter');
    await expect.poll(() => pairShown(page)).toContain('2 of 4');
    expect(await page.locator('.pv-notice').innerText()).toContain('Submitted');
    expect(await storedResult(page)).toEqual([]);
    await page.getByRole('button', { name: 'Previous pair' }).click();
    await expect.poll(() => page.locator('.pl-verdicts [aria-checked=true]').getAttribute('aria-label')).toBe('A better');
    expect(await page.getByRole('button', { name: /^Skip/ }).count()).toBe(0);
    await page.close();
  });

  test('what the rubric requires is asked for, by key and by button, and the field is brought into view', async () => {
    const page = await open();
    await press(page, 'Control+Enter');
    await page.waitForSelector('.pl-refusal:has-text("Rate Accuracy for response A")');
    expect(await page.evaluate(() => document.activeElement?.closest('[data-field]')?.getAttribute('data-field'))).toBe('likert:accuracy:a');
    await press(page, ...DIMENSIONS.flatMap(() => ['2', '2']), 'Escape', '3');
    await page.getByRole('button', { name: 'Submit', exact: true }).click();
    await page.waitForSelector('.pl-refusal:has-text("both")');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-field'))).toBe('rationale');
    await page.keyboard.type('Neither names the day.');
    await page.getByRole('button', { name: 'Breaks policy' }).first().click();
    await press(page, '1', 'Control+Enter');
    expect(await page.locator('.pl-refusal').count()).toBe(1);
    expect(await pairShown(page)).toContain('1 of 4');
    await press(page, '3', 'Control+Enter');
    await expect.poll(() => pairShown(page)).toContain('2 of 4');
    await page.close();
  });

  test('a difficult pair needs a policy reference', async () => {
    const page = await open({ pair: '2' });
    await press(page, '1', 'r', ...DIMENSIONS.flatMap(() => ['3', '3']), 'Escape', 'Control+Enter');
    await page.waitForSelector('.pl-refusal');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-field'))).toBe('policyReference');
    await page.keyboard.type('Warranty: 24 months');
    await press(page, 'Control+Enter');
    await expect.poll(() => pairShown(page)).toContain('3 of 4');
    await page.close();
  });

  test('keys that mean nothing reach no native control behind the view', async () => {
    const page = await open({ rubric: 'code' });
    await press(page, ...'7890qazxbijkm');
    await press(page, '1');
    await expect.poll(() => storedValues(page)).toEqual({ verdict: { choices: ['a'] } });
    await page.close();
  });

  test('Skip asks for a reason and leads to the next pair', async () => {
    const page = await open();
    await press(page, 's', '5');
    await expect.poll(() => pairShown(page)).toContain('2 of 4');
    expect(await page.locator('.pv-notice').innerText()).toContain('Skipped (distressing)');
    await page.close();
  });

  test('undo and redo go through the editor and keep what stands beside the verdict', async () => {
    const page = await open();
    await press(page, '1', '4');
    await expect.poll(() => verdictOf(page)).toEqual({ choices: ['b'] });
    await press(page, 'Control+z');
    await expect.poll(() => page.locator('.pl-verdicts [aria-checked=true]').getAttribute('aria-label')).toBe('A better');
    await press(page, 'Control+z');
    await expect.poll(() => storedResult(page)).toEqual([]);
    expect(await page.locator('.pl-verdicts [aria-checked=true]').count()).toBe(0);
    await press(page, 'Control+Shift+z', 'Control+Shift+z');
    await expect.poll(() => verdictOf(page)).toEqual({ choices: ['b'] });
    expect((await storedResult(page))[0]?.meta?.pairloop.displayed).toBe('ab');
    await page.close();
  });

  test('20 rapid switches with keys in between: no frame shows a stale pair, and no verdict lands on another pair', async () => {
    const page = await open({ rubric: 'code' });
    const places = Array.from({ length: 20 }, (_, step) => (step * 3 + Math.floor(step / 4)) % 4);
    await page.evaluate(() => {
      const stale: string[] = [];
      Object.assign(window, { stale });
      const look = (): void => {
        const drawn = document.querySelector('.pairloop-live .pl-pane[data-side=a] .pl-pane-body')?.textContent;
        const task = (window.Htx?.task?.dataObj ?? {}) as { response_a?: string };
        const word = /\w{5,}/.exec(task.response_a ?? '')?.[0];
        if (drawn !== undefined && word !== undefined && !drawn?.includes(word)) stale.push(`${word} is not in ${drawn?.slice(0, 60)}`);
        requestAnimationFrame(look);
      };
      look();
    });
    for (const [step, place] of places.entries()) {
      await page.evaluate(
        async ({ at, key, ticks }) => {
          const type = (): boolean => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, composed: true }));
          const chooser = document.querySelector<HTMLSelectElement>('select[aria-label="Sample pair"]')!;
          chooser.value = String(at);
          chooser.dispatchEvent(new Event('change', { bubbles: true }));
          type();
          for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
          type();
        },
        { at: place, key: String(place + 1), ticks: step % 7 },
      );
    }
    await page.waitForTimeout(200);
    const keys = ['a', 'tie', 'both_bad', 'b'];
    for (const place of [0, 1, 2, 3]) {
      await page.getByRole('combobox', { name: 'Sample pair' }).selectOption(String(place));
      await expect.poll(() => pairShown(page)).toContain(`${place + 1} of 4`);
      expect([undefined, { choices: [keys[place]] }]).toContainEqual(await verdictOf(page));
      await press(page, String(place + 1));
      await expect.poll(() => verdictOf(page)).toEqual({ choices: [keys[place]] });
    }
    expect(await page.evaluate(() => Reflect.get(window, 'stale'))).toEqual([]);
    await page.close();
  });

  test('what was chosen while pairs were switched stays with its pair', async () => {
    const page = await open({ rubric: 'general' });
    const keys = ['a', 'tie', 'both_bad', 'b'];
    for (let step = 0; step < 20; step += 1) {
      const place = (step * 7) % 4;
      await page.getByRole('combobox', { name: 'Sample pair' }).selectOption(String(place));
      await page.keyboard.press(String(place + 1));
    }
    for (const place of [0, 1, 2, 3]) {
      await page.getByRole('combobox', { name: 'Sample pair' }).selectOption(String(place));
      await expect.poll(() => verdictOf(page)).toEqual({ choices: [keys[place]] });
    }
    await page.close();
  });

  test('a read-only annotation shows its judgement and takes no key', async () => {
    const page = await open();
    await press(page, '4');
    await expect.poll(() => verdictOf(page)).toEqual({ choices: ['b'] });
    await page.getByLabel('Open read-only').check();
    await page.waitForSelector('.pairloop-live .pl-read-only');
    await press(page, '1', 'Control+Enter');
    expect(await verdictOf(page)).toEqual({ choices: ['b'] });
    expect(await page.locator('.pl-verdicts button:enabled, .pl-level:enabled, .pl-skip').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Submit', exact: true }).count()).toBe(0);
    await page.close();
  });

  test('a result that was copied opens to the same view in another window, in the order it was given in', async () => {
    const page = await open({ order: 'ba' });
    await press(page, '2', 'r', '4', '4', '5', '3', '2', '2', 'Escape', 'w');
    await page.keyboard.type('Both settle it: "לְהִתְרָאוֹת" and 再見.');
    await press(page, 'Escape');
    await page.getByRole('button', { name: 'Out of date' }).first().click();
    await expect.poll(async () => Object.keys(await storedValues(page)).toSorted()).toEqual(['accuracy_a', 'accuracy_b', 'b_flags', 'policy_a', 'policy_b', 'rationale', 'tone_a', 'tone_b', 'verdict']);
    const [json, judgement] = [await page.getByLabel('Result, JSON').inputValue(), await shownJudgement(page)];
    await page.close();
    const other = await open();
    expect(await shownJudgement(other)).not.toEqual(judgement);
    await other.getByText('Open a result').click();
    await other.getByLabel('Result to open, JSON').fill('{"from_name": "verdict"}');
    await other.getByRole('button', { name: 'Open', exact: true }).click();
    await other.waitForSelector('.pv-problem:has-text("not a Label Studio result")');
    await other.getByLabel('Result to open, JSON').fill(json);
    await other.getByRole('button', { name: 'Open', exact: true }).click();
    await expect.poll(() => shownJudgement(other)).toEqual(judgement);
    expect(JSON.parse(await other.getByLabel('Result, JSON').inputValue())).toEqual(JSON.parse(json));
    await other.close();
  });

  test('with the view off the native controls show and take the same judgement', async () => {
    const page = await open();
    await press(page, '4');
    await page.getByRole('button', { name: 'Native' }).click();
    await page.waitForSelector('.pairloop-root:not(.pairloop-live) .pairloop-fallback');
    expect(await page.locator('.pairloop-fallback').isVisible()).toBe(true);
    expect(await page.locator('section.pairloop').count()).toBe(0);
    expect(await page.locator('.pairloop-fallback').innerText()).toContain('Reading with a torch for over a week');
    expect(await page.getByRole('radio', { name: /B is better/ }).isChecked()).toBe(true);
    await page.getByText('Tie: equally good').click();
    await page.locator('.pairloop-fallback textarea').first().fill('The same to me.');
    await page.locator('.pairloop-fallback').getByRole('button', { name: 'Add' }).first().click();
    await page.getByRole('button', { name: 'Pairloop', exact: true }).click();
    await page.waitForSelector('.pairloop-live .pairloop');
    expect(await page.locator('.pl-verdicts [aria-checked=true]').getAttribute('aria-label')).toBe('Tie');
    expect(await page.inputValue('[data-field=rationale]')).toBe('The same to me.');
    await page.close();
  });

  test('every rubric is shown, in the light and in the dark', async () => {
    const colours = new Set<string>();
    const page = await open();
    const names = await page.getByLabel('Rubric').locator('option').allInnerTexts();
    expect(names.toSorted()).toEqual(['assistant', 'code', 'factuality', 'general', 'hhh', 'multi-turn', 'quality', 'safety', 'support']);
    for (const [at, name] of names.entries()) {
      await page.getByLabel('Rubric').selectOption(name);
      await expect.poll(() => page.title()).toContain(name);
      await page.getByRole('button', { name: at % 2 === 0 ? 'Dark' : 'Light' }).click();
      await page.waitForSelector('.pairloop-live .pairloop');
      await press(page, '4');
      await expect.poll(() => verdictOf(page)).toEqual({ choices: ['b'] });
      colours.add(await page.locator('.pl-pane-body').first().evaluate((one) => getComputedStyle(one.closest('.pl-pane') ?? one).backgroundColor));
    }
    expect(colours.size).toBe(2);
    await page.close();
  });

  test.each([
    ['the narrow width of the page', { width: '390', result: 'hidden' }, { width: 1400, height: 1000 }],
    ['a narrow window', { result: 'hidden' }, { width: 390, height: 844 }],
  ] as const)('at %s nothing is cut off and the verdict is in reach', async (_, query, size) => {
    const page = await open(query, size);
    const frame = (await page.locator('.pv-frame').boundingBox())!;
    expect(frame.width).toBeLessThanOrEqual(390);
    const boxes = await page.locator('.pl-pane, .pl-verdict-bar, .pl-verdict-bar button').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON() as { left: number; right: number }));
    expect(boxes.length).toBe(9);
    expect(Math.min(...boxes.map(({ left }) => left))).toBeGreaterThanOrEqual(frame.x);
    expect(Math.max(...boxes.map(({ right }) => right))).toBeLessThanOrEqual(frame.x + frame.width);
    const bar = (await page.locator('.pl-verdict-bar').boundingBox())!;
    expect(bar.y + bar.height).toBeLessThanOrEqual(size.height);
    await page.close();
  });

  test('a rubric of ones own: an error is shown with file, line and field until it is mended; a reload shows what was edited', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pairloop-preview-'));
    const file = join(folder, 'ours.yaml');
    const good = readFileSync(packagePath('label-configs', 'rubrics', 'support.yaml'), 'utf8').replace(/^name: support$/m, 'name: ours');
    writeFileSync(file, good.replace(/weight: 0\.5/, 'weight: heavy'));
    const own = await startPreviewProcess([file]);
    try {
      const page = await browser.newPage();
      await page.goto(own.url);
      await page.waitForSelector('.pv-fault');
      expect(await page.locator('.pv-fault pre').innerText()).toMatch(/ours\.yaml, line \d+: dimensions\.0\.weight: /);
      writeFileSync(file, good);
      await page.waitForSelector('.pairloop-live .pairloop');
      writeFileSync(file, good.replace('Which reply should the customer get?', 'Which reply would you sign?'));
      await page.reload();
      await page.waitForSelector('.pl-question:has-text("Which reply would you sign?")');
      await page.close();
    } finally {
      expect(await own.stop()).toBe(0);
      rmSync(folder, { recursive: true });
    }
  });

  test('pairs of ones own are shown as they would be released: redacted', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pairloop-preview-'));
    const file = join(folder, 'pairs.jsonl');
    writeFileSync(file, `${JSON.stringify({ id: 'x1', prompt: 'Write to ada@example.com', response_a: 'One.', response_b: 'Two.', model_a: 'secret-model' })}\n`);
    const own = await startPreviewProcess(['general', '--pairs', file]);
    try {
      const page = await openPreview(browser, own.url);
      expect(await page.locator('.pl-prompt').innerText()).toMatch(/Write to \[EMAIL_[0-9a-f]{12}\]/);
      const reply = await (await fetch(new URL('/api/rubric?name=general', own.url))).text();
      expect(reply).not.toContain('secret-model');
      await page.close();
    } finally {
      await own.stop();
      rmSync(folder, { recursive: true });
    }
  });

  test('the server answers under its own address only, and a page loads nothing from elsewhere', async () => {
    const { port } = new URL(preview.url);
    const status = await new Promise<number>((done, failed) => {
      request({ host: '127.0.0.1', port, path: '/api/rubrics', headers: { host: 'pairs.example' } }, (res) => done(res.statusCode ?? 0)).on('error', failed).end();
    });
    expect(status).toBe(403);
    const page = await browser.newPage();
    const hosts = new Set<string>();
    page.on('request', (one) => hosts.add(new URL(one.url()).protocol === 'data:' ? 'data' : new URL(one.url()).host));
    await page.goto(preview.url);
    await page.waitForSelector('.pairloop-live .pairloop');
    expect([...hosts].filter((host) => host !== 'data')).toEqual([`127.0.0.1:${port}`]);
    await page.close();
  });

  test('wrong usage is said in a sentence', async () => {
    await expect(startPreviewProcess(['no-such-rubric'])).rejects.toThrow(/exit code 2:\npairloop: There is no rubric "no-such-rubric"/);
    await expect(startPreviewProcess(['support', '--port', new URL(preview.url).port])).rejects.toThrow(/exit code 1:\npairloop: The preview cannot listen on .* choose another port with --port/);
  });
});
