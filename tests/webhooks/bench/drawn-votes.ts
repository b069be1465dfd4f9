import type { ItemVote } from '../../../core/domain/vote.js';
import { createFractions } from '../../../core/random.js';

/** Votes by number: vote v is rater `rater[v]`'s value `value[v]` for item `item[v]`. */
export interface DrawnVotes {
  readonly items: number;
  readonly raters: number;
  readonly values: readonly string[];
  readonly item: Int32Array;
  readonly rater: Int32Array;
  readonly value: Int32Array;
}

const RATERS = 50;
const VOTES_EACH = 3;
const VALUES = ['a', 'b', 'tie'];
/** How often each value is true. */
const SHARES = [0.45, 0.43, 0.12];

/** Each item is judged by 3 of 50 raters of unlike skill, who guess by the same shares where they do not know. Seeded. */
export function drawVotes(items: number, seed: number): DrawnVotes {
  const next = createFractions(seed);
  const pick = (): number => {
    const drawn = next();
    return drawn < SHARES[0]! ? 0 : drawn < SHARES[0]! + SHARES[1]! ? 1 : 2;
  };
  const skills = Array.from({ length: RATERS }, () => 0.6 + 0.35 * next());
  const [item, rater, value] = [0, 1, 2].map(() => new Int32Array(items * VOTES_EACH)) as [Int32Array, Int32Array, Int32Array];
  for (let index = 0; index < items; index += 1) {
    const truth = pick();
    const chosen = new Set<number>();
    while (chosen.size < VOTES_EACH) chosen.add(Math.floor(next() * RATERS));
    for (const [place, one] of [...chosen].entries()) {
      const vote = index * VOTES_EACH + place;
      item[vote] = index;
      rater[vote] = one;
      value[vote] = next() < skills[one]! ? truth : pick();
    }
  }
  return { items, raters: RATERS, values: VALUES, item, rater, value };
}

/** The same as votes by name, as a file gives them. Names sort as the numbers do. */
export function namedVotes({ item, rater, value, values }: DrawnVotes): ItemVote[] {
  return Array.from(item, (one, vote) => ({
    item: `item-${String(one).padStart(7, '0')}`,
    rater: `r${String(rater[vote]).padStart(2, '0')}`,
    value: values[value[vote]!]!,
  }));
}
