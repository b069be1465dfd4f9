import type { Page } from 'playwright-core';

/** Where controls of one kind stand in the window, in CSS pixels from its upper edge. */
export interface Reach {
  readonly count: number;
  readonly top: number;
  readonly bottom: number;
  /** How many of them can be pressed where they are: wholly inside the window and covered by nothing. */
  readonly pressable: number;
}

/** Looks at controls as the page shows them without scrolling. @throws Error when there are none. */
export async function lookAt(page: Page, selector: string): Promise<Reach> {
  const reach = await page.evaluate((wanted) => {
    const controls = [...document.querySelectorAll(wanted)].filter((one) => one.checkVisibility({ visibilityProperty: true }));
    const boxes = controls.map((one) => ({ one, box: one.getBoundingClientRect() }));
    const pressable = boxes.filter(({ one, box }) => {
      const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      return box.top >= 0 && box.bottom <= window.innerHeight && hit !== null && (one.contains(hit) || hit.contains(one));
    });
    return {
      count: boxes.length,
      top: Math.round(Math.min(...boxes.map(({ box }) => box.top))),
      bottom: Math.round(Math.max(...boxes.map(({ box }) => box.bottom))),
      pressable: pressable.length,
    };
  }, selector);
  if (reach.count === 0) throw new Error(`The page shows nothing at ${selector}.`);
  return reach;
}
