import type { Page } from 'playwright-core';
import type { EditorStore } from '../../../frontend-plugin/hosts/editor-store.js';

/** What a page shows: responses that carry these marks at their ends, `Case 7 A begins.` … `Case 7 A ends.`, and `B` alike. */
export function markOf(number: number, side: 'a' | 'b'): string {
  return `Case ${number} ${side.toUpperCase()}`;
}

/** Where a way of judging shows what the clock waits for, as CSS selectors. */
export interface Places {
  /** Holds the text of both responses, when it is what the annotator sees. */
  readonly responses: string;
  /** What a response scrolls in; null where the whole page does. */
  readonly scrollers: string | null;
  /** There when the first verdict is drawn as chosen. */
  readonly chosen: string;
}

/** One change of the task, in milliseconds since the input that led to it (or since the navigation began). */
export interface SwitchTime {
  /** The answer that carries the task was there; null when there was none (nothing had to be asked for). */
  readonly answered: number | null;
  /** The native controls held the new task's text: the editor has made its nodes. */
  readonly editor: number;
  /** The call for how the task is shown, when there was one: sent and answered. */
  readonly presentation: { readonly sent: number; readonly answered: number } | null;
  /** The frame with all that the window shows of both responses was painted. */
  readonly painted: number;
  /** The whole text of both was there too, to be scrolled to and searched; both texts are much longer than the window is high. */
  readonly whole: number;
}

/** One press of a verdict's key, in milliseconds since the press. */
export interface VerdictTime {
  /** The verdict was in Label Studio's annotation store. */
  readonly stored: number;
  /** The frame with the control drawn as chosen was painted. */
  readonly painted: number;
}

/** What an annotator does that something follows from. */
interface PageInput {
  readonly type: 'keydown' | 'click';
  readonly key?: string;
}

interface PageClock {
  /** Starts at the next such input (null: at the navigation); `settled` then holds the time until another case than `before` is painted. */
  awaitSwitch(input: PageInput | null, places: Places, before: string | null): void;
  awaitVerdict(key: string, places: Places): void;
  settled: Promise<SwitchTime | VerdictTime>;
  caseShown(places: Places): string | null;
}

/** What the clock uses in the page. */
interface PageEyes {
  /** Resolves after the next frame was painted, or at least after the last one was. */
  frame(): Promise<void>;
  /** Looks once per frame, a few tenths of a millisecond, until there is something. */
  until<T>(look: () => T | null): Promise<T>;
  /** Number of the case whose two responses stand there: their beginnings, or all of them. */
  caseAt(selector: string, extent: 'begun' | 'whole'): string | null;
  /** Whether each of these boxes holds more than it shows. */
  areFull(selector: string): boolean;
  isShown(selector: string): boolean;
  /** Time of the next such input. */
  input(wanted: PageInput): Promise<number>;
}

declare global {
  interface Window {
    Htx?: EditorStore;
    benchEyes: PageEyes;
    benchClock: PageClock;
  }
}

/** Puts the clock into a page before the page's own scripts, so that its listeners see each input first. */
export async function addPageClock(page: Page): Promise<void> {
  await page.addInitScript(installEyes);
  await page.addInitScript(installClock);
}

