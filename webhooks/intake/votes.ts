import type { Judgement } from '../../core/domain/vote.js';
import { readJudgement, sameJudgement } from '../../core/label-studio/judgement.js';
import { readRegions, type ResultRegion } from '../../core/label-studio/result-regions.js';

/** One stored annotation, as far as a vote depends on it. Times are ISO 8601 text in UTC, so that they compare as text. */
export interface KnownAnnotation {
  readonly id: number;
  readonly unique_id: string | null;
  readonly result: ResultRegion[] | null;
  readonly was_cancelled: boolean;
  readonly lead_time_s: number | null;
  readonly updated_at: string;
  readonly deleted: boolean;
}

/** One submission of the same user in the gateway's journal. */
export interface JournalEntry {
  readonly kind: 'submit' | 'skip' | 'update' | 'delete';
  readonly task_id: number | null;
  readonly annotation_id: number | null;
  readonly unique_id: string | null;
  readonly body: {
    readonly result?: unknown;
    readonly was_cancelled?: boolean | undefined;
    readonly started_at?: string | undefined;
    /** A skip's reason, as the labeling page sends it. Label Studio drops it. */
    readonly comment?: string | undefined;
  };
}

/** What an annotation comes to: a vote (or skip), or the reason why none can be read from it. */
export type Derived =
  | { readonly annotationId: number; readonly unusable: string }
  | {
      readonly annotationId: number;
      readonly judgement: Judgement | null;
      readonly skipReason: string | null;
      readonly startedAt: string | null;
      readonly submittedAt: string;
      readonly leadTimeS: number | null;
      /** Null when the vote counts. */
      readonly notCountedReason: string | null;
    };

/**
 * Derives the votes of one annotator on one task from all their annotations there. A pure function of what
 * is known, so that the order in which it became known cannot matter. Of several usable annotations
 * the one changed last counts (ties: the highest id); a skip never counts, but a later skip takes back an
 * earlier vote. With `journalRequired` only what the gateway's journal holds can count or take back. `pair` is the
 * task's, by its opaque id, for judgements that name theirs.
 */
export function deriveVotes(annotations: readonly KnownAnnotation[], journal: readonly JournalEntry[], journalRequired: boolean, pair?: string): Derived[] {
  const newestFirst = [...annotations].sort((one, other) => (one.updated_at === other.updated_at ? other.id - one.id : one.updated_at < other.updated_at ? 1 : -1));
  let standing: number | undefined;
  return newestFirst.map((annotation) => {
    const reading = annotation.was_cancelled ? { judgement: null } : readJudgement(annotation.result, pair);
    if ('unusable' in reading) return { annotationId: annotation.id, unusable: reading.unusable };
    const { judgement } = reading;
    const linked = journal.filter((entry) => isLinked(entry, annotation));
    const witness = linked.findLast((entry) => holds(entry, judgement));
    const barred = barredReason(annotation, journalRequired, linked.length > 0, witness !== undefined);
    const replacedBy = standing;
    if (barred === null) standing ??= annotation.id;
    return {
      annotationId: annotation.id,
      judgement,
      skipReason: judgement === null ? (witness?.body.comment ?? null) : null,
      startedAt: judgement?.meta?.started_at ?? witness?.body.started_at ?? null,
      submittedAt: annotation.updated_at,
      leadTimeS: annotation.lead_time_s,
      notCountedReason: barred ?? (replacedBy === undefined ? null : `replaced by annotation ${replacedBy}`) ?? (judgement === null ? 'skipped' : null),
    };
  });
}

/** Why an annotation can neither count nor replace another one. */
function barredReason(annotation: KnownAnnotation, journalRequired: boolean, linked: boolean, witnessed: boolean): string | null {
  if (annotation.deleted) return 'deleted in Label Studio';
  if (!journalRequired || witnessed) return null;
  return linked ? 'changed in Label Studio without going through the gateway' : 'submitted to Label Studio without going through the gateway';
}

/**
 * Whether a journal entry may be the submission of an annotation: by its `unique_id`, by its id once Label
 * Studio has answered, or, for one that only the API has shown (it hides `unique_id`), by the task.
 */
function isLinked(entry: JournalEntry, annotation: KnownAnnotation): boolean {
  if (entry.kind === 'delete') return false;
  if (entry.annotation_id !== null) return entry.annotation_id === annotation.id;
  if (annotation.unique_id !== null) return entry.unique_id === annotation.unique_id;
  return entry.kind !== 'update';
}

/**
 * Whether a journal entry holds this judgement (null: a skip). The content is compared, because in Label
 * Studio Community any member may change any annotation around the gateway, under the same `unique_id`.
 */
function holds(entry: JournalEntry, judgement: Judgement | null): boolean {
  const skips = entry.kind === 'skip' || entry.body.was_cancelled === true;
  if (judgement === null || skips) return skips && judgement === null;
  const journalled = readJudgement(readRegions(entry.body.result));
  return 'judgement' in journalled && sameJudgement(journalled.judgement, judgement);
}
