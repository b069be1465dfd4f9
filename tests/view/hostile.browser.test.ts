import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { HOSTILE_RESPONSES, MARK } from './hostile-responses.js';
import { servePairPage, type PairPage } from './pair-page/serve.js';

const { path: executablePath, ...without } = inject('chromium');
if (executablePath === null) console.warn(`The browser tests of hostile texts are skipped: ${'reason' in without ? without.reason : 'no Chromium'}.`);

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
/** From a key to the frame that shows its choice; far more than it takes, for a machine that does other things too. */
const ANSWER_MS_MAX = 2_000;

interface Texts {
  readonly prompt: string;
  readonly response_a: string;
  readonly response_b: string;
  readonly checks_a?: unknown;
}

/** A key, the verdict it chose, and how long it took from the press to the painted choice. */
interface Answer {
  readonly chosen: string;
  readonly ms: number;
}

describe.skipIf(executablePath === null)('hostile texts in Chromium', () => {
  let site: PairPage;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** Whatever left the page, spoke up, or opened. */
  let events: string[];

  beforeAll(async () => {
    site = await servePairPage();
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: FLAGS });
  });

  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  beforeEach(async () => {
    events = [];
    context = await browser.newContext({ viewport: { width: 1400, height: 1000 } });
    // Before the page's own listeners, which keep the keys they answer to themselves.
    await context.addInitScript(() => window.addEventListener('keydown', (event) => Object.assign(window, { pressedAt: event.timeStamp }), { capture: true }));
    page = await context.newPage();
    watch();
    await page.goto(site.url);
    events.length = 0;
  });

  afterEach(() => context.close());

  function watch(): void {
    page.on('request', (request) => {
      if (!request.url().startsWith(`${site.url}chunks/`)) events.push(`request ${request.url().slice(0, 200)}`);
    });
    page.on('dialog', (dialog) => {
      events.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('console', (message) => events.push(`console ${message.text().slice(0, 300)}`));
    page.on('pageerror', (error) => events.push(`error ${error.message}`));
    page.on('framenavigated', (frame) => events.push(`navigation ${frame.url().slice(0, 200)}`));
    context.on('page', (opened) => events.push(`page ${opened.url()}`));
  }

  const show = (texts: Texts): Promise<void> =>
    page.evaluate(async (given) => {
      (window as unknown as { showPair(texts: unknown): void }).showPair(given);
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    }, texts);

  const press = async (key: string): Promise<Answer> => {
    await page.keyboard.press(key);
    return page.evaluate(async () => {
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const painted = performance.now();
      const chosen = document.querySelector('.pl-verdicts [aria-checked=true]')?.getAttribute('aria-label') ?? '';
      return { chosen, ms: painted - Number(Reflect.get(window, 'pressedAt')) };
    });
  };

  test('nothing runs, nothing leaves the page, and keys answer at once', async () => {
    const times: { name: string; key: string; ms: number }[] = [];
    for (const { name, text } of HOSTILE_RESPONSES) {
      await show({ prompt: text, response_a: text, response_b: text });
      const answers = [await press('1'), await press('4')];
      times.push(...answers.map(({ ms }) => ({ name, key: 'verdict', ms })), { name, key: 'differences', ms: (await press('d')).ms });
      expect(answers.map((answer) => answer.chosen), name).toEqual(['A better', 'B better']);
      expect(await page.locator('.pairloop :is(script, img, iframe, object, embed, form, style, link, meta, svg, a, video, base)').count(), name).toBe(0);
      expect(await page.evaluate((mark) => mark in window, MARK), name).toBe(false);
      expect(events, name).toEqual([]);
    }
    const slowest = times.toSorted((one, other) => other.ms - one.ms);
    for (const { name, key, ms } of slowest.slice(0, 8)) console.log(`${HOSTILE_RESPONSES.length} hostile texts, key to painted: ${ms.toFixed(0)} ms (${key}, ${name})`);
    expect(slowest[0]!.ms).toBeGreaterThan(0);
    expect(slowest[0]!.ms).toBeLessThan(ANSWER_MS_MAX);
  }, 400_000);

  test('the addresses of hostile texts can be looked at, and nothing is followed', async () => {
    for (const { name, text } of HOSTILE_RESPONSES.filter((one) => one.text.length < 300_000)) {
      await show({ prompt: 'x', response_a: text, response_b: 'x' });
      const links = page.locator('.pl-address');
      for (let at = 0; at < Math.min(await links.count(), 6); at += 1) {
        await links.nth(at).evaluate((link) => (link as HTMLElement).click());
        await page.keyboard.press('4');
        expect(await page.locator('dialog:modal').count(), name).toBe(1);
        expect(await page.locator('.pl-verdicts [aria-checked=true]').count(), name).toBe(0);
        await page.keyboard.press('Escape');
        await page.locator('dialog').waitFor({ state: 'detached' });
      }
      expect(events, name).toEqual([]);
    }
  }, 400_000);

  test('a link is opened only when that is confirmed, in a page that learns nothing of this one', async () => {
    const asked: { url: string; referer: string | undefined }[] = [];
    await context.route('https://good.example/**', (route) => {
      asked.push({ url: route.request().url(), referer: route.request().headers()['referer'] });
      return route.fulfill({ contentType: 'text/html', body: '<title>there</title>' });
    });
    await show({ prompt: 'p', response_a: 'See [the page](https://good.example/a?b "Its title").', response_b: 'x' });
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: 'the page' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Open this address?' });
    expect(await dialog.innerText()).toContain('https://good.example/a?b');
    expect(await dialog.innerText()).toContain('Its title');
    await page.keyboard.press('Escape');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('the page');
    expect(asked).toEqual([]);
    await page.keyboard.press('Enter');
    const [opened] = await Promise.all([context.waitForEvent('page'), dialog.getByRole('button', { name: 'Open in a new tab' }).click()]);
    await opened.waitForLoadState();
    expect(asked).toEqual([{ url: 'https://good.example/a?b', referer: undefined }]);
    expect(await opened.evaluate(() => [window.opener, document.referrer])).toEqual([null, '']);
    expect(await page.locator('dialog').count()).toBe(0);
  });

  test('an address that is not opened can be copied', async () => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await show({ prompt: 'p', response_a: '[x](javascript:alert(1))', response_b: 'x' });
    await page.getByRole('button', { name: 'x', exact: true }).click();
    expect(await page.getByRole('button', { name: 'Open in a new tab' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('javascript:alert(1)');
  });

  test('formulas and grammars are loaded when a pair has them, and not before', async () => {
    const chunks: string[] = [];
    page.on('request', (request) => chunks.push(request.url().slice(site.url.length).replace(/-[^-]*$/, '')));
    await show({ prompt: 'p', response_a: 'It costs $5 and $10.', response_b: '```nosuchlanguage\nx = 1\n```' });
    await page.waitForTimeout(300);
    expect(chunks).toEqual([]);
    await show({ prompt: 'p', response_a: 'So $\\frac{a}{b}$.', response_b: '```python\ndef f(): pass\n```' });
    await page.locator('.pl-math mfrac').waitFor();
    await page.locator('.pl-token-keyword', { hasText: 'def' }).waitFor();
    await expect.poll(() => chunks.toSorted()).toEqual(['chunks/formulas', 'chunks/grammars', 'chunks/python']);
    expect(await page.locator('.pl-math mfrac').evaluate((one) => one.namespaceURI)).toBe('http://www.w3.org/1998/Math/MathML');
  });

  test('a long text is drawn as far as somebody scrolls, and in whole on request, while keys are answered', async () => {
    const code = Array.from({ length: 10_000 }, (_, at) => `x_${at} = f(${at})`).join('\n');
    await show({ prompt: 'p', response_a: `\`\`\`python\n${code}\n\`\`\``, response_b: 'x' });
    const drawn = (): Promise<number> => page.locator('.pl-pane[data-side=a] .pl-line').count();
    // It begins with what the window shows, and goes on by itself this far.
    await expect.poll(drawn).toBeGreaterThanOrEqual(400);
    await page.locator('.pl-rest').waitFor();
    const first = await drawn();
    expect(first).toBeLessThan(2_000);
    const pane = page.locator('.pl-pane[data-side=a] .pl-pane-body');
    await pane.evaluate((one) => one.scrollTo(0, one.scrollHeight));
    await expect.poll(drawn).toBeGreaterThan(first);
    await page.getByRole('button', { name: 'Show all' }).click();
    const answers: Answer[] = [];
    while ((await page.locator('.pl-rest').count()) > 0) answers.push(await press(answers.length % 2 === 0 ? '1' : '4'));
    expect(await drawn()).toBe(10_000);
    expect(await page.locator('.pl-pane[data-side=a] .pl-line').last().textContent()).toContain('x_9999 = f(9999)');
    answers.push(await press('1'), await press('4'));
    expect(answers.at(-1)?.chosen).toBe('B better');
    const slowest = Math.max(...answers.map((answer) => answer.ms));
    console.log(`10,000 lines of code: ${first} drawn at first; slowest of ${answers.length} keys while and after all were drawn: ${slowest.toFixed(0)} ms`);
    expect(slowest).toBeLessThan(ANSWER_MS_MAX);
  });

  test('a text of some pages is there in whole without scrolling or asking', async () => {
    const paragraphs = Array.from({ length: 150 }, (_, at) => `Paragraph ${at} of them.`);
    await show({ prompt: 'p', response_a: paragraphs.join('\n\n'), response_b: `${'- one item\n'.repeat(200)}- the end` });
    await expect.poll(() => page.locator('.pl-pane[data-side=a] p').count()).toBe(paragraphs.length);
    expect(await page.locator('.pl-pane[data-side=a] p').allInnerTexts()).toEqual(paragraphs);
    await page.locator('.pl-pane[data-side=b] li', { hasText: 'the end' }).waitFor({ state: 'attached' });
    expect(await page.locator('.pl-rest').count()).toBe(0);
  });

  test('a finding leads to a line that was not drawn yet', async () => {
    const code = Array.from({ length: 5_000 }, (_, at) => `x_${at} = ${at}`).join('\n');
    const finding = { tool: 'bandit', rule: 'S1', severity: 'error', kind: 'security', line: 4_321, message: 'look here' };
    await show({ prompt: 'p', response_a: `${'Words. '.repeat(15_000)}\n\n\`\`\`python\n${code}\n\`\`\``, response_b: 'x', checks_a: { findings: [finding] } });
    expect(await page.locator('.pl-line').count()).toBe(0);
    await page.getByRole('button', { name: /look here/ }).click();
    const line = page.locator('.pl-line[data-focused=true]');
    await line.waitFor();
    expect(await line.innerText()).toContain('x_4320 = 4320');
    await expect.poll(() => line.evaluate((one) => one.getBoundingClientRect().top)).toBeGreaterThan(100);
    expect(await line.evaluate((one) => one.getBoundingClientRect().bottom)).toBeLessThan(900);
  });
});
