import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { noChromium, useLabeling } from './in-chromium.js';
import { makeProject, storedVotes, type PairText } from './labeling-bench.js';

const PAIRS = Array.from({ length: 6 }, (_, at): PairText => ({ prompt: `Question ${at}?`, response_a: `Answer one to ${at}.`, response_b: `Answer two to ${at}.` }));
const SWITCHES = 20;
/** Pauses before the keys of a switch, in turn; at null they come once the new pair is on the screen. */
const PAUSES_MS = [0, null, 60, null, 300];
const SHOWN_MS_MAX = 5_000;
/** The verdict key that is meant for each pair; it is pressed once more when the next one has been clicked. */
const KEYS = ['1', '2', '4', '1', '2', '4'];
/** Digits that mean nothing but in a text, where they stay: one that goes astray is seen for good. */
const MARKS = ['7', '8', '9', '7', '8', '9'];
/** All pairs are shown swapped: what the key says of the left response holds for canonical B. */
const VERDICT_OF_KEY: Readonly<Record<string, string>> = { 1: 'b', 2: 'tie', 3: 'both_bad', 4: 'a' };

/** A key as the page got it: the pair whose text was on the screen at that moment, and whether its rationale took the key. */
interface Press {
  readonly key: string;
  readonly shown: number | null;
  readonly written: boolean;
}

declare global {
  interface Window {
    switchRecord?: { readonly presses: Press[]; readonly stale: string[] };
  }
}

/** Runs in the page before all else. Notes each key with the pair on the screen, and each frame in which that was not the open task's. */
function recordSwitches(): void {
  const record = { presses: [] as Press[], stale: [] as string[] };
  window.switchRecord = record;
  const shownNow = (): number | null => {
    const view = document.querySelector('.pairloop-live .pairloop');
    const shown = /Question (\d)/.exec(view?.querySelector('.pl-prompt')?.textContent ?? '')?.[1];
    if (view === null || shown === undefined) return null;
    const data = window.Htx?.task?.dataObj;
    const open = typeof data === 'object' && data !== null && 'prompt' in data ? data.prompt : null;
    const panes = [...view.querySelectorAll('.pl-pane-body')].map((one) => one.textContent ?? '');
    const isOpen = open === `Question ${shown}?` && panes.length === 2 && panes.every((one) => one.includes(` to ${shown}.`));
    if (!isOpen) record.stale.push(`Question ${shown}? with ${panes.join(' ')}, open is ${String(open)}`);
    return Number(shown);
  };
  window.addEventListener('keydown', ({ key, target }) => {
    const written = target instanceof HTMLTextAreaElement && target.closest('.pairloop') !== null;
    record.presses.push({ key, shown: shownNow(), written });
  }, { capture: true });
  const look = (): void => {
    shownNow();
    requestAnimationFrame(look);
  };
  look();
}

const draftsSchema = z.array(z.object({ result: z.array(z.object({ from_name: z.string(), value: z.object({ choices: z.array(z.string()).optional(), text: z.array(z.string()).optional() }).loose() }).loose()) }).loose());

