import type { Gap, Gaps } from '../webhooks/intake/gaps.js';

/** What each gap means, after a count or before one. */
export const GAP_WORDS: Readonly<Record<keyof Gaps, string>> = {
  journalledNotInLabelStudio: 'in the journal, not in Label Studio',
  journalPending: 'in the journal, outcome not known yet',
  inLabelStudioNotJournalled: 'in Label Studio, not through the gateway',
  changedAfterwards: 'changed in Label Studio afterwards, not through the gateway',
  deletedAfterwards: 'deleted in Label Studio afterwards, not through the gateway',
  tasksDeleted: 'tasks deleted in Label Studio',
  deliveredNotInApi: "delivered, not in Label Studio's API",
  inApiNeverDelivered: "in Label Studio's API, never delivered",
  unusable: 'without a usable verdict',
  unappliedDeliveries: 'deliveries waiting to be applied',
  failedDeliveries: 'deliveries that could not be applied',
};

/** A gap's count and first ids. */
export function describeGap({ count, ids }: Gap): string {
  return `${count} (${ids.join(', ')}${count > ids.length ? ', …' : ''})`;
}
