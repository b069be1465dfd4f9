/** A range that holds the true share. */
export interface ShareInterval {
  readonly low: number;
  readonly high: number;
}

/**
 * Exact (Clopper–Pearson) two-sided interval for a share of which `count` of `n` were seen; each end is missed with a
 * probability of at most (1 − confidence) / 2. The whole of 0 to 1 when n is 0.
 * Source: C. Clopper and E. Pearson, "The use of confidence or fiducial limits", Biometrika 26 (1934).
 */
export function exactInterval(count: number, n: number, confidence: number): ShareInterval {
  const tail = (1 - confidence) / 2;
  return { low: 1 - upperBound(n - count, n, tail), high: upperBound(count, n, tail) };
}

/**
 * Exact (Clopper–Pearson) upper bound for a share of which `count` of `n` were seen: the largest p under which so few
 * have at least the probability `miss`. A true share above it has had a chance of at most `miss`. 1 when all were seen, or n is 0.
 */
export function upperBound(count: number, n: number, miss: number): number {
  if (count >= n) return 1;
  const logChoose = logChooseOf(n, count);
  let low = count / n;
  let high = 1;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return high;
    if (lowerTail(count, n, middle, logChoose) > miss) low = middle;
    else high = middle;
  }
}

/** Whether `upperBound` is at most the share, for a fiftieth of its cost. */
export function isBoundedBy(share: number, count: number, n: number, miss: number): boolean {
  return count < n * share && lowerTail(count, n, share, logChooseOf(n, count)) <= miss;
}

/**
 * P(X ≤ count) for X binomial(n, p), for p of at least count / n: the terms then fall from `count` downwards, so
 * that the sum begins with the greatest and ends where nothing more is added.
 */
function lowerTail(count: number, n: number, p: number, logChoose: number): number {
  let term = Math.exp(logChoose + (count === 0 ? 0 : count * Math.log(p)) + (n - count) * Math.log1p(-p));
  let sum = term;
  const odds = (1 - p) / p;
  for (let seen = count; seen > 0; seen -= 1) {
    term *= (seen / (n - seen + 1)) * odds;
    if (term < sum * Number.EPSILON) break;
    sum += term;
  }
  return sum;
}

/** ln of n over k. */
function logChooseOf(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

const STIRLING_FROM = 30;

/** ln n!, by Stirling's series from 30 on: what it leaves out is then below 10⁻¹³. */
function logFactorial(n: number): number {
  if (n < STIRLING_FROM) {
    let product = 1;
    for (let factor = 2; factor <= n; factor += 1) product *= factor;
    return Math.log(product);
  }
  const inverse = 1 / n;
  const square = inverse * inverse;
  return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)));
}
