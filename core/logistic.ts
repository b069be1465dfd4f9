/** The logistic function 1 / (1 + e⁻ᵗ). Of −t it is exact where 1 − σ(t) would round to 0. */
export function sigmoid(t: number): number {
  if (t >= 0) return 1 / (1 + Math.exp(-t));
  const power = Math.exp(t);
  return power / (1 + power);
}

/** log(1 + eᵗ) without overflow: what one vote costs, in nats, whose loser is ahead by t. */
export function softplus(t: number): number {
  return Math.max(t, 0) + Math.log1p(Math.exp(-Math.abs(t)));
}

/** Cross entropy, in nats, of a target from 0 to 1 and the logit t. The same, bit for bit, for 1 − target and −t. */
export function logLossOf(t: number, target: number): number {
  return target * softplus(-t) + (1 - target) * softplus(t);
}

/** Entropy, in nats, of a coin whose logit is t: 0 to ln 2. */
export function entropyOf(t: number): number {
  const ahead = Math.abs(t);
  return Math.log1p(Math.exp(-ahead)) + ahead * sigmoid(-ahead);
}