describe.skipIf(noChromium)('fast switches between tasks', () => {
  const labeling = useLabeling();

  /** Where to click for each pair: its row in the Data Manager beside the editor. */
  function rows(page: Page): Promise<{ x: number; y: number }[]> {
    return page.evaluate((texts) => {
      const cells = [...document.querySelectorAll<HTMLElement>('span, div')].filter((one) => one.childElementCount === 0 && one.closest('.pairloop-root') === null);
      return texts.map((text) => {
        const box = cells.find((one) => one.textContent?.trim() === text && one.offsetParent !== null)?.getBoundingClientRect();
        return { x: (box?.left ?? 0) + 10, y: (box?.top ?? 0) + (box?.height ?? 0) / 2 };
      });
    }, PAIRS.map((pair) => pair.response_a));
  }

  /** Verdict and rationale of a task in Label Studio's drafts; one element for each draft. */
  async function drafts(taskId: number): Promise<{ verdict: string | undefined; rationale: string }[]> {
    const { url, apiKey } = labeling().bench.stack.labelStudio;
    const reply = await fetch(`${url}/api/tasks/${taskId}/drafts`, { headers: { authorization: `Token ${apiKey}` } });
    return draftsSchema.parse(await reply.json()).map(({ result }) => {
      const value = (name: string) => result.find((one) => one.from_name === name)?.value;
      return { verdict: value('verdict')?.choices?.[0], rationale: value('rationale')?.text?.[0] ?? '' };
    });
  }

  /** All that a pair's draft may hold: the verdicts of the keys that were pressed while it was on the screen, and what was written then. */
  function pressedOn(presses: readonly Press[], at: number): { verdicts: (string | undefined)[]; rationale: string } {
    const own = presses.filter(({ key, shown }) => shown === at && /^\d$/.test(key));
    const verdicts = own.filter(({ written }) => !written).map(({ key }) => VERDICT_OF_KEY[key]);
    return { verdicts, rationale: own.filter(({ written }) => written).map(({ key }) => key).join('') };
  }

  /** Waits so long, or until a pair is shown; a click that the page passed over while it was loading has to be borne. */
  async function pause(page: Page, ms: number | null, at: number): Promise<void> {
    if (ms !== null) return page.waitForTimeout(ms);
    await page.locator('.pairloop-live .pl-prompt', { hasText: `Question ${at}?` }).waitFor({ timeout: SHOWN_MS_MAX }).catch(() => {});
  }

  test('each key reaches the pair on the screen and no other, and the screen never shows another pair than the open one', async () => {
    const { bench, ada } = labeling();
    const { projectId, taskIds } = await makeProject(bench, 'assistant', PAIRS, [[ada, 'ba']]);
    const page = await ada.context.newPage();
    await page.addInitScript(recordSwitches);
    await page.goto(`${bench.stack.publicUrl}/projects/${projectId}/data?task=${taskIds[0]}`);
    await page.waitForSelector('.pairloop-live .pairloop');
    const places = await rows(page);
    let before = 0;
    for (let step = 0; step < SWITCHES; step += 1) {
      const at = (step * 5 + 1) % PAIRS.length;
      await page.mouse.click(places[at]?.x ?? 0, places[at]?.y ?? 0);
      await page.keyboard.press(KEYS[before] ?? '');
      await pause(page, PAUSES_MS[step % PAUSES_MS.length] ?? null, at);
      for (const key of [KEYS[at] ?? '', 'w', 'Control+End', MARKS[at] ?? '']) await page.keyboard.press(key);
      before = at;
    }
    const { presses, stale } = await page.evaluate(() => window.switchRecord ?? { presses: [], stale: [] });
    expect(stale).toEqual([]);
    // Whatever went astray is in a draft by then: Label Studio saves one some seconds after a change.
    await page.waitForTimeout(6_000);
    // How many pairs were on the screen in time for a key depends on the machine; what was pressed on them does not.
    const judged = new Set(presses.filter(({ key, shown }) => shown !== null && key === KEYS[shown]).map(({ shown }) => shown));
    expect(judged.size).toBeGreaterThanOrEqual(PAIRS.length / 2);
    for (const [at, taskId] of taskIds.entries()) {
      if (judged.has(at)) await expect.poll(async () => (await drafts(taskId)).length, { timeout: 20_000, message: `pair ${at}` }).toBeGreaterThan(0);
      const { verdicts, rationale } = pressedOn(presses, at);
      for (const draft of await drafts(taskId)) {
        expect([...verdicts, undefined], `pair ${at}`).toContain(draft.verdict);
        expect(rationale.startsWith(draft.rationale), `pair ${at}: ${draft.rationale}`).toBe(true);
      }
      expect(await storedVotes(bench, taskId)).toEqual([]);
    }
    await page.close();
  });
});
