import { VERDICTS, type Verdict } from '../../../core/domain/verdict.js';
import type { Hypotheses } from './likelihood.js';

/** What a rater does who has not read the pair. */
type Guess = 'side' | 'any' | 'shared';

/** How a simulated rater behaves. Shares and probabilities are between 0 and 1. */
export interface RaterKind {
  readonly name: string;
  readonly what: string;
  /** Share of tasks that are read. */
  readonly reads: number;
  /** Probability of an accepted verdict on a pair that is read; the others are then equally likely. */
  readonly right: number;
  /** Without reading: a side by coin, any of the four verdicts, or what the group agreed on. */
  readonly guess: Guess;
  /** Share of votes that are faster than the pair can be read. */
  readonly tooFast: number;
  /** After so many golds `right` becomes `to`, and golds are counted from there. */
  readonly fall?: { readonly after: number; readonly to: number };
}

/** Golds that a drifting rater answers well before the fall. */
const GOLDS_BEFORE_FALL = 200;
const SLIPS = 0.001;

/** The raters that `simulate` tries, the first, second and last as the hypotheses say. */
export function raterKinds({ good, bad }: Hypotheses): readonly RaterKind[] {
  const careful = { reads: 1, guess: 'any', tooFast: SLIPS } as const;
  return [
    { name: 'good', what: `${percent(good)} right`, ...careful, right: good },
    { name: 'noisy', what: `${percent(bad)} right`, ...careful, right: bad },
    { name: 'biased', what: 'takes one displayed side on 40 %, else good', ...careful, right: good, reads: 0.6, guess: 'side' },
    { name: 'lazy', what: 'reads every second pair, else takes a side', right: good, reads: 0.5, guess: 'side', tooFast: 0.1 },
    { name: 'fast', what: '75 % right, half of the votes too fast', reads: 1, right: 0.75, guess: 'any', tooFast: 0.5 },
    { name: 'coin', what: 'a or b by coin', right: good, reads: 0, guess: 'side', tooFast: 0.3 },
    { name: 'clicker', what: 'any of the four verdicts', right: good, reads: 0, guess: 'any', tooFast: 0.3 },
    { name: 'colluding', what: 'a group with one answer, right on 60 %', right: good, reads: 0, guess: 'shared', tooFast: 0.3 },
    { name: 'drifting', what: `${percent(good)} right for ${GOLDS_BEFORE_FALL} golds, then ${percent(bad)}`, ...careful, right: good, fall: { after: GOLDS_BEFORE_FALL, to: bad } },
  ];
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** One thing to judge: what is accepted, and what a group of colluders agreed to say. */
export interface SimulatedItem {
  readonly accepted: Verdict;
  readonly shared: Verdict;
}

/** How often each verdict is the accepted one of a gold item: a, b, tie, both bad. */
const ACCEPTED_SHARES = [0.4, 0.4, 0.1, 0.1];
const SHARED_RIGHT = 0.6;

export function drawItem(random: () => number): SimulatedItem {
  let left = random();
  const accepted = VERDICTS.find((_, at) => (left -= ACCEPTED_SHARES[at]!) < 0) ?? 'a';
  return { accepted, shared: random() < SHARED_RIGHT ? accepted : otherThan(accepted, random) };
}

/** The verdict of a rater, after `golds` golds. */
export function drawVerdict(kind: RaterKind, item: SimulatedItem, golds: number, random: () => number): Verdict {
  if (random() >= kind.reads) return guessed(kind.guess, item, random);
  const right = kind.fall !== undefined && golds >= kind.fall.after ? kind.fall.to : kind.right;
  return random() < right ? item.accepted : otherThan(item.accepted, random);
}

/** Who reads follows an attention check's text, and leaves an impossible item alone, nearly always. */
const NOTICED = 0.99;

/** Whether an attention check or an impossible item is passed; without reading, by chance: one of four verdicts is the right one. */
export function drawNoticed(kind: RaterKind, random: () => number): boolean {
  return random() < kind.reads ? random() < NOTICED : random() < 1 / VERDICTS.length;
}

function guessed(guess: Guess, { shared }: SimulatedItem, random: () => number): Verdict {
  if (guess === 'shared') return shared;
  return VERDICTS[Math.floor(random() * (guess === 'side' ? 2 : VERDICTS.length))]!;
}

export function otherThan(verdict: Verdict, random: () => number): Verdict {
  const step = 1 + Math.floor(random() * (VERDICTS.length - 1));
  return VERDICTS[(VERDICTS.indexOf(verdict) + step) % VERDICTS.length]!;
}
