/** Label Studio's queue heeds only predictions whose model version is the project's. */
export const RANKING_MODEL_VERSION = 'pairloop-ranking';

/**
 * The prediction score of a batch item: Label Studio's uncertainty queue serves the lowest first. It
 * grows with the position, and from batch to batch, and says nothing else, so it cannot tell a gold item.
 *
 * @param before items in the project's earlier batches
 * @param position place in the batch, from 0
 */
export function rankingScore(before: number, position: number): number {
  return before + position;
}
