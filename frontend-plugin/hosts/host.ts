import type { VoteMeta } from '../../core/domain/vote.js';
import type { TaskData } from '../../core/label-studio/task-data.js';
import type { Change, Draft } from '../view/state/draft.js';

/** What the surroundings of a comparison can do; the view says and offers only that. */
export interface Capabilities {
  /** Our writes go into an undo history of the host's (Ctrl+Z). */
  readonly undo: boolean;
  /** The host keeps an unfinished judgement, also over a reload. */
  readonly draft: boolean;
  /** The host asks before it submits and takes no for an answer. */
  readonly veto: boolean;
  /** The host has a Submit of its own; without it the view shows one and calls `submit`. */
  readonly nativeSubmit: boolean;
}

/**
 * Where a comparison is embedded. A host reads one task, stores one judgement and says what it can do;
 * the comparison knows nothing else of it. Drafts and changes are in canonical sides.
 */
export interface Host {
  readonly capabilities: Capabilities;
  readonly task: TaskData;
  readonly readOnly: boolean;
  /** Whether this judgement may still be passed on; an already submitted one may not. */
  readonly canSkip: boolean;
  /** The judgement as it is stored now, and what is recorded beside its verdict. */
  read(): { draft: Draft; meta: VoteMeta | null };
  /** Stores changes as one step of the host's undo. Does nothing when the judgement is gone or read-only. */
  write(changes: readonly Change[], meta: VoteMeta): void;
  /** Records `meta` beside the verdict, outside undo: called right before the judgement is sent. */
  stamp(meta: VoteMeta): void;
  /** Calls `listener` after the stored judgement changed, by us or by the host (undo). Returns the way to stop. */
  subscribe(listener: () => void): () => void;
  /** Passes on the pair, with the code of a skip reason. */
  skip(reason: string): void;
  /** Sends the judgement; only called without `nativeSubmit`, when nothing is missing. */
  submit?(): void;
}
