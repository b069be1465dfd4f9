import { entropyOf, sigmoid } from '../../core/logistic.js';

/** What a head says of one pair: the logit of A's chance, calibrated, and the variance of that logit. */
export interface Judgement {
  readonly score: number;
  readonly variance: number;
}

/** How uncertain a pair is: 0 is sure, higher is less certain; the same when the pair is turned round. */
export type Acquisition = (judgement: Judgement) => number;

/**
 * Least confident, margin and entropy put pairs in the same order, since with two outcomes each falls as |score| grows; they
 * differ only where they are weighed against something else, as in the hybrid. Information gain alone tells a pair that people
 * find even from a pair of which the head knows little.
 */
export const ACQUISITIONS: ReadonlyMap<string, Acquisition> = new Map<string, Acquisition>([
  ['least-confident', ({ score }) => leastConfident(score)],
  ['margin', ({ score }) => 2 * leastConfident(score)],
  ['entropy', ({ score }) => entropyOf(score)],
  ['information-gain', informationGain],
]);

/** 1 − max(p, 1 − p), from 0 to ½. The margin 1 − |p − (1 − p)| is twice that. */
function leastConfident(score: number): number {
  return sigmoid(-Math.abs(score));
}

/** Beyond so many deviations nothing adds to a float64 sum. */
const DEVIATIONS = 8.5;
const NODES_MAX = 4096;

/**
 * Mutual information, in nats, of the vote and the weights: H(E σ(s)) − E H(σ(s)), s normal with the judgement's mean and
 * variance (BALD: Houlsby et al. 2011, arXiv:1112.5745; here integrated rather than approximated). The trapezoidal rule, whose error
 * vanishes exponentially for such integrands: steps of half a deviation or ½, whichever is less, are exact to 1e-12 up to deviations of 120.
 * 0 without variance, at most ln 2.
 */
function informationGain({ score, variance }: Judgement): number {
  const deviation = Math.sqrt(variance);
  if (!(deviation > 0)) return 0;
  const mean = Math.abs(score);
  const nodes = Math.min(NODES_MAX, Math.ceil((DEVIATIONS * deviation) / Math.min(deviation / 2, 0.5)));
  const step = DEVIATIONS / nodes;
  let [mass, behind, entropy] = [1, sigmoid(-mean), entropyOf(mean)];
  for (let node = 1; node <= nodes; node += 1) {
    const z = node * step;
    const density = Math.exp((-z * z) / 2);
    const [above, below] = [mean + z * deviation, mean - z * deviation];
    mass += 2 * density;
    behind += density * (sigmoid(-above) + sigmoid(-below));
    entropy += density * (entropyOf(above) + entropyOf(below));
  }
  const chance = behind / mass;
  return Math.max(0, -chance * Math.log(chance) - (1 - chance) * Math.log1p(-chance) - entropy / mass);
}
