import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import { CHROMIUM_FLAGS } from '../support/chromium.js';
import { makeAnnotator, openBench, signInToBrowser, storedVotes, type Annotator, type Bench } from './labeling-bench.js';

/** A running system and a browser, with two annotators signed in to windows of their own. */
export interface Labeling {
  readonly bench: Bench;
  readonly browser: Browser;
  readonly ada: SignedIn;
  readonly ben: SignedIn;
}

interface SignedIn extends Annotator {
  readonly context: BrowserContext;
  /** What went wrong in our own code, in any of the annotator's pages. */
  readonly failures: string[];
}

const { path: executablePath, ...without } = inject('chromium');
if (executablePath === null) console.warn(`Tests of the view are skipped: ${'reason' in without ? without.reason : 'no Chromium'}.`);

/** For `describe.skipIf`. */
export const noChromium = executablePath === null;

/** Signs two annotators in before a file's tests, and sees to it that nothing of ours failed on their pages. */
export function useLabeling(): () => Labeling {
  let opened: Labeling | undefined;
  beforeAll(async () => {
    const bench = await openBench(inject('stack'));
    const browser = await chromium.launch({ executablePath: executablePath ?? '', args: CHROMIUM_FLAGS });
    opened = { bench, browser, ada: await signIn(browser, bench), ben: await signIn(browser, bench) };
  });
  afterAll(async () => {
    await opened?.browser.close();
    await opened?.bench.close();
    for (const { failures } of opened === undefined ? [] : [opened.ada, opened.ben]) expect(failures).toEqual([]);
  });
  return () => {
    if (opened === undefined) throw new Error('The set-up has not run.');
    return opened;
  };
}

async function signIn(browser: Browser, bench: Bench): Promise<SignedIn> {
  const annotator = await makeAnnotator(bench);
  const context = await signInToBrowser(browser, bench, annotator);
  const failures: string[] = [];
  context.on('weberror', (error) => failures.push(String(error.error())));
  context.on('console', (message) => {
    const ours = /pairloop/i.test(message.text()) || (message.type() === 'error' && /pairloop/.test(message.location().url));
    // That a request failed is the browser's own message; tests of a lost connection cause it.
    if (ours && !message.text().startsWith('Failed to load resource')) failures.push(message.text());
  });
  return { ...annotator, context, failures };
}

/** The labels of the verdicts that are chosen on the page. */
export function chosen(page: Page): Promise<string[]> {
  return page.locator('.pl-verdicts [aria-checked=true]').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? ''));
}

/** Waits until so many votes of a task are stored. */
export async function expectVotes(bench: Bench, taskId: number, count: number): Promise<void> {
  await expect.poll(async () => (await storedVotes(bench, taskId)).length, { timeout: 20_000 }).toBe(count);
}

declare global {
  interface Window {
    /** The comparison that was drawn last, and since when. */
    standing?: { readonly view: Element | null; readonly since: number };
  }
}

/** Opens a task beside the table of its project, and waits until the comparison has stood for a while: Label Studio makes its editor anew once or twice. */
export async function openTask(page: Page, { stack }: Bench, projectId: number, taskId: number): Promise<void> {
  await page.goto(`${stack.publicUrl}/projects/${projectId}/data?task=${taskId}`);
  await page.waitForFunction(() => {
    const view = document.querySelector('.pairloop-live .pairloop');
    if (view === null || window.standing?.view !== view) window.standing = { view, since: performance.now() };
    return view !== null && performance.now() - window.standing.since > 1_000;
  }, undefined, { timeout: 60_000 });
}

/** What the view shows as judged: levels, verdict and strength that are chosen, flags that are set, words that are written. */
export function judged(page: Page): Promise<string[]> {
  return page.locator('.pairloop').evaluate((view) => {
    const set = [...view.querySelectorAll('[aria-checked=true], .pl-flag[aria-pressed=true]')];
    const written = [...view.querySelectorAll('textarea')].filter(({ value }) => value !== '');
    return [
      ...set.map((one) => `${one.closest('[data-field]')?.getAttribute('data-field')}: ${one.getAttribute('aria-label') ?? one.textContent}`),
      ...written.map((one) => `${one.getAttribute('data-field')}: ${one.value}`),
    ];
  });
}
