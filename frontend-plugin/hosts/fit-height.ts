/** Gives the comparison the height that the editor has free, so that the panes scroll and the page does not. Returns the way to stop. */
export function fitHeight(place: HTMLElement): () => void {
  const scroller = scrollerOf(place);
  const fit = (): void => {
    const below = paddingBelow(place, scroller);
    const above = place.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
    place.style.setProperty('--pl-free-height', `${Math.floor(scroller.clientHeight - above - below)}px`);
  };
  const observer = new ResizeObserver(fit);
  observer.observe(scroller);
  fit();
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
