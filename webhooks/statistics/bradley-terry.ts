import { cholesky, solveCholesky } from './cholesky.js';
import type { ComparisonCells } from './comparison-cells.js';
import { TIE_MODEL, type OutcomeTerms, type TieModelName } from './tie-models.js';

export interface FitOptions {
  readonly ties: TieModelName;
  /** Standard deviation of a normal prior around 0 on strengths and effects; null for none. */
  readonly priorSd: number | null;
}

/**
 * Where the likelihood (or with a prior the posterior) is highest. `parameters` are the strengths (natural logarithms of odds, their mean 0),
 * then the effects, then the tie parameter where something ties. `information` is the matrix of second derivatives with the sign
 * turned, row by row, with `shift` added throughout the strengths' block, which holds their mean and so makes it invertible (0 with a prior).
 */
export interface Fit {
  readonly parameters: Float64Array;
  readonly information: Float64Array;
  readonly shift: number;
  readonly logLikelihood: number;
  readonly iterations: number;
}

/** Why there is no highest point: a parameter follows from others, or grows without end. By its place in `parameters`. */
export interface NoFit {
  readonly fault: 'dependent' | 'endless';
  readonly parameter: number;
}

/** Steps are taken until none is larger; Newton's method squares the error in each, so that what is left is rounding. */
const STEP_MAX = 1e-10;
const ITERATIONS_MAX = 100;
/** Log odds that no data of this world gives (1 in 10^17): the estimate runs away. */
const THETA_MAX = 40;

/**
 * Fits the Bradley–Terry model with ties: model i wins against j with the log odds θ = β_i − β_j + Σ γ_e x_e, where x_e are the comparison's
 * effects (its displayed order, its lengths). Newton's method with halved steps on a log-concave function, so that the highest point is the
 * only one, and found to 1e-10 or better. `weights` says how often each cell counts; a start near the end saves iterations.
 * `hasTies` false leaves the tie parameter out. The strengths must hang together (see `findDisconnection`), unless there is a prior.
 * Cost: an iteration is linear in cells × effects², then (models + effects)³ / 3.
 */
export function fitBradleyTerry(cells: ComparisonCells, weights: Float64Array, hasTies: boolean, options: FitOptions, start?: Float64Array): Fit | NoFit {
  const system = new NewtonSystem(cells, weights, hasTies, options);
  let parameters = start?.slice() ?? system.start();
  let value = system.evaluate(parameters);
  for (let iterations = 1; iterations <= ITERATIONS_MAX; iterations += 1) {
    const decomposed = cholesky(system.information, system.size);
    // Far out the information is gone too: only at the start does a dependent row mean a dependent parameter.
    if ('dependent' in decomposed && iterations === 1) return { fault: 'dependent', parameter: decomposed.dependent };
    if ('dependent' in decomposed) break;
    const step = solveCholesky(decomposed.factor, system.gradient);
    const size = step.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    const next = takeStep(system, parameters, step, value);
    parameters = next.parameters;
    value = next.value;
    if (size < STEP_MAX) return { parameters, information: system.information, shift: system.shift, logLikelihood: system.logLikelihood, iterations };
    if (system.largestTheta > THETA_MAX || !Number.isFinite(value)) break;
  }
  return { fault: 'endless', parameter: parameters.reduce((most, one, place) => (Math.abs(one) > Math.abs(parameters[most]!) ? place : most), 0) };
}

/** The step, halved until it does not lead down; leaves the system evaluated at its end. */
function takeStep(system: NewtonSystem, from: Float64Array, step: Float64Array, value: number): { parameters: Float64Array; value: number } {
  let share = 1;
  for (;;) {
    const parameters = from.map((one, place) => one + share * step[place]!);
    const reached = system.isAllowed(parameters) ? system.evaluate(parameters) : -Infinity;
    if (reached >= value - 1e-9 * Math.abs(value) || share < 1e-9) return { parameters, value: reached };
    share /= 2;
  }
}

/** Gradient and information at a point, in arrays that are used again. */
class NewtonSystem {
  readonly size: number;
  readonly gradient: Float64Array;
  readonly information: Float64Array;
  readonly shift: number;
  logLikelihood = 0;
  largestTheta = 0;
  private readonly strengths: number;
  private readonly terms: OutcomeTerms = { logProbability: 0, byTheta: 0, byTie: 0, thetaTheta: 0, thetaTie: 0, tieTie: 0 };

