/**
 * What Label Studio Enterprise's `ReactCode` tag gives the function in a label config, and what it takes back.
 *
 * Read on 2026-11-21, beta, nothing of it run here:
 * - https://docs.humansignal.com/tags/reactcode (source: docs/source/tags/reactcode.md in
 *   https://github.com/HumanSignal/label-studio, as of commit f72628e, pull request 9427): parameters, the props,
 *   `addRegion`, the regions' methods, `viewState`, the result's shape, the iframe and its messages;
 * - https://docs.humansignal.com/templates/react_claims and /react_audio: whole label configs of that tag;
 * - https://github.com/HumanSignal/label-studio-sdk, `ReactCodeTag` and `react_code_settings` (2.0.x): what
 *   `outputs` may be, and that an organization can switch inline code off (`disabled`, `src_only`, `everything`);
 * - https://github.com/HumanSignal/label-studio, web/libs/editor/src/core/Tree.tsx: a tag's code is the
 *   `innerHTML` of its XML element, so that two CDATA sections would reach it with the markup between them.
 * The tag's own source (web/apps/labelstudio/src/tags/ReactCode) is not public.
 *
 * What follows from it and shapes this host:
 * - The function runs in an iframe that is kept and reused: a switch of task or annotation comes as new
 *   props, and `data` is null for a moment. Neither the task's nor the annotation's id is given, nor the user.
 * - Regions cross by messages: what we write is ours to show only until the platform gives it back.
 * - Nothing is said about read-only, about `required`, or about a way to hold Submit back.
 */
export interface ReactCodeProps {
  /** React with its hooks; which version is not documented. */
  readonly React: unknown;
  /** Makes a region. Said to return it, which a message cannot do at once: never relied on. */
  addRegion(value: unknown, extraData?: { readonly displayText?: string }): unknown;
  /** All regions of the tag in the annotation that is open. */
  readonly regions?: readonly ReactCodeRegion[] | null;
  /** The task's data, whole, because the tag names no field (its first documentation wanted one). */
  readonly data?: unknown;
  readonly viewState?: ViewState | null;
}

export interface ReactCodeRegion {
  readonly id: string;
  readonly value: unknown;
  readonly locked?: boolean;
  update(value: unknown): void;
  delete(): void;
}

export interface ViewState {
  readonly currentScreen?: string;
  readonly darkMode?: boolean;
}

/**
 * Whether nothing may be written: where annotations are compared (`side_by_side`) or reviewed
 * (`review_stream`), for a vote is its annotator's, and while the region is locked.
 */
export function isReadOnly(viewState: ViewState | null | undefined, region: ReactCodeRegion | undefined): boolean {
  return ['side_by_side', 'review_stream'].includes(viewState?.currentScreen ?? '') || region?.locked === true;
}
