import type { EditorControl } from './editor-store.js';

/**
 * label-studio-frontend 1.7.1 keeps no `meta` with a result, but adds to each result that it serializes what
 * the control has as `metaValue`, a property that its own controls never set. So the control keeps the meta.
 */
export function readControlMeta(control: EditorControl | undefined): Readonly<Record<string, unknown>> | undefined {
  return control?.metaValue ?? undefined;
}

export function writeControlMeta(control: EditorControl, meta: Readonly<Record<string, unknown>>): void {
  Reflect.defineProperty(control, 'metaValue', { configurable: true, value: meta });
}
