import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { signInToBrowser, type Annotator, type Bench } from '../labeling-bench.js';
import { addPageClock, type Places, type SwitchTime, type VerdictTime } from './page-clock.js';

/** With Pairloop's view, and with Label Studio's own controls on the same project, as they are where the view does not load. */
export const WAYS = ['ours', 'native'] as const;
export type Way = (typeof WAYS)[number];

interface Controls extends Places {
  readonly verdicts: string;
  readonly ratings: string;
}

export const CONTROLS: Readonly<Record<Way, Controls>> = {
  ours: {
    responses: '.pairloop-live .pl-panes',
    scrollers: '.pairloop-live .pl-pane-body',
    chosen: '.pl-verdicts [aria-checked="true"]',
    verdicts: '.pl-verdicts [role="radio"]',
    ratings: '.pl-level-row [role="radio"]',
  },
  native: {
    responses: '.pairloop-root:not(.pairloop-live) > .pairloop-fallback',
    scrollers: null,
    chosen: '.pairloop-fallback .lsf-choices input:checked',
    verdicts: '.pairloop-fallback label:has(input:is([name="a"], [name="tie"], [name="both_bad"], [name="b"]))',
    ratings: '.pairloop-fallback .ant-rate',
  },
};
export const SUBMIT = 'button[name="submit"]';

const VIEW_FILES = '*/pairloop/view/*';
/** Long enough for what follows an input (drafts, webhooks, other calls) to be over before the next one. */
const REST_MS = 600;

/** Processor time that the page's main thread used, beside the time that passed: other load on the machine does not change it. */
export type WithCpu<T> = T & { readonly cpuMs: number };

/** One annotator at work in one way, in a page of their own. */
export class Annotating {
  private constructor(
    readonly way: Way,
    readonly page: Page,
    private readonly session: CDPSession,
  ) {}

  /** Opens the label stream in a window that has nothing in its cache; resolves with the time until the first task was painted. */
  static async open(way: Way, context: BrowserContext, address: string): Promise<{ annotating: Annotating; loaded: WithCpu<SwitchTime> }> {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    // Blocked in the browser itself: a route of Playwright's would slow every other request of the page down.
    await session.send('Network.enable');
    await session.send('Network.setBlockedURLs', { urls: way === 'native' ? [VIEW_FILES] : [] });
    await addPageClock(page);
    await page.addInitScript((places: Places) => window.benchClock.awaitSwitch(null, places, null), CONTROLS[way]);
    await page.goto(address, { waitUntil: 'commit' });
    const annotating = new Annotating(way, page, session);
    const loaded = await annotating.settled<SwitchTime>();
    return { annotating, loaded: { ...loaded, cpuMs: await annotating.cpuMs() } };
  }

  /** Presses the key of the first verdict. */
  chooseVerdict(): Promise<WithCpu<VerdictTime>> {
    return this.timed(
      () => this.page.evaluate((places) => window.benchClock.awaitVerdict('1', places), CONTROLS[this.way]),
      () => this.page.keyboard.press('1'),
    );
  }

  /** Submits with Ctrl+Enter; the next task of the queue follows. */
  submit(): Promise<WithCpu<SwitchTime>> {
    return this.switchBy({ type: 'keydown', key: 'Enter' }, () => this.page.keyboard.press('Control+Enter'));
  }

  /** Goes back by one task in Label Studio's history of this stream. */
  goBack(): Promise<WithCpu<SwitchTime>> {
    return this.switchBy({ type: 'click' }, () => this.page.click('button[aria-label="Previous task"]'));
  }

  private switchBy(input: { type: 'keydown' | 'click'; key?: string }, act: () => Promise<void>): Promise<WithCpu<SwitchTime>> {
    const arm = (): Promise<void> =>
      this.page.evaluate(([awaited, places]) => window.benchClock.awaitSwitch(awaited, places, window.benchClock.caseShown(places)), [input, CONTROLS[this.way]] as const);
    return this.timed(arm, act);
  }

  private async timed<T extends SwitchTime | VerdictTime>(arm: () => Promise<void>, act: () => Promise<void>): Promise<WithCpu<T>> {
    await this.page.bringToFront();
    await this.page.waitForTimeout(REST_MS);
    await arm();
    const before = await this.cpuMs();
    await act();
    const time = await this.settled<T>();
    return { ...time, cpuMs: (await this.cpuMs()) - before };
  }

  private settled<T extends SwitchTime | VerdictTime>(): Promise<T> {
    return this.page.evaluate(() => window.benchClock.settled) as Promise<T>;
  }

  private async cpuMs(): Promise<number> {
    const { metrics } = await this.session.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
  }
}

/** Windows of one annotator: each call gives one that is signed in and has nothing in its cache. */
export async function windowsOf(browser: Browser, bench: Bench, annotator: Annotator): Promise<() => Promise<BrowserContext>> {
  const first = await signInToBrowser(browser, bench, annotator);
  const storageState = await first.storageState();
  await first.close();
  return () => browser.newContext({ viewport: { width: 1400, height: 1000 }, storageState });
}