function installEyes(): void {
  const frame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => resolve()));
  const MARKS = { begun: ['B begins'], whole: ['A ends', 'B begins', 'B ends'] };
  const caseIn = (text: string, extent: 'begun' | 'whole'): string | null => {
    const number = /Case (\d+) A begins/.exec(text)?.[1];
    return number !== undefined && MARKS[extent].every((mark) => text.includes(`Case ${number} ${mark}`)) ? number : null;
  };
  let waiting: { readonly wanted: PageInput; readonly resolve: (at: number) => void } | null = null;
  for (const type of ['keydown', 'click'] as const) {
    // On the window from the start, because the view keeps its keys from whoever listens after it.
    const listener = (event: Event): void => {
      if (waiting?.wanted.type !== type || (waiting.wanted.key !== undefined && (event as KeyboardEvent).key !== waiting.wanted.key)) return;
      waiting.resolve(event.timeStamp);
      waiting = null;
    };
    window.addEventListener(type, listener, { capture: true });
  }
  window.benchEyes = {
    frame,
    async until(look) {
      for (;;) {
        await frame();
        const found = look();
        if (found !== null) return found;
      }
    },
    caseAt: (selector, extent) => caseIn(document.querySelector(selector)?.textContent ?? '', extent),
    areFull: (selector) => [...document.querySelectorAll(selector)].every((box) => box.scrollHeight > box.clientHeight),
    isShown: (selector) => document.querySelector(selector)?.checkVisibility({ visibilityProperty: true, opacityProperty: true }) === true,
    input: (wanted) => new Promise((resolve) => (waiting = { wanted, resolve })),
  };
}

function installClock(): void {
  const { frame, until, caseAt, areFull, isShown, input } = window.benchEyes;
  const TASK_CALL = /\/api\/dm\/actions\?(?=.*id=next_task)|\/api\/tasks\/\d+\/?(\?|$)/;
  const lastCall = (pattern: RegExp, since: number): PerformanceResourceTiming | undefined =>
    (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).findLast((one) => one.startTime >= since && pattern.test(one.name));
  const timeSwitch = async (begun: number, places: Places, before: string | null): Promise<SwitchTime> => {
    const isOther = (selector: string, extent: 'begun' | 'whole'): boolean => ![null, before].includes(caseAt(selector, extent));
    let editor: number | null = null;
    await until(() => {
      if (editor === null && isOther('.pairloop-fallback', 'whole')) editor = performance.now();
      const isSeen = isOther(places.responses, 'begun') && isShown(places.responses);
      return isSeen && (places.scrollers === null ? isOther(places.responses, 'whole') : areFull(places.scrollers)) ? true : null;
    });
    await frame();
    const painted = performance.now();
    while (!isOther(places.responses, 'whole')) await frame();
    const whole = Math.max(painted, performance.now());
    const [task, presentation] = [lastCall(TASK_CALL, begun), lastCall(/\/pairloop\/api\/presentation/, begun)];
    return {
      answered: task === undefined ? null : task.responseEnd - begun,
      editor: (editor ?? painted) - begun,
      presentation: presentation === undefined ? null : { sent: presentation.startTime - begun, answered: presentation.responseEnd - begun },
      painted: painted - begun,
      whole: whole - begun,
    };
  };
  const timeVerdict = async (begun: Promise<number>, places: Places): Promise<VerdictTime> => {
    const annotation = window.Htx?.annotationStore?.selected;
    const isStored = (): boolean => annotation?.names?.get('verdict')?.result?.mainValue !== undefined;
    if (isStored()) throw new Error('the verdict was there before the key was pressed');
    const stored = new Promise<number>((resolve) => {
      // The snapshot comes in the middle of the action that writes; the controls are consistent right after it.
      const stop = annotation?.$treenode?.onSnapshot(() =>
        queueMicrotask(() => {
          if (!isStored()) return;
          stop?.();
          resolve(performance.now());
        }),
      );
    });
    await until(() => document.querySelector(places.chosen));
    await frame();
    const painted = performance.now();
    return { stored: (await stored) - (await begun), painted: painted - (await begun) };
  };
  performance.setResourceTimingBufferSize(5_000);
  window.benchClock = {
    settled: new Promise(() => {}),
    awaitSwitch(wanted, places, before) {
      this.settled = (async () => timeSwitch(wanted === null ? 0 : await input(wanted), places, before))();
    },
    awaitVerdict(key, places) {
      this.settled = timeVerdict(input({ type: 'keydown', key }), places);
    },
    caseShown: (places) => caseAt(places.responses, 'begun'),
  };
}
