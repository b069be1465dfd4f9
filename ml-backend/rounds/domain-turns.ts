import { PairloopError } from '../../core/errors.js';

/**
 * Whose turn each pick of a round is, so that domains are budgeted separately and none starves: every
 * domain has one turn first, the largest beginning; after that the turns follow the sizes as seats follow
 * votes (Sainte-Laguë: the next turn goes to the highest size / (2 · turns + 1)). So every beginning of the
 * sequence is shared in proportion, as well as whole numbers can. Ties go to the domain named first.
 * A domain has at most as many turns as pairs. One that has nothing more to give, answered by `false` to its turn, has
 * no further ones, and that turn goes to another.
 *
 * @param sizes pairs in each domain
 * @param k turns in all; ends earlier when every pair had its turn
 * @returns for each turn the domain's place in `sizes`
 */
export function* domainTurns(sizes: readonly number[], k: number): Generator<number, void, boolean | undefined> {
  const turns = sizes.map(() => 0);
  const ended = sizes.map(() => false);
  for (let turn = 0; turn < k; ) {
    let next = -1;
    for (const [domain, size] of sizes.entries()) {
      if (turns[domain]! >= size || ended[domain]!) continue;
      if (next === -1 || comesBefore(size, turns[domain]!, sizes[next]!, turns[next]!)) next = domain;
    }
    if (next === -1) return;
    if ((yield next) === false) {
      ended[next] = true;
    } else {
      turns[next] = turns[next]! + 1;
      turn += 1;
    }
  }
}

function comesBefore(size: number, turns: number, otherSize: number, otherTurns: number): boolean {
  if ((turns === 0) !== (otherTurns === 0)) return turns === 0;
  return size * (2 * otherTurns + 1) > otherSize * (2 * turns + 1);
}

/**
 * How many picks each domain may have: one with a budget as many as that, or all it has; the others share what is left
 * of k, in turns as of `domainTurns`. Without budgets, as many as it has.
 *
 * @param domains each domain's name and number of pairs
 * @throws PairloopError (usage) naming a budget whose domain has no pairs.
 */
export function domainShares(domains: readonly { readonly name: string; readonly size: number }[], k: number, budgets: Readonly<Record<string, number>>): number[] {
  const budgetOf = new Map(Object.entries(budgets));
  if (budgetOf.size === 0) return domains.map(({ size }) => size);
  const unknown = [...budgetOf.keys()].find((name) => !domains.some((domain) => domain.name === name));
  if (unknown !== undefined) {
    throw new PairloopError(`budgets names the domain ${JSON.stringify(unknown)}, which has no pair to pick; there are ${domains.map(({ name }) => name).join(', ')}.`, 'usage');
  }
  const shares = domains.map(({ name, size }) => Math.min(size, budgetOf.get(name) ?? 0));
  const rest = domains.map(({ name, size }) => (budgetOf.has(name) ? 0 : size));
  const left = k - shares.reduce((sum, share) => sum + share, 0);
  for (const domain of domainTurns(rest, left)) shares[domain] = shares[domain]! + 1;
  return shares;
}
