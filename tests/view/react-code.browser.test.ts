import { chromium, type Browser, type FrameLocator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { readJudgement } from '../../core/label-studio/judgement.js';
import { reactCodeValueSchema, type ReactCodeValue } from '../../core/label-studio/react-code.js';
import { readRegions } from '../../core/label-studio/result-regions.js';
import { compileReactCodeConfig } from '../../label-configs/compile-react-code.js';
import { loadGuideline } from '../../label-configs/guideline-file.js';
import { loadRubric } from '../../label-configs/rubric-file.js';
import { CHROMIUM_FLAGS } from '../support/chromium.js';
import { buildReactCodeBundle, REACTS, startHarness, type Harness, type ReactVersion } from './react-code/harness.js';

const { path: executablePath, ...without } = inject('chromium');
if (executablePath === null) console.warn(`The ReactCode tests are skipped: ${'reason' in without ? without.reason : 'no Chromium'}.`);

const TASKS = 24;

const pairId = (at: number): string => `018f3c1e-7a00-4000-8000-${String(at).padStart(12, '0')}`;
const task = (at: number) => ({
  data: {
    pair: pairId(at), domain: 'general', difficulty: null, safety: false, prompt: `Question ${at}: how long does an egg take?`, messages: null, prompt_text: '-',
    response_a: `Seven minutes (A of ${at}).`, response_b: `Put it into **boiling** water for seven minutes (B of ${at}).`,
    checks_a: null, checks_b: null, checks_a_text: '-', checks_b_text: '-',
  },
  annotations: [],
});

describe.skipIf(executablePath === null)('the comparison in a ReactCode tag', () => {
  let browser: Browser;
  let harness: Harness;
  let hash: string;

  beforeAll(async () => {
    const config = compileReactCodeConfig(loadRubric('assistant'), loadGuideline('assistant'), await buildReactCodeBundle());
    hash = config.hash;
    harness = await startHarness(config.xml, Array.from({ length: TASKS }, (_, at) => task(at)));
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: CHROMIUM_FLAGS });
  });
  afterAll(async () => {
    await browser?.close();
    await harness?.close();
  });

  interface Opened {
    readonly page: Page;
    readonly frame: FrameLocator;
    close(): Promise<void>;
  }

  async function openHarness(react: ReactVersion = '18', { sandbox, ...options }: { sandbox?: 'none'; viewport?: { width: number; height: number } } = {}): Promise<Opened> {
    const context = await browser.newContext({ viewport: { width: 1400, height: 1000 }, ...options });
    const page = await context.newPage();
    const failures: string[] = [];
    page.on('pageerror', (error) => failures.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && failures.push(message.text()));
    await page.goto(harness.url(react, sandbox));
    const frame = page.frameLocator('iframe');
    await frame.locator('section.pairloop').waitFor();
    const close = async (): Promise<void> => {
      expect(failures).toEqual([]);
      await context.close();
    };
    return { page, frame, close };
  }

  const chosen = (frame: FrameLocator): Promise<string[]> => frame.locator('.pl-verdicts [aria-checked=true]').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? ''));
  const stored = async (page: Page): Promise<ReactCodeValue[]> => {
    const result = await page.evaluate(() => window.platform.open.result);
    return result.map((region) => reactCodeValueSchema.parse(region.value.reactcode));
  };
  const read = async (page: Page, at = 0) => readJudgement(readRegions(await page.evaluate(() => window.platform.submit())), pairId(at));
  const leftIsA = async (frame: FrameLocator): Promise<boolean> => ((await frame.locator('.pl-pane[data-side=a] .pl-pane-body').textContent()) ?? '').startsWith('Seven');
  /** All that an annotator sees of a judgement. */
  const seen = async (frame: FrameLocator): Promise<unknown> => ({
    verdict: await chosen(frame),
    left: await leftIsA(frame),
    levels: await frame.locator('[data-field^=likert] [role=radio]').evaluateAll((all) => all.map((one) => one.getAttribute('aria-checked'))),
    texts: await frame.locator('textarea').evaluateAll((all) => all.map((one) => (one as HTMLTextAreaElement).value)),
  });
  const go = async ({ page, frame }: Opened, at: number): Promise<void> => {
    await page.evaluate((to) => window.platform.openTask(to), at);
    await frame.getByText(`Question ${at}:`).waitFor();
  };

  test.each(REACTS)('with React %s: a judgement by keys alone is one complete region in canonical sides', async (react) => {
    const opened = await openHarness(react);
    const { page, frame } = opened;
    const swapped = !(await leftIsA(frame));
    await page.keyboard.press('1');
    await expect.poll(() => chosen(frame)).toEqual(['A better']);
    await expect.poll(() => stored(page)).toMatchObject([{ complete: true, pair: pairId(0), verdict: swapped ? 'b' : 'a', meta: { displayed: swapped ? 'ba' : 'ab', label_config_hash: hash } }]);
    for (const key of ['r', '5', '3', 'Escape', 'w']) await page.keyboard.press(key);
    await page.keyboard.type('1 and 4 are digits here.');
    await page.keyboard.press('Escape');
    await page.keyboard.press('d');
    const correctness = swapped ? { a: 3, b: 5 } : { a: 5, b: 3 };
    await expect.poll(() => read(page)).toMatchObject({ judgement: { verdict: swapped ? 'b' : 'a', likert: { correctness }, rationale: '1 and 4 are digits here.' } });
    expect(await page.evaluate(() => window.platform.open.result.length)).toBe(1);
    await opened.close();
  });

  test('Submit before everything required is there stores a draft that is no vote; with it, a vote', async () => {
    const opened = await openHarness();
    const { page, frame } = opened;
    const standing = frame.locator('.pl-standing');
    await expect.poll(() => standing.textContent()).toContain('Choose a verdict');
    expect(await read(page)).toEqual({ unusable: 'it has no verdict' });
    await page.keyboard.press('3');
    await expect.poll(() => stored(page)).toMatchObject([{ complete: false, draft: { verdict: 'both_bad' } }]);
    expect(await standing.textContent()).toContain('Say why both answers are bad');
    expect(await read(page)).toEqual({ unusable: 'its ReactCode judgement is not complete' });
    await page.keyboard.press('Control+Enter');
    await frame.locator('.pl-refusal').waitFor();
    expect(await frame.locator('[data-field=rationale]').evaluate((field) => field === document.activeElement)).toBe(true);
    await page.keyboard.type('1234: neither says how big the egg is.');
    await expect.poll(() => stored(page)).toMatchObject([{ complete: true, verdict: 'both_bad', rationale: '1234: neither says how big the egg is.' }]);
    expect(await standing.textContent()).toContain('Complete');
    expect(await read(page)).toMatchObject({ judgement: { verdict: 'both_bad', rationale: '1234: neither says how big the egg is.' } });
    await opened.close();
  });

  test('ratings and texts under swapped sides are stored in canonical ones; export, import and re-opening show the same', async () => {
    const opened = await openHarness();
    const { page, frame } = opened;
    let at = 0;
    while (await leftIsA(frame)) await go(opened, ++at);
    await page.keyboard.press('1');
    const rate = (row: string): Promise<void> => frame.locator(`[data-field="${row}"] [role=radio]`).nth(4).click();
    await rate('likert:correctness:a');
    await frame.locator('[data-field=rationale]').fill('It names the water.');
    await frame.locator('[data-field=critique]').fill('Say how cold.');
    await frame.locator('[data-field=critique]').blur();
    await expect.poll(() => stored(page)).toMatchObject([{ complete: true, verdict: 'b', likert: { correctness: { b: 5 } }, rationale: 'It names the water.', critique: 'Say how cold.', meta: { displayed: 'ba' } }]);
    const shown = await seen(frame);
    const exported = await page.evaluate(() => window.platform.export());
    const again = await openHarness('19');
    await again.page.evaluate(([tasks, to]) => (window.platform.import(tasks), window.platform.openTask(to)), [exported, at] as const);
    await again.frame.getByText(`Question ${at}:`).waitFor();
    await expect.poll(() => seen(again.frame)).toEqual(shown);
    expect(await again.page.evaluate(() => window.platform.arrived)).toEqual([]);
    await opened.close();
    await again.close();
  });

  test("Label Studio's undo and redo are followed, down to nothing and back", async () => {
    const opened = await openHarness();
    const { page, frame } = opened;
    await page.keyboard.press('1');
    await expect.poll(async () => (await stored(page)).length).toBe(1);
    await page.keyboard.press('4');
    await expect.poll(() => chosen(frame)).toEqual(['B better']);
    await expect.poll(() => page.evaluate(() => window.platform.open.done.length)).toBe(2);
    const steps = [['undo', ['A better']], ['undo', []], ['redo', ['A better']], ['redo', ['B better']]] as const;
    for (const [step, verdicts] of steps) {
      await page.evaluate((name) => window.platform[name](), step);
      await expect.poll(() => chosen(frame)).toEqual(verdicts);
    }
    await opened.close();
  });

  test('where annotations are compared or reviewed, nothing is written', async () => {
    const opened = await openHarness();
    const { page, frame } = opened;
    for (const currentScreen of ['side_by_side', 'review_stream'] as const) {
      await page.evaluate((screen) => window.platform.show({ currentScreen: screen }), currentScreen);
      await frame.locator('.pl-read-only').waitFor();
      await frame.locator('section.pairloop').click();
      await page.keyboard.press('1');
      expect(await frame.locator('.pl-verdicts button:enabled').count()).toBe(0);
      await page.evaluate(() => window.platform.show({ currentScreen: 'quick_view' }));
      await frame.locator('.pl-read-only').waitFor({ state: 'detached' });
    }
    expect(await page.evaluate(() => window.platform.arrived)).toEqual([]);
    await opened.close();
  });

  test('20 rapid task switches: each task holds its own verdict and no other', async () => {
    const opened = await openHarness();
    const { page } = opened;
    for (let at = 0; at < 20; at++) {
      await go(opened, at);
      await page.keyboard.press(at % 2 === 0 ? '1' : '4');
      await expect.poll(() => page.evaluate(() => window.platform.open.result.length), { interval: 5 }).toBe(1);
    }
    const tasks = await page.evaluate(() => window.platform.export());
    const held = tasks.slice(0, 20).map(({ annotations }) => reactCodeValueSchema.parse(annotations[0]?.result[0]?.value.reactcode));
    expect(held.map(({ pair }) => pair)).toEqual(held.map((_, at) => pairId(at)));
    const sides = held.map((value) => (value.complete ? (value.meta.displayed === 'ab' ? value.verdict : value.verdict === 'a' ? 'b' : 'a') : null));
    expect(sides).toEqual(held.map((_, at) => (at % 2 === 0 ? 'a' : 'b')));
    await opened.close();
  });

  test('20 switches under the hands of the annotator, with messages that come late: no task counts a judgement of another', async () => {
    const opened = await openHarness();
    const { page } = opened;
    await page.evaluate(() => (window.platform.delay = 15));
    for (let at = 1; at <= 20; at++) {
      await Promise.all([page.keyboard.press(at % 2 === 0 ? '1' : '4'), page.evaluate((to) => window.platform.openTask(to), at)]);
      await page.keyboard.press('2');
    }
    await go(opened, 20);
    await page.waitForTimeout(200);
    const tasks = await page.evaluate(() => window.platform.export());
    const values = tasks.map(({ annotations }) => (annotations[0]?.result ?? []).map(({ value }) => reactCodeValueSchema.parse(value.reactcode)));
    expect(values.flat().length).toBeGreaterThan(0);
    for (const [at, { annotations }] of tasks.entries()) {
      const reading = readJudgement(readRegions(annotations[0]?.result ?? []), pairId(at));
      const own = values[at]!.filter(({ pair }) => pair === pairId(at));
      expect('judgement' in reading, `task ${at}`).toBe(own.length > 0 && new Set(own.map((value) => (value.complete ? value.verdict : ''))).size === 1);
    }
    await opened.close();
  });

  test('what is being typed stays with its annotation; another one of the same task has its own', async () => {
    const opened = await openHarness();
    const { page, frame } = opened;
    await page.keyboard.press('1');
    await expect.poll(async () => (await stored(page)).length).toBe(1);
    await frame.locator('[data-field=rationale]').pressSequentially('half a thou');
    await page.evaluate(() => window.platform.openTask(0, 1));
    await expect.poll(() => chosen(frame)).toEqual([]);
    await page.waitForTimeout(800);
    expect(await stored(page)).toEqual([]);
    expect(await frame.locator('[data-field=rationale]').inputValue()).toBe('');
    await page.evaluate(() => window.platform.openTask(0, 0));
    await expect.poll(() => chosen(frame)).toEqual(['A better']);
    await opened.close();
  });

  test('where the frame may keep something, a viewer sees the same order again, and not the same in all pairs', async () => {
    const opened = await openHarness('18', { sandbox: 'none' });
    const orders = async (): Promise<boolean[]> => {
      const sides: boolean[] = [];
      for (let at = 0; at < TASKS; at++) {
        await go(opened, at);
        sides.push(await leftIsA(opened.frame));
      }
      return sides;
    };
    const first = await orders();
    await opened.page.reload();
    await opened.frame.locator('section.pairloop').waitFor();
    expect(await orders()).toEqual(first);
    expect(new Set(first).size).toBe(2);
    await opened.close();
  });

  test('dark mode follows viewState; 390 pixels hold everything, with the verdicts in sight', async () => {
    const opened = await openHarness('18', { viewport: { width: 390, height: 844 } });
    const { page, frame } = opened;
    const brightness = (): Promise<number> => frame.locator('.pairloop-frame').evaluate((element) => Number(/\d+/.exec(getComputedStyle(element).backgroundColor)?.[0]));
    expect(await brightness()).toBeGreaterThan(200);
    await page.evaluate(() => window.platform.show({ darkMode: true }));
    await expect.poll(brightness).toBeLessThan(60);
    expect(await frame.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth)).toBe(0);
    const height = await frame.locator('html').evaluate((html) => html.clientHeight);
    for (const part of ['.pl-verdicts', '.pl-standing']) {
      const box = await frame.locator(part).evaluate((element) => element.getBoundingClientRect().toJSON() as { top: number; bottom: number });
      expect([box.top >= 0, box.bottom <= height], part).toEqual([true, true]);
    }
    await opened.close();
  });
});
