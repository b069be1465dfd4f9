import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { CHROMIUM_FLAGS } from '../support/chromium.js';
import { startPreviewProcess, type PreviewProcess } from '../support/preview-process.js';
import { accessibilityFaults } from './accessibility.js';
import { noChromium } from './in-chromium.js';
import { openPreview } from './preview-bench.js';

const NARROW = { width: 390, height: 844 };

describe.skipIf(noChromium)('axe-core finds nothing in the comparison', () => {
  let browser: Browser;
  let preview: PreviewProcess;

  beforeAll(async () => {
    if (noChromium) return;
    browser = await chromium.launch({ executablePath: inject('chromium').path ?? '', args: CHROMIUM_FLAGS });
    preview = await startPreviewProcess(['support']);
  });

  afterAll(async () => {
    await browser?.close();
    await preview?.stop();
  });

  const open = (query: Readonly<Record<string, string>>, size?: { width: number; height: number }): Promise<Page> =>
    openPreview(browser, preview.url, { result: 'hidden', ...query }, size);
  const press = async (page: Page, ...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };

  for (const theme of ['light', 'dark']) {
    test(`${theme}: fresh, refused, each panel, judged, closed by a red line`, async () => {
      const page = await open({ theme, rubric: 'support' });
      expect(await accessibilityFaults(page), 'fresh').toEqual([]);
      await press(page, 'Control+Enter');
      await page.waitForSelector('.pl-refusal');
      expect(await accessibilityFaults(page), 'refused').toEqual([]);
      await press(page, 'Escape');
      for (const key of ['g', 'h', 'v', '?', 's']) {
        await press(page, key);
        await page.waitForSelector('.pl-side-panel, .pl-skip-dialog');
        expect(await accessibilityFaults(page), `panel ${key}`).toEqual([]);
        await press(page, 'Escape');
      }
      await press(page, '1', 'r', '5', '1', '4', '2', '3', '3', 'Escape', 'w');
      await page.keyboard.type('It names the day.');
      expect(await accessibilityFaults(page), 'judged').toEqual([]);
      await page.locator('.pl-flag[data-kind=red_line]').first().click();
      await page.waitForSelector('.pl-closed');
      expect(await accessibilityFaults(page), 'red line').toEqual([]);
      await page.close();
    });

    test(`${theme}: code with its checks, long output, unified diff, differences, larger text, stacked`, async () => {
      const page = await open({ theme, rubric: 'code' });
      await press(page, 'o', 'n');
      expect(await accessibilityFaults(page), 'checks and output').toEqual([]);
      await press(page, 'd');
      expect(await accessibilityFaults(page), 'differences').toEqual([]);
      await press(page, 'u');
      await page.waitForSelector('.pl-diff');
      expect(await accessibilityFaults(page), 'unified diff').toEqual([]);
      await press(page, 'Escape', '+', 'l');
      await page.waitForSelector('.pairloop[data-stacked=true]');
      expect(await accessibilityFaults(page), 'stacked, larger text').toEqual([]);
      await page.close();
    });

    test(`${theme}: earlier turns, tables, a stale claim; at 390 px`, async () => {
      const turns = await open({ theme, rubric: 'multi-turn' }, NARROW);
      await press(turns, 'e', 'y', '3');
      expect(await accessibilityFaults(turns), 'earlier turns, narrow').toEqual([]);
      await press(turns, 'g');
      expect(await accessibilityFaults(turns), 'guideline, narrow').toEqual([]);
      await turns.close();
      const stale = await open({ theme, rubric: 'factuality' });
      await stale.locator('.pl-flag[data-kind=stale]').first().click();
      await stale.waitForSelector('[data-field=staleDate]');
      await press(stale, 'Control+Enter');
      expect(await accessibilityFaults(stale), 'stale claim, refused').toEqual([]);
      await stale.close();
    });
  }

  test('every target is at least 24 px high and wide, and what has the keyboard is not under the bar', async () => {
    for (const size of [undefined, NARROW]) {
      const page = await open({ rubric: 'support' }, size);
      for (const key of ['', 'v', 's']) {
        if (key !== '') await press(page, key);
        const small = await page.locator('.pairloop button:visible, .pairloop textarea:visible').evaluateAll((all) =>
          all.map((one) => ({ name: one.className + one.textContent, box: one.getBoundingClientRect() })).filter(({ box }) => box.width < 24 || box.height < 24).map(({ name, box }) => `${name} ${box.width}×${box.height}`),
        );
        expect(small).toEqual([]);
        if (key !== '') await press(page, 'Escape');
      }
      expect(await coveredWhileTabbing(page)).toEqual([]);
      await page.close();
    }
  });

  test('chosen, flagged and closed can be told apart in forced colours', async () => {
    const page = await open({ rubric: 'support' });
    await page.emulateMedia({ forcedColors: 'active' });
    await press(page, '1', 'r', '5', 'Escape');
    await page.locator('.pl-flag').first().click();
    for (const [marked, plain] of [['.pl-verdict[aria-checked=true]', '.pl-verdict[aria-checked=false]'], ['.pl-level[aria-checked=true]', '.pl-level[aria-checked=false]'], ['.pl-flag[aria-pressed=true]', '.pl-flag[aria-pressed=false]']] as const) {
      const background = (selector: string): Promise<string> => page.locator(selector).first().evaluate((one) => getComputedStyle(one).backgroundColor);
      expect(await background(marked)).not.toBe(await background(plain));
    }
    await page.close();
  });

  /** Presses Tab through the whole comparison; names whatever has the keyboard and cannot be seen. */
  async function coveredWhileTabbing(page: Page): Promise<string[]> {
    const covered: string[] = [];
    await page.evaluate(() => document.querySelector<HTMLElement>('.pairloop button')?.focus());
    for (let at = 0; at < 80; at += 1) {
      const found = await page.evaluate(() => {
        const one = document.activeElement;
        if (one === null || one.closest('.pairloop') === null) return 'out';
        const { left, top, width, height } = one.getBoundingClientRect();
        const seen = document.elementFromPoint(left + width / 2, top + Math.min(height / 2, 40));
        return seen !== null && (one.contains(seen) || seen.contains(one)) ? null : `${one.tagName} ${one.className} ${one.getAttribute('data-field')} ${one.textContent?.slice(0, 30)} ${Math.round(top)} of ${window.innerHeight}`;
      });
      if (found === 'out') break;
      if (found !== null) covered.push(found);
      await page.keyboard.press('Tab');
    }
    return covered;
  }
});
