/** Cohen's κ with its large-sample 95 % interval, cut to −1 … 1. */
export interface KappaInterval {
  readonly n: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** 97.5th percentile of the standard normal distribution. */
const Z = 1.959963984540054;

/**
 * Cohen's κ of a square matrix of counts (`counts[i][j]`: items of category i by one rater and j by the other) with the normal
 * interval κ ± 1.96 standard errors. One pass over the matrix, for where a bootstrap (`cohenKappa`) at every vote would be too
 * slow. Null without items, and when both used only one and the same category (0/0). With perfect agreement the interval has
 * no width, and with few items it is too narrow: read it from some 30 items on.
 * Source: J. Fleiss, J. Cohen, B. Everitt, "Large sample standard errors of kappa and weighted kappa" (1969), equation 13.
 */
export function kappaInterval(counts: readonly (readonly number[])[]): KappaInterval | null {
  const rows = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const columns = counts.map((_, column) => counts.reduce((sum, row) => sum + row[column]!, 0));
  const n = rows.reduce((sum, count) => sum + count, 0);
  const expected = rows.reduce((sum, count, category) => sum + count * columns[category]!, 0) / n ** 2;
  if (n === 0 || expected === 1) return null;
  const observed = counts.reduce((sum, row, category) => sum + row[category]!, 0) / n;
  const value = (observed - expected) / (1 - expected);
  let spread = 0;
  for (const [i, row] of counts.entries()) {
    for (const [j, count] of row.entries()) {
      const margins = i === j ? 1 - ((rows[i]! + columns[i]!) / n) * (1 - value) : ((columns[i]! + rows[j]!) / n) * (1 - value);
      spread += (count / n) * margins ** 2;
    }
  }
  const variance = (spread - (value - expected * (1 - value)) ** 2) / ((1 - expected) ** 2 * n);
  const reach = Z * Math.sqrt(Math.max(0, variance));
  return { n, value, low: Math.max(-1, value - reach), high: Math.min(1, value + reach) };
}
