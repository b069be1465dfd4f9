/** Which of the tokens' vectors make the text's: all of them, or the first or last one's. */
export type Pooling = 'mean' | 'first' | 'last';

/**
 * The text's vector from those of its tokens, one after another in `numbers`: their mean (float64 sums in ascending order), or one of them. Not scaled.
 */
export function poolTokens(numbers: Float32Array, tokens: number, pooling: Pooling): Float64Array {
  const dimension = numbers.length / tokens;
  if (pooling !== 'mean') {
    const token = pooling === 'first' ? 0 : tokens - 1;
    return Float64Array.from(numbers.subarray(token * dimension, (token + 1) * dimension));
  }
  const sums = new Float64Array(dimension);
  for (let token = 0; token < tokens; token += 1) {
    for (let at = 0; at < dimension; at += 1) sums[at] = sums[at]! + numbers[token * dimension + at]!;
  }
  return sums.map((sum) => sum / tokens);
}

/**
 * Token ids of a text cut to at most `tokensMax`: the beginning, and the last token if it is the one that ends every text,
 * such as [SEP].
 */
export function cutTokens(ids: readonly number[], tokensMax: number, end: number | undefined): readonly number[] {
  if (ids.length <= tokensMax) return ids;
  return end !== undefined && ids.at(-1) === end ? [...ids.slice(0, tokensMax - 1), end] : ids.slice(0, tokensMax);
}