  constructor(
    private readonly cells: ComparisonCells,
    private readonly weights: Float64Array,
    private readonly hasTies: boolean,
    private readonly options: FitOptions,
  ) {
    this.strengths = cells.models.length;
    this.size = this.strengths + cells.effects.length + (hasTies ? 1 : 0);
    this.gradient = new Float64Array(this.size);
    this.information = new Float64Array(this.size ** 2);
    this.shift = options.priorSd === null ? weights.reduce((sum, weight) => sum + weight, 0) / this.strengths ** 2 : 0;
  }

  start(): Float64Array {
    const { cells, weights, size, hasTies } = this;
    const parameters = new Float64Array(size);
    if (!hasTies) return parameters;
    let all = 0;
    let ties = 0;
    for (const [cell, weight] of weights.entries()) {
      all += weight;
      if (cells.outcome[cell] === 2) ties += weight;
    }
    parameters[size - 1] = TIE_MODEL[this.options.ties].start(Math.min(ties / all, 0.9));
    return parameters;
  }

  isAllowed(parameters: Float64Array): boolean {
    return !this.hasTies || TIE_MODEL[this.options.ties].isAllowed(parameters[this.size - 1]!);
  }

  /** Fills gradient and information; returns what is to be made largest. */
  evaluate(parameters: Float64Array): number {
    const { cells, weights, gradient, information, terms, size, strengths, hasTies } = this;
    const model = TIE_MODEL[this.options.ties];
    const tie = hasTies ? parameters[size - 1]! : model.never;
    gradient.fill(0);
    information.fill(0);
    this.logLikelihood = 0;
    this.largestTheta = 0;
    const places = new Uint32Array(2 + cells.effects.length);
    const factors = new Float64Array(places.length);
    for (let cell = 0; cell < weights.length; cell += 1) {
      const weight = weights[cell]!;
      if (weight === 0) continue;
      places[0] = cells.first[cell]!;
      places[1] = cells.second[cell]!;
      factors[0] = 1;
      factors[1] = -1;
      for (let effect = 0; effect < cells.effects.length; effect += 1) {
        places[2 + effect] = strengths + effect;
        factors[2 + effect] = cells.effectOf[cell * cells.effects.length + effect]!;
      }
      let theta = 0;
      for (let one = 0; one < places.length; one += 1) theta += factors[one]! * parameters[places[one]!]!;
      model.terms(cells.outcome[cell]!, theta, tie, terms);
      this.logLikelihood += weight * terms.logProbability;
      this.largestTheta = Math.max(this.largestTheta, Math.abs(theta));
      this.add(weight, places, factors);
    }
    return this.logLikelihood + this.addPrior(parameters);
  }

  /** Adds one cell's terms, of which θ is a weighted sum of some parameters. */
  private add(weight: number, places: Uint32Array, factors: Float64Array): void {
    const { gradient, information, terms, size, hasTies } = this;
    const last = size - 1;
    for (let one = 0; one < places.length; one += 1) {
      const [row, factor] = [places[one]!, weight * factors[one]!];
      gradient[row]! += factor * terms.byTheta;
      if (hasTies) information[last * size + row]! += factor * terms.thetaTie;
      for (let other = 0; other < places.length; other += 1) information[row * size + places[other]!]! += factor * factors[other]! * terms.thetaTheta;
    }
    if (!hasTies) return;
    gradient[last]! += weight * terms.byTie;
    information[last * size + last]! += weight * terms.tieTie;
  }

  /** Adds the prior, or what holds the mean of the strengths at 0; fills the upper half. Returns the prior's logarithm. */
  private addPrior(parameters: Float64Array): number {
    const { gradient, information, size, strengths, shift, cells, hasTies } = this;
    if (hasTies) for (let row = 0; row < size - 1; row += 1) information[row * size + size - 1] = information[(size - 1) * size + row]!;
    const { priorSd } = this.options;
    if (priorSd === null) {
      for (let row = 0; row < strengths; row += 1) for (let column = 0; column < strengths; column += 1) information[row * size + column]! += shift;
      return 0;
    }
    let squares = 0;
    for (let row = 0; row < strengths + cells.effects.length; row += 1) {
      gradient[row]! -= parameters[row]! / priorSd ** 2;
      information[row * size + row]! += 1 / priorSd ** 2;
      squares += parameters[row]! ** 2;
    }
    return -squares / (2 * priorSd ** 2);
  }
}
