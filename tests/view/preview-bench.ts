import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';

const resultSchema = z.array(z.looseObject({ from_name: z.string(), value: z.record(z.string(), z.unknown()), meta: z.looseObject({ pairloop: z.looseObject({ displayed: z.string() }) }).optional() }));
export type PreviewResult = z.infer<typeof resultSchema>;

/** A page of the preview in a window of its own, with the stored result shown beside the comparison. Fails on an error of the page's scripts. */
export async function openPreview(browser: Browser, url: string, query: Readonly<Record<string, string>> = {}, size = { width: 1400, height: 1000 }): Promise<Page> {
  const page = await browser.newPage({ viewport: size });
  page.on('pageerror', (error) => {
    throw error;
  });
  const address = new URL(url);
  for (const [name, value] of Object.entries({ theme: 'light', result: 'shown', ...query })) address.searchParams.set(name, value);
  await page.goto(address.href);
  await page.waitForSelector(query['view'] === 'off' ? '.pairloop-fallback .lsf-choices' : '.pairloop-live .pairloop');
  return page;
}

/** What the page says Label Studio would store. */
export async function storedResult(page: Page): Promise<PreviewResult> {
  return resultSchema.parse(JSON.parse(await page.getByLabel('Result, JSON').inputValue()));
}

/** The stored values by control. */
export async function storedValues(page: Page): Promise<Record<string, unknown>> {
  return Object.fromEntries((await storedResult(page)).map(({ from_name, value }) => [from_name, value]));
}

/** All that a comparison shows of a judgement: what is chosen, what is written, and what is said about it. */
export function shownJudgement(page: Page): Promise<unknown> {
  return page.locator('section.pairloop').evaluate((view) => ({
    chosen: [...view.querySelectorAll('[aria-checked=true], [aria-pressed=true]')].map((one) => one.closest('[data-field]')?.getAttribute('data-field') + ' ' + (one.getAttribute('aria-label') ?? one.textContent)),
    written: [...view.querySelectorAll<HTMLTextAreaElement>('textarea')].map(({ value }) => value),
    panes: [...view.querySelectorAll('.pl-pane')].map((one) => one.textContent),
  }));
}
