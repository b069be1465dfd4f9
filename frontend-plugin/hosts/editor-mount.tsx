import { flushSync } from 'react-dom';
import { createRoot, type Root } from 'react-dom/client';
import { messageOf } from '../../core/errors.js';
import { LABEL_NAMES } from '../../core/domain/label-names.js';
import { taskDataSchema } from '../../core/label-studio/task-data.js';
import { ComparisonView } from '../view/ComparisonView.js';
import { storedPreferences } from '../view/state/preferences.js';
import { ComparisonSession } from '../view/state/session.js';
import { TextExtrasContext } from '../view/text-extras.js';
import themeCss from '../view/theme.css?inline';
import { readOnlyFor } from './authorship.js';
import { clock } from './clock.js';
import { createEditorHost, isOpen } from './editor-host.js';
import { answerForRequired, beforeSave, openAnnotation, resumeDrafts, type EditorAnnotation, type EditorStore } from './editor-store.js';
import { fitHeight } from './fit-height.js';
import type { Host } from './host.js';
import { missingControls } from './native-controls.js';
import type { PresentationReply } from './presentation.js';
import { loadedTextExtras } from './text-extras.js';

declare const PAIRLOOP_VERSION: string;

/** Class of the page's root element: native controls are not shown, and so never laid out, where nothing says that they are wanted. */
const HERE = 'pairloop-here';
/** Class of the label config's root while the view stands in for the native controls, and where they are shown. */
const LIVE = 'pairloop-live';
const NATIVE = 'pairloop-native';
/** Should the answer how the task is shown take longer, the native controls appear. */
const LOADING_MS_MAX = 1500;
/** On its way to another task the editor shows the old one once or twice more, for a frame each (a slow machine's is long). */
const PASSING_MS = 200;

/** The page that the editor stands in. */
interface Surroundings {
  /** Resolves when the editor has the whole task; undefined when the task is not on its way. */
  arrival?(taskId: number): Promise<void> | undefined;
  /** A rejection leaves the native controls as they are. */
  present(taskId: number): Promise<PresentationReply>;
  /** Records that the guideline was read; resolves with the time stored (ISO 8601). */
  acknowledge(taskId: number, sha256: string): Promise<string>;
  /** Label Studio's id of the annotator in front of the page; without it every annotation counts as theirs. */
  userId?(): number | undefined;
  /** Submits the open annotation, in a page that hides the editor's own Submit. */
  submit?(): void;
  /** Called with each comparison that is drawn; what it returns, at its end. */
  accompany?(comparison: OpenComparison): () => void;
}

/** A comparison that is drawn over the native controls of an annotation. */
export interface OpenComparison {
  readonly taskId: number;
  readonly annotation: EditorAnnotation;
  readonly host: Host;
  readonly session: ComparisonSession;
}

type Managed = Extract<PresentationReply, { managed: true }>;

interface Mounted {
  readonly node: HTMLElement;
  readonly root: Element;
  readonly store: EditorStore;
  readonly annotation: EditorAnnotation;
  readonly taskId: number;
  readonly openedAt: number;
  session?: ComparisonSession;
  end(): void;
}

/**
 * Keeps the comparison drawn over the native controls of whatever annotation is open in Label Studio's
 * editor (`window.Htx`), from its making to its end; the page's body has to be there.
 */
export class EditorMount {
  private mounted: Mounted | undefined;
  private readonly observer = new MutationObserver(() => this.follow());
  /** What was drawn before. */
  private readonly drawn = new WeakSet<EditorAnnotation>();

  constructor(private readonly surroundings: Surroundings) {
    document.documentElement.classList.add(HERE);
    this.observer.observe(document.body, { childList: true, subtree: true });
    this.follow();
  }

  /** The comparison that is drawn; undefined while there is none. */
  readonly session = (): ComparisonSession | undefined => this.mounted?.session;

  /** Takes the comparison away for good: the native controls appear, with what was judged so far. */
  end(): void {
    this.observer.disconnect();
    this.mounted?.end();
    this.mounted = undefined;
    document.documentElement.classList.remove(HERE);
  }

  /** Brings the mount in step with the editor, which makes its nodes anew at every switch. */
  private follow(): void {
    if (this.mounted !== undefined && !isCurrent(this.mounted)) {
      this.mounted.end();
      this.mounted = undefined;
    }
    if (this.mounted !== undefined) return;
    this.begin();
    if (this.mounted !== undefined) return;
    for (const root of document.getElementsByClassName('pairloop-root')) root.classList.add(NATIVE);
  }

  /** Takes the open annotation on, if there is one that the view can be drawn for. */
  private begin(): void {
    const store = window.Htx;
    const annotation = openAnnotation(store);
    const node = document.querySelector<HTMLElement>('.pairloop-root .pairloop-mount');
    const root = node?.closest('.pairloop-root') ?? null;
    if (store === undefined || annotation === undefined || node === null || root === null) return;
    const taskId = Number(store.task?.id);
    if (!Number.isInteger(taskId) || annotation.names?.has(LABEL_NAMES.verdict) !== true) return;
    root.classList.remove(NATIVE);
    const endings: (() => void)[] = [() => root.classList.remove(LIVE)];
    const one: Mounted = { node, root, store, annotation, taskId, openedAt: clock.now(), end: () => endings.splice(0).forEach((end) => end()) };
    this.mounted = one;
    void this.show(one, endings);
  }

