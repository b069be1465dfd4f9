import { z } from 'zod';
import type { TaskData } from '../../../core/label-studio/task-data.js';
import { writeControlMeta } from '../control-meta.js';
import type { EditorStore, EmbeddedAnnotation, EmbeddedStore } from '../editor-store.js';

/** What is opened in the editor: a task with one annotation. */
export interface Opened {
  readonly taskId: number;
  readonly labelConfig: string;
  readonly data: TaskData;
  readonly result: readonly unknown[];
  /** Whether the annotation counts as sent: Label Studio then offers Update, and no Skip. */
  readonly submitted: boolean;
  readonly readOnly: boolean;
}

export interface EditorEvents {
  /** Submit or Update was pressed and nothing that Label Studio requires is missing. */
  onSubmit(): void;
  /** `reason` is the code of our skip reason; undefined for Label Studio's own Skip. */
  onSkip(reason: string | undefined): void;
  /** What the open annotation holds changed. */
  onChange(): void;
}

/** Ways in which Label Studio 1.23 behaves that version 1.7.1 has behind switches; the one for separate controls per annotation cannot draw `Collapse`. */
const FEATURE_FLAGS = {
  ff_front_1170_outliner_030222_short: true,
  fflag_feat_front_dev_3873_labeling_ui_improvements_short: true,
  ff_dev_2007_rework_choices_280322_short: true,
  ff_dev_2007_dev_2008_dynamic_tag_children_250322_short: true,
  ff_dev_2100_clean_unnecessary_areas_140422_short: true,
  fflag_fix_front_dev_1284_auto_detect_undo_281022_short: true,
};

const skippedSchema = z.object({ comment: z.string() });
const withMetaSchema = z.object({ from_name: z.string(), meta: z.record(z.string(), z.unknown()) });

/**
 * Adds the editor's script to the page.
 *
 * @throws Error when it cannot be loaded.
 */
export async function loadEditor(source: string): Promise<void> {
  Object.assign(window, { APP_SETTINGS: { feature_flags: FEATURE_FLAGS } });
  const script = document.createElement('script');
  script.src = source;
  await new Promise<void>((loaded, failed) => {
    script.addEventListener('load', () => loaded());
    script.addEventListener('error', () => failed(new Error(`Label Studio's editor could not be loaded from ${source}.`)));
    document.head.append(script);
  });
}

/** Label Studio's editor in a page of ours: one task and one annotation at a time. */
export class EmbeddedEditor {
  private current: { readonly annotation: EmbeddedAnnotation; stop(): void } | undefined;

  private constructor(
    private readonly store: EmbeddedStore,
    private readonly events: EditorEvents,
  ) {}

  /**
   * Starts the editor in `root`, without a task.
   *
   * @throws Error when the editor's script is not there, or is not the version we know.
   */
  static start(root: HTMLElement, events: EditorEvents): Promise<EmbeddedEditor> {
    const Editor = window.LabelStudio;
    if (Editor === undefined) return Promise.reject(new Error("Label Studio's editor is not in this page."));
    return new Promise((started, failed) => {
      const onStorageInitialized = (store: EditorStore): void => {
        if (isEmbedded(store)) started(new EmbeddedEditor(store, events));
        else failed(new Error("This page does not know this version of Label Studio's editor."));
      };
      const editor = new Editor(root, {
        config: '<View></View>',
        interfaces: ['panel', 'controls', 'submit', 'update', 'skip', 'topbar', 'edit-history'],
        // Without an id the editor does not start.
        user: { id: 1, firstName: 'Preview', lastName: '' },
      });
      editor.on('storageInitialized', onStorageInitialized);
      editor.on('submitAnnotation', () => events.onSubmit());
      editor.on('updateAnnotation', () => events.onSubmit());
      editor.on('skipTask', (_store, data) => events.onSkip(skippedSchema.safeParse(data).data?.comment));
    });
  }

  /** Opens another task, or the same with another annotation. What was open is gone; ask for its result before. */
  open({ taskId, labelConfig, data, result, submitted, readOnly }: Opened): void {
    const { store } = this;
    this.current?.stop();
    store.resetState();
    store.assignTask({ id: taskId, data });
    store.assignConfig(labelConfig);
    store.initializeStore({ annotations: [], predictions: [] });
    const annotation = store.annotationStore.addAnnotation(submitted ? { userGenerate: false, pk: String(taskId), result } : { userGenerate: true });
    store.annotationStore.selectAnnotation(annotation.id);
    annotation.deserializeResults(result);
    annotation.setReadonly(readOnly);
    annotation.reinitHistory();
    for (const one of result) {
      const known = withMetaSchema.safeParse(one);
      const control = known.success ? annotation.names?.get(known.data.from_name) : undefined;
      if (known.success && control !== undefined) writeControlMeta(control, known.data.meta);
    }
    const stop = annotation.$treenode?.onSnapshot(() => queueMicrotask(this.events.onChange));
    this.current = { annotation, stop: () => stop?.() };
  }

  /** Leaves the editor without a task. */
  close(): void {
    this.current?.stop();
    this.current = undefined;
    this.store.resetState();
  }

  /** The open annotation's result as Label Studio stores it; a copy. */
  result(): readonly unknown[] {
    const annotation = this.current?.annotation;
    return annotation?.$treenode?.isAlive === true ? structuredClone(annotation.serializeAnnotation()) : [];
  }

  /** Sends the annotation as the editor's own button does. */
  submit(): void {
    const annotation = this.store.annotationStore.selected;
    if (annotation?.pk === null || annotation?.pk === undefined) this.store.submitAnnotation();
    else this.store.updateAnnotation();
  }
}

function isEmbedded(store: EditorStore): store is EmbeddedStore {
  return ['resetState', 'assignTask', 'assignConfig', 'initializeStore', 'submitAnnotation', 'updateAnnotation'].every((name) => name in store);
}
