import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { noChromium, useLabeling } from './in-chromium.js';
import { makeProject, storedVotes, type PairText } from './labeling-bench.js';

const PAIRS = Array.from({ length: 6 }, (_, at): PairText => ({ prompt: `Question ${at}?`, response_a: `Answer one to ${at}.`, response_b: `Answer two to ${at}.` }));
const SWITCHES = 20;
/** Pauses before the keys of a switch, in turn; at null they come once the new pair is on the screen, which each pair is at least once. */
const PAUSES_MS = [0, null, 60, null, 300];
/** The verdict key that is meant for each pair; it is pressed once more when the next one has been clicked. */
const KEYS = ['1', '2', '4', '1', '2', '4'];
/** Digits that mean nothing but in a text, where they stay: one that goes astray is seen for good. */
const MARKS = ['7', '8', '9', '7', '8', '9'];
/** All pairs are shown swapped: what the key says of the left response holds for canonical B. */
const VERDICT_OF_KEY: Readonly<Record<string, string>> = { 1: 'b', 2: 'tie', 3: 'both_bad', 4: 'a' };
const KEY_OF_LABEL: Readonly<Record<string, string>> = { 'A better': '1', Tie: '2', 'Both bad': '3', 'B better': '4' };

/** A key as the page got it: the pair whose text was on the screen at that moment, and whether its rationale took the key. */
interface Press {
  readonly key: string;
  readonly shown: number | null;
  readonly written: boolean;
}

/** What the screen says of a pair: the label of the verdict that is chosen, '' without one, and the rationale. */
interface Judged {
  readonly verdict: string;
  readonly rationale: string;
}

declare global {
  interface Window {
    switchRecord?: { readonly presses: Press[]; readonly stale: string[]; readonly last: Judged[] };
  }
}

/**
 * Runs in the page before all else. Notes each key with the pair on the screen; after each key and in each frame, what is said
 * of that pair, and whether it is another than the open task's.
 */
function recordSwitches(): void {
  const record = { presses: [] as Press[], stale: [] as string[], last: [] as Judged[] };
  window.switchRecord = record;
  const look = (): number | null => {
    const view = document.querySelector('.pairloop-live .pairloop');
    const shown = /Question (\d)/.exec(view?.querySelector('.pl-prompt')?.textContent ?? '')?.[1];
    if (view === null || shown === undefined) return null;
    const data = window.Htx?.task?.dataObj;
    const open = typeof data === 'object' && data !== null && 'prompt' in data ? data.prompt : null;
    const panes = [...view.querySelectorAll('.pl-pane-body')].map((one) => one.textContent ?? '');
    const isOpen = open === `Question ${shown}?` && panes.length === 2 && panes.every((one) => one.includes(` to ${shown}.`));
    if (!isOpen) record.stale.push(`Question ${shown}? with ${panes.join(' ')}, open is ${String(open)}`);
    const verdict = view.querySelector('.pl-verdicts [aria-checked=true]')?.getAttribute('aria-label') ?? '';
    record.last[Number(shown)] = { verdict, rationale: view.querySelector<HTMLTextAreaElement>('[data-field=rationale]')?.value ?? '' };
    return Number(shown);
  };
  window.addEventListener('keydown', ({ key, target }) => {
    const written = target instanceof HTMLTextAreaElement && target.closest('.pairloop') !== null;
    record.presses.push({ key, shown: look(), written });
    setTimeout(look);
  }, { capture: true });
  const lookOn = (): void => {
    look();
    requestAnimationFrame(lookOn);
  };
  lookOn();
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

  /** Clicks a pair's row until Label Studio takes the click: it passes over those that come while it is loading. */
  async function showPair(page: Page, taskId: number, at: number, place: { x: number; y: number }): Promise<void> {
    const shown = page.locator('.pairloop-live .pl-prompt', { hasText: `Question ${at}?` });
    await expect.poll(async () => {
      // A click on the open pair's row would close it.
      if (new URL(page.url()).searchParams.get('task') !== String(taskId)) await page.mouse.click(place.x, place.y);
      return shown.isVisible();
    }, { timeout: 60_000, message: `pair ${at} is shown` }).toBe(true);
  }

  test('each key reaches the pair on the screen and no other, the screen shows the open pair, and what it last said of a pair is there again and stored', async () => {
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
      const place = places[at] ?? { x: 0, y: 0 };
      const pause = PAUSES_MS[step % PAUSES_MS.length] ?? null;
      await page.mouse.click(place.x, place.y);
      await page.keyboard.press(KEYS[before] ?? '');
      if (pause === null) await showPair(page, taskIds[at] ?? 0, at, place);
      else await page.waitForTimeout(pause);
      for (const key of [KEYS[at] ?? '', 'w', 'Control+End', MARKS[at] ?? '']) await page.keyboard.press(key);
      before = at;
    }
    // Whatever went astray is in a draft by then: Label Studio saves one some seconds after a change.
    await page.waitForTimeout(6_000);
    const { presses, stale, last } = await page.evaluate(() => window.switchRecord ?? { presses: [], stale: [], last: [] });
    expect(stale).toEqual([]);
    expect(last.filter(({ rationale }) => rationale !== '').length).toBeGreaterThanOrEqual(PAIRS.length / 2);
    for (const [at, taskId] of taskIds.entries()) {
      const digits = presses.filter(({ key, shown }) => shown === at && /^\d$/.test(key));
      const said = last[at] ?? { verdict: '', rationale: '' };
      expect(digits.filter(({ written }) => !written).map(({ key }) => key), `verdict of pair ${at}`).toContain(KEY_OF_LABEL[said.verdict]);
      const written = digits.filter((press) => press.written).map(({ key }) => key);
      // Label Studio may make a pair anew between the key for the field and the one that is to be written: then nothing was.
      expect(said.rationale === '', `rationale of pair ${at}`).toBe(written.length === 0);
      expect(written.filter((key) => key === MARKS[at]).join(''), `rationale of pair ${at}`).toContain(said.rationale);
      // What a pair that was left within a moment had not stored yet is in the browser's copy, which its next opening takes up and stores.
      await showPair(page, taskId, at, places[at] ?? { x: 0, y: 0 });
      await expect.poll(() => page.evaluate((one) => window.switchRecord?.last[one], at), { timeout: 20_000, message: `pair ${at}, opened again` }).toEqual(said);
      const stored = [{ verdict: VERDICT_OF_KEY[KEY_OF_LABEL[said.verdict] ?? ''], rationale: said.rationale }];
      await expect.poll(() => drafts(taskId), { timeout: 20_000, message: `pair ${at}` }).toEqual(stored);
      expect(await storedVotes(bench, taskId)).toEqual([]);
    }
    await page.close();
  });
});
