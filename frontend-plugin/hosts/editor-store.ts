/**
 * The part of Label Studio's editor store (`window.Htx`, mobx-state-tree) that the view relies on, as
 * it is in Label Studio Community 1.23.2. The store is not ours: every property may be missing, and
 * a node that died answers nothing sensible, so ask `isAlive` first.
 */
export interface TreeNode {
  readonly $treenode?: {
    readonly isAlive: boolean;
    onSnapshot(listener: () => void): () => void;
    applyPatches?(patches: readonly { op: 'replace'; path: string; value: unknown }[]): void;
  };
}

interface EditorResult {
  readonly mainValue: unknown;
  readonly meta?: Readonly<Record<string, unknown>> | null;
  readonly area: EditorArea;
  /** Missing in label-studio-frontend 1.7.1. */
  setMetaValue?(key: string, value: unknown): void;
}

/** What results hang on. One that was read from storage carries their `meta` too, and there it wins when serialized. */
interface EditorArea extends TreeNode {
  readonly meta?: Readonly<Record<string, unknown>> | null;
}

/** One control of the label config: Choices, Rating or TextArea. */
export interface EditorControl extends TreeNode {
  readonly result?: EditorResult;
  /** Goes into the `meta` of its results in label-studio-frontend 1.7.1. */
  readonly metaValue?: Readonly<Record<string, unknown>> | null;
  findLabel?(value: string): { readonly sel: boolean; toggleSelected(): void } | undefined;
  setRating?(level: number): void;
  updateFromResult?(value: readonly string[]): void;
  onChange?(): void;
}

export interface EditorAnnotation extends TreeNode {
  readonly id: string;
  /** Label Studio's id; null until the annotation is submitted. */
  readonly pk: string | number | null;
  readonly type?: string;
  /** Who made it; null for one that is new, or whose maker is not known. Missing in label-studio-frontend 1.7.1. */
  readonly user?: { readonly id?: number } | null;
  /** Set when Submit was pressed; missing in label-studio-frontend 1.7.1. */
  readonly submissionStarted?: number;
  readonly names?: ReadonlyMap<string, EditorControl>;
  readonly history: { freeze(key: string): void; unfreeze(key: string): void; safeUnfreeze(key: string): void };
  /** Label Studio's id of the stored draft; 0 without one. */
  readonly draftId?: number;
  readonly loadedDate?: Date;
  isReadOnly(): boolean;
  setDraftId?(id: number): void;
  setEditable?(editable: boolean): void;
  /** Sends the draft now. */
  saveDraft?(): Promise<unknown>;
  deleteArea(area: EditorArea): void;
  serializeAnnotation?(): readonly unknown[];
}

export interface EditorStore extends TreeNode {
  readonly task?: { readonly id: number | string; readonly dataObj?: unknown };
  readonly annotationStore?: TreeNode & {
    readonly selected?: EditorAnnotation | null;
    readonly selectedHistory?: unknown;
    readonly viewingAll?: boolean;
  };
  skipTask(data?: { comment: string }): void;
}

/**
 * What a page that embeds the editor itself may call, as in label-studio-frontend 1.7.1. A task is switched
 * by `resetState`, `assignTask`, `assignConfig`, `initializeStore`, in this order: the controls are
 * made with the config and take their texts from the task that is there by then.
 */
export interface EmbeddedStore extends EditorStore {
  readonly annotationStore: NonNullable<EditorStore['annotationStore']> & {
    addAnnotation(options: { userGenerate: boolean; pk?: string; result?: readonly unknown[] }): EmbeddedAnnotation;
    selectAnnotation(id: string): unknown;
  };
  resetState(): void;
  assignTask(task: { id: number; data: unknown }): void;
  assignConfig(xml: string): void;
  initializeStore(stored: { annotations: readonly never[]; predictions: readonly never[] }): void;
  submitAnnotation(): void;
  updateAnnotation(): void;
}

export interface EmbeddedAnnotation extends EditorAnnotation {
  serializeAnnotation(): readonly unknown[];
  deserializeResults(result: readonly unknown[]): void;
  setReadonly(readOnly: boolean): void;
  reinitHistory(): void;
}

type SaveListener = (store: EditorStore, annotation: EditorAnnotation) => boolean;

interface EditorInstance {
  readonly store: EditorStore;
  on(event: 'beforeSaveAnnotation', listener: SaveListener): void;
  on(event: 'storageInitialized' | 'submitAnnotation' | 'updateAnnotation' | 'skipTask', listener: (store: EditorStore, data: unknown) => void): void;
  off(event: 'beforeSaveAnnotation', listener: SaveListener): void;
}

declare global {
  interface Window {
    Htx?: EditorStore;
    LabelStudio?: { new (root: HTMLElement, options: Readonly<Record<string, unknown>>): EditorInstance; readonly instances?: ReadonlySet<EditorInstance> };
  }
}

export function isAlive(node: TreeNode | null | undefined): boolean {
  return node?.$treenode?.isAlive === true;
}

/** The annotation or prediction that is open, if any: not an old version, not the list of all. */
export function openAnnotation(store: EditorStore | undefined): EditorAnnotation | undefined {
  const annotations = store?.annotationStore;
  if (!isAlive(store) || annotations === undefined || annotations.viewingAll === true) return undefined;
  if (annotations.selectedHistory !== null && annotations.selectedHistory !== undefined) return undefined;
  return isAlive(annotations.selected) ? (annotations.selected ?? undefined) : undefined;
}

/**
 * Takes back that Submit was pressed, after which the editor saves no more drafts. It forgets to do so
 * itself when a submission is refused, and would lose all later work on a reload (seen in 1.23.2, also
 * with its own required fields).
 */
export function resumeDrafts(annotation: EditorAnnotation): void {
  if (annotation.submissionStarted === undefined) return;
  annotation.$treenode?.applyPatches?.([{ op: 'replace', path: '/submissionStarted', value: 0 }]);
}

/** Lets the editor save no more drafts of an annotation: those of a task that was submitted elsewhere would come up again at its next opening. */
export function stopDrafts(annotation: EditorAnnotation): void {
  annotation.$treenode?.applyPatches?.([{ op: 'replace', path: '/submissionStarted', value: 1 }]);
}

/** Calls `mayBeSaved` before the annotation is submitted or updated; false keeps it from being sent. Returns the way to stop. */
export function beforeSave(store: EditorStore, annotation: EditorAnnotation, mayBeSaved: () => boolean): () => void {
  const instance = [...(window.LabelStudio?.instances ?? [])].find((one) => one.store === store);
  const listener: SaveListener = (_, saved) => (saved === annotation ? mayBeSaved() : true);
  instance?.on('beforeSaveAnnotation', listener);
  return () => instance?.off('beforeSaveAnnotation', listener);
}

/**
 * A required control that is empty opens Label Studio's own window before our check is asked. Until the
 * returned function is called, `answer` is asked in the control's stead; where that cannot be set, the
 * window still says why.
 */
export function answerForRequired(annotation: EditorAnnotation, answer: () => void): () => void {
  const controls = [...(annotation.names?.values() ?? [])].filter((control) => 'requiredModal' in control);
  for (const control of controls) {
    Reflect.defineProperty(control, 'requiredModal', { configurable: true, value: answer });
  }
  return () => controls.forEach((control) => Reflect.deleteProperty(control, 'requiredModal'));
}
