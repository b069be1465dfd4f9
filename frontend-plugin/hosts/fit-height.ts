/** What was found for the last place: mostly it holds for the next one too, and finding it costs a layout of the page. */
let last: { readonly scroller: HTMLElement; readonly height: string } | undefined;

/**
 * Gives the comparison the height that the editor has free, so that the panes scroll and the page does not:
 * at once the one it had last, and before the next painting the measured one. Returns the way to stop.
 */
export function fitHeight(place: HTMLElement): () => void {
  const scroller = last?.scroller.contains(place) === true ? last.scroller : scrollerOf(place);
  const fit = (): void => {
    const below = paddingBelow(place, scroller);
    const above = place.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
    const height = `${Math.floor(scroller.clientHeight - above - below)}px`;
    place.style.setProperty('--pl-free-height', height);
    last = { scroller, height };
  };
  if (last?.scroller === scroller) place.style.setProperty('--pl-free-height', last.height);
  else fit();
  const observer = new ResizeObserver(fit);
  observer.observe(scroller);
  return () => observer.disconnect();
}

function paddingBelow(element: HTMLElement, scroller: HTMLElement): number {
  let sum = 0;
  for (let one = element.parentElement; one !== null; one = one.parentElement) {
    sum += Number.parseFloat(getComputedStyle(one).paddingBottom) || 0;
    if (one === scroller) break;
  }
  return sum;
}

function scrollerOf(element: HTMLElement): HTMLElement {
  for (let one = element.parentElement; one !== null; one = one.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(one).overflowY)) return one;
  }
  return document.documentElement;
}
