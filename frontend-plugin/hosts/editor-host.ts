import type { Rubric } from '../../core/domain/rubric.js';
import type { TaskData } from '../../core/label-studio/task-data.js';
import { isAlive, type EditorAnnotation, type EditorStore } from './editor-store.js';
import type { Capabilities, Host } from './host.js';
import { readNativeDraft, readNativeMeta, stampNativeMeta, writeNativeChanges } from './native-controls.js';

/** Whether the annotation still lives and is the one that is open: asked before each write. */
export function isOpen(store: EditorStore, annotation: EditorAnnotation): boolean {
  return isAlive(store) && isAlive(annotation) && store.annotationStore?.selected === annotation;
}

const IN_LABEL_STUDIO: Capabilities = { undo: true, draft: true, veto: true, nativeSubmit: true };
/** The editor alone keeps no drafts and asks nobody before it submits, so its Submit must not be in reach: the view has one. */
const EMBEDDED: Capabilities = { undo: true, draft: false, veto: false, nativeSubmit: false };

/**
 * A host over one annotation in Label Studio's editor: inside Label Studio, or, where a page that embeds
 * the editor gives `submit`, without a Submit of the editor's.
 */
export function createEditorHost(store: EditorStore, annotation: EditorAnnotation, task: TaskData, rubric: Rubric, submit?: () => void): Host {
  const writable = (): boolean => isOpen(store, annotation) && !annotation.isReadOnly();
  return {
    capabilities: submit === undefined ? IN_LABEL_STUDIO : EMBEDDED,
    task,
    readOnly: annotation.isReadOnly(),
    canSkip: annotation.pk === null || annotation.pk === undefined,
    read: () => ({ draft: readNativeDraft(annotation, rubric), meta: readNativeMeta(annotation) }),
    write(changes, meta) {
      if (writable()) writeNativeChanges(annotation, changes, meta);
    },
    stamp(meta) {
      if (writable()) stampNativeMeta(annotation, meta);
    },
    subscribe(listener) {
      // The snapshot comes in the middle of an action; the controls are consistent after it.
      const stop = annotation.$treenode?.onSnapshot(() => queueMicrotask(() => isOpen(store, annotation) && listener()));
      return () => stop?.();
    },
    skip(reason) {
      if (isOpen(store, annotation)) store.skipTask({ comment: reason });
    },
    submit() {
      if (writable()) submit?.();
    },
  };
}