  /** Waits while the editor may be about to be made anew. */
  private settle({ taskId, annotation }: Mounted): Promise<void> | undefined {
    const arrival = this.surroundings.arrival?.(taskId);
    return arrival ?? (this.drawn.has(annotation) ? pause(PASSING_MS) : undefined);
  }

  private async show(one: Mounted, endings: (() => void)[]): Promise<void> {
    try {
      await this.settle(one);
      if (this.mounted !== one || !isCurrent(one)) return;
      const stopWaiting = clock.after(LOADING_MS_MAX, () => one.root.classList.add(NATIVE));
      endings.push(stopWaiting);
      const reply = await this.surroundings.present(one.taskId).finally(stopWaiting);
      if (this.mounted !== one || !isCurrent(one)) return;
      this.drawn.add(one.annotation);
      if (reply.managed) draw(one, reply, this.surroundings, endings);
      else giveWay(one, `Task ${one.taskId} is not Pairloop's; the native controls stay.`);
    } catch (error) {
      giveWay(one, `Pairloop's view is off for task ${one.taskId}, the native controls stay: ${messageOf(error)}`);
    }
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve));

function isCurrent({ node, store, annotation, taskId }: Mounted): boolean {
  return node.isConnected && window.Htx === store && openAnnotation(store) === annotation && Number(store.task?.id) === taskId;
}

/** Leaves an annotation to the native controls, and says why where an admin can see it. */
function giveWay(one: Mounted, why: string): void {
  note(why);
  one.end();
  one.root.classList.add(NATIVE);
}

/** Draws the comparison in the frame in which the editor made its nodes, and adds what ends it to `endings`; should that fail, the native controls appear in the same frame. */
function draw(one: Mounted, reply: Managed, surroundings: Surroundings, endings: (() => void)[]): void {
  const { store, annotation, node } = one;
  const task = taskDataSchema.parse(store.task?.dataObj);
  const closed = readOnlyFor(annotation, surroundings.userId?.());
  // The gateway would refuse to store a change; so the editor's buttons are closed, and it saves no draft.
  if (closed !== undefined) annotation.setEditable?.(false);
  const host = createEditorHost(store, annotation, task, reply.rubric, surroundings.submit);
  const session = new ComparisonSession({
    host,
    presentation: reply,
    clock,
    view: `pairloop ${PAIRLOOP_VERSION}`,
    visible: !document.hidden,
    preferences,
    acknowledge: (sha256) => surroundings.acknowledge(one.taskId, sha256),
    openedAt: one.openedAt,
  });
  const missing = missingControls(annotation, reply.rubric);
  if (closed !== undefined) session.dispatch({ type: 'notice', notice: closed });
  else if (missing.length > 0) {
    note(`The label config of task ${one.taskId} lacks ${missing.join(', ')}: the page is older than the project's rubric.`);
    session.dispatch({ type: 'notice', notice: 'outdated' });
  }
  one.session = session;
  const place = document.createElement('div');
  place.className = 'pairloop-place';
  node.append(place);
  one.root.classList.remove(NATIVE);
  one.root.classList.add(LIVE);
  const root = createRoot(place, {
    onUncaughtError: (error) => giveWay(one, `Pairloop's view failed, the native controls stay: ${messageOf(error)}`),
  });
  const prepare = (): boolean => {
    const ready = session.prepareToSave();
    if (!ready) resumeDrafts(annotation);
    return ready;
  };
  const stopSaving = beforeSave(store, annotation, () => !isOpen(store, annotation) || prepare());
  const part = surroundings.accompany?.({ taskId: one.taskId, annotation, host, session }) ?? (() => {});
  endings.unshift(() => session.dispose(), part, stopSaving, answerForRequired(annotation, prepare), fitHeight(place), () => endRoot(root, place));
  flushSync(() => root.render(<TextExtrasContext value={loadedTextExtras}><ComparisonView session={session} /></TextExtrasContext>));
}

/** React may be in the middle of drawing when the editor switches; its root is ended right after. */
function endRoot(root: Root, place: HTMLElement): void {
  queueMicrotask(() => {
    root.unmount();
    place.remove();
  });
}

const preferences = storedPreferences(() => window.localStorage);

function note(message: string): void {
  // oxlint-disable-next-line no-console -- the only place where an admin can see why the view is off
  console.info(message);
}

/** Adds the view's style sheet to the page, and behind it the page's own where it has one. */
export function addTheme(pageCss = ''): void {
  const style = document.createElement('style');
  style.textContent = themeCss + pageCss;
  document.head.append(style);
}
