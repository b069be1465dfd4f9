import { createRoot, type Root } from 'react-dom/client';
import { messageOf } from '../../core/errors.js';
import { LABEL_NAMES } from '../../core/domain/label-names.js';
import { taskDataSchema } from '../../core/label-studio/task-data.js';
import { ComparisonView } from '../view/ComparisonView.js';
import { PausePanel } from '../view/PausePanel.js';
import { ComparisonSession } from '../view/state/session.js';
import themeCss from '../view/theme.css?inline';
import { createCommunityHost, isOpen } from './community-host.js';
import { beforeSave, openAnnotation, resumeDrafts, type EditorAnnotation, type EditorStore } from './editor-store.js';
import { listenToKeys } from './keyboard.js';
import { askPresentation, type PresentationReply } from './presentation.js';
import { watchPauses } from './pause-watch.js';

declare const PAIRLOOP_VERSION: string;

/** Class of the label config's root while the view stands in for the native controls, and while it is being made. */
const LIVE = 'pairloop-live';
const LOADING = 'pairloop-loading';

interface Mounted {
  readonly node: HTMLElement;
  readonly store: EditorStore;
  readonly annotation: EditorAnnotation;
  readonly taskId: number;
  session?: ComparisonSession;
  end(): void;
}

let mounted: Mounted | undefined;

/** Brings the mount in step with the editor, which makes its nodes anew at every switch. */
function follow(): void {
  if (mounted !== undefined && !isCurrent(mounted)) {
    mounted.end();
    mounted = undefined;
  }
  const store = window.Htx;
  const annotation = openAnnotation(store);
  const node = document.querySelector<HTMLElement>('.pairloop-root .pairloop-mount');
  if (mounted !== undefined || store === undefined || annotation === undefined || node === null) return;
  const taskId = Number(store.task?.id);
  if (!Number.isInteger(taskId) || annotation.names?.has(LABEL_NAMES.verdict) !== true) return;
  mounted = begin(node, store, annotation, taskId);
}

function isCurrent({ node, store, annotation, taskId }: Mounted): boolean {
  return node.isConnected && window.Htx === store && openAnnotation(store) === annotation && Number(store.task?.id) === taskId;
}

function begin(node: HTMLElement, store: EditorStore, annotation: EditorAnnotation, taskId: number): Mounted {
  const root = node.closest('.pairloop-root');
  root?.classList.add(LOADING);
  const endings: (() => void)[] = [() => root?.classList.remove(LOADING, LIVE)];
  const one: Mounted = { node, store, annotation, taskId, end: () => endings.splice(0).forEach((end) => end()) };
  void present(one, endings).finally(() => root?.classList.remove(LOADING));
  return one;
}

async function present(one: Mounted, endings: (() => void)[]): Promise<void> {
  try {
    const reply = await askPresentation(one.taskId, window.fetch.bind(window));
    if (mounted === one && isCurrent(one)) endings.unshift(...show(one, reply));
  } catch (error) {
    note(`Pairloop's view is off for task ${one.taskId}, the native controls stay: ${messageOf(error)}`);
  }
}

/** Draws the comparison and returns what ends it. Native controls are hidden only after the first painting. */
function show(one: Mounted, reply: PresentationReply): (() => void)[] {
  const { store, annotation, node } = one;
  if (!reply.managed) {
    note(`Task ${one.taskId} is not Pairloop's; the native controls stay.`);
    return [];
  }
  const task = taskDataSchema.parse(store.task?.dataObj);
  const host = createCommunityHost(store, annotation, task, reply.rubric);
  const session = new ComparisonSession({ host, presentation: reply, clock, view: `pairloop ${PAIRLOOP_VERSION}`, visible: !document.hidden });
  one.session = session;
  const place = document.createElement('div');
  place.className = 'pairloop-place';
  node.append(place);
  const root = createRoot(place, {
    onUncaughtError: (error) => {
      note(`Pairloop's view failed, the native controls stay: ${messageOf(error)}`);
      one.end();
    },
  });
  root.render(<ComparisonView session={session} />);
  node.closest('.pairloop-root')?.classList.add(LIVE);
  const prepare = (): boolean => {
    const ready = session.prepareToSave();
    if (!ready) resumeDrafts(annotation);
    return ready;
  };
  const stopSaving = beforeSave(store, annotation, () => !isOpen(store, annotation) || prepare());
  return [() => session.dispose(), stopSaving, answerForNativeControls(one, prepare), fitHeight(place), () => endRoot(root, place)];
}

/** React may be in the middle of drawing when the editor switches; its root is ended right after. */
function endRoot(root: Root, place: HTMLElement): void {
  queueMicrotask(() => {
    root.unmount();
    place.remove();
  });
}

/**
 * A required control that is empty opens Label Studio's own window before our check is asked. While the
 * view is shown, it answers in the control's stead; where that cannot be set, the window still says why.
 */
function answerForNativeControls(one: Mounted, answer: () => void): () => void {
  const controls = [...(one.annotation.names?.values() ?? [])].filter((control) => 'requiredModal' in control);
  for (const control of controls) {
    Reflect.defineProperty(control, 'requiredModal', { configurable: true, value: answer });
  }
  return () => controls.forEach((control) => Reflect.deleteProperty(control, 'requiredModal'));
}

/** Gives the comparison the height that the editor has free, so that the panes scroll and the page does not. */
function fitHeight(place: HTMLElement): () => void {
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

const clock = {
  now: () => performance.timeOrigin + performance.now(),
  after(ms: number, call: () => void): () => void {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

function listenToSigns(): void {
  for (const type of ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const) {
    window.addEventListener(type, () => mounted?.session?.seeSign(), { capture: true, passive: true });
  }
  document.addEventListener('visibilitychange', () => mounted?.session?.seeVisibility(!document.hidden));
  window.addEventListener('pagehide', () => mounted?.session?.flush());
}

/** Label Studio's own Skip asks for no reason: its click opens our question instead. */
function listenToNativeSkip(): void {
  const onClick = (event: MouseEvent): void => {
    const session = mounted?.session;
    if (session?.host.canSkip !== true || !(event.target instanceof Element)) return;
    if (event.target.closest('button[aria-label="skip-task"]') === null) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    session.dispatch({ type: 'open', panel: 'skip' });
  };
  window.addEventListener('click', onClick, { capture: true });
}

let pause: { readonly root: Root; readonly place: HTMLElement } | undefined;

function showPause(reason: string | null): void {
  if (reason === null) {
    pause?.root.unmount();
    pause?.place.remove();
    pause = undefined;
    return;
  }
  if (pause === undefined) {
    const place = document.createElement('div');
    document.body.append(place);
    pause = { place, root: createRoot(place) };
  }
  pause.root.render(<PausePanel reason={reason} onRetry={() => window.location.reload()} />);
}

function note(message: string): void {
  // oxlint-disable-next-line no-console -- the only place where an admin can see why the view is off
  console.info(message);
}

function start(): void {
  const style = document.createElement('style');
  style.textContent = themeCss;
  document.head.append(style);
  new MutationObserver(follow).observe(document.body, { childList: true, subtree: true });
  listenToKeys(() => mounted?.session);
  listenToSigns();
  listenToNativeSkip();
  follow();
}

watchPauses(window, showPause);
if (document.body === null) document.addEventListener('DOMContentLoaded', start);
else start();
