/** A region as it lies in an annotation's result, in the shape that Label Studio Enterprise documents. */
export interface StoredRegion {
  readonly id: string;
  readonly from_name: string;
  readonly to_name: string;
  readonly type: 'reactcode';
  readonly origin: 'manual';
  readonly value: { readonly reactcode: unknown };
}

/** A region as it crosses into the frame. */
export interface SentRegion {
  readonly id: string;
  readonly value: unknown;
  readonly selected: boolean;
  readonly hidden: boolean;
  readonly locked: boolean;
  readonly origin: string;
}

export interface SentViewState {
  readonly currentScreen: 'quick_view' | 'side_by_side' | 'label_stream' | 'review_stream';
  readonly darkMode: boolean;
}

/** The messages of the documented protocol, as far as inline code needs them. */
export type ToFrame =
  | { readonly type: 'init'; readonly tag: string; readonly code: string; readonly data: unknown; readonly regions: readonly SentRegion[]; readonly viewState: SentViewState }
  | { readonly type: 'update'; readonly tag: string; readonly data: unknown; readonly regions: readonly SentRegion[]; readonly viewState: SentViewState }
  | { readonly type: 'regions'; readonly tag: string; readonly regions: readonly SentRegion[] }
  | { readonly type: 'viewState'; readonly tag: string; readonly viewState: SentViewState };

export type FromFrame =
  | { readonly type: 'ready' }
  | { readonly type: 'addRegion'; readonly tag: string; readonly value: unknown; readonly extraData?: { readonly displayText?: string } }
  | { readonly type: 'updateRegion'; readonly tag: string; readonly id: string; readonly value: unknown }
  | { readonly type: 'deleteRegion'; readonly tag: string; readonly id: string };
