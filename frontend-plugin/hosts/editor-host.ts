import type { Rubric } from '../../core/domain/rubric.js';
import type { TaskData } from '../../core/label-studio/task-data.js';
import { isAlive, type EditorAnnotation, type EditorStore } from './editor-store.js';
import type { Host } from './host.js';
import { readNativeDraft, readNativeMeta, stampNativeMeta, writeNativeChanges } from './native-controls.js';

/** Whether the annotation still lives and is the one that is open: asked before each write. */
export function isOpen(store: EditorStore, annotation: EditorAnnotation): boolean {
  return isAlive(store) && isAlive(annotation) && store.annotationStore?.selected === annotation;
}

/** A host over one annotation in Label Studio's editor, inside Label Studio or embedded. */
export function createEditorHost(store: EditorStore, annotation: EditorAnnotation, task: TaskData, rubric: Rubric): Host {
  const writable = (): boolean => isOpen(store, annotation) && !annotation.isReadOnly();
  return {
    capabilities: { undo: true, draft: true, veto: true, nativeSubmit: true },
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
  };
}
