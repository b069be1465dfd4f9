import type { EditorAnnotation } from './editor-store.js';

/** Why an annotation can only be read here; undefined when it is the annotator's own, or nobody is known to have made it. */
export function readOnlyFor({ type, user }: Pick<EditorAnnotation, 'type' | 'user'>, userId: number | undefined): 'prediction' | 'foreign' | undefined {
  if (type === 'prediction') return 'prediction';
  const author = user?.id;
  return author === undefined || userId === undefined || author === userId ? undefined : 'foreign';
}
