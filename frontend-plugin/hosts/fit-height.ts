/** What was found for the last place: mostly it holds for the next one too, and finding it costs a layout of the page. */
let last: { readonly selector: string; readonly height: string } | undefined;

/**
 * Gives the comparison the height that the editor has free, so that the panes scroll and the page does not:
 * at once the one it had last, and before the next painting the measured one. Returns the way to stop.
 */
export function fitHeight(place: HTMLElement): () => void {
  const observer = new ResizeObserver(() => fit());
  let scroller: HTMLElement | undefined;
  const fit = (): void => {
    const found = scrollerOf(place);
    if (scroller !== undefined && found !== scroller) observer.unobserve(scroller);
    if (found !== scroller) observer.observe(found);
    scroller = found;
    const above = place.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
    const height = `${Math.floor(scroller.clientHeight - above - paddingBelow(place, scroller))}px`;
    place.style.setProperty('--pl-free-height', height);
    last = { selector: selectorOf(scroller), height };
  };
  const likely = last === undefined ? null : place.closest<HTMLElement>(last.selector);
  if (last === undefined || likely === null) fit();
  else {
    place.style.setProperty('--pl-free-height', last.height);
    observer.observe(likely);
    scroller = likely;
  }
  return () => observer.disconnect();
}

/** What the editor's next scroller will answer to as well: it is made anew with each task. */
function selectorOf(scroller: HTMLElement): string {
  return [scroller.tagName, ...[...scroller.classList].map((name) => `.${CSS.escape(name)}`)].join('');
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
