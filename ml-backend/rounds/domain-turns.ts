/**
 * Whose turn each pick of a round is, so that domains are budgeted separately and none starves: every
 * domain has one turn first, the largest beginning; after that the turns follow the sizes as seats follow
 * votes (Sainte-Laguë: the next turn goes to the highest size / (2 · turns + 1)). So every beginning of the
 * sequence is shared in proportion, as well as whole numbers can. Ties go to the domain named first.
 * A domain has at most as many turns as pairs.
 *
 * @param sizes pairs in each domain, at least 1 each
 * @param k turns in all; ends earlier when every pair had its turn
 * @returns for each turn the domain's place in `sizes`
 */
export function* domainTurns(sizes: readonly number[], k: number): Generator<number, void, undefined> {
  const turns = sizes.map(() => 0);
  for (let turn = 0; turn < k; turn += 1) {
    let next = -1;
    for (const [domain, size] of sizes.entries()) {
      if (turns[domain]! < size && (next === -1 || comesBefore(size, turns[domain]!, sizes[next]!, turns[next]!))) next = domain;
    }
    if (next === -1) return;
    turns[next] = turns[next]! + 1;
    yield next;
  }
}

function comesBefore(size: number, turns: number, otherSize: number, otherTurns: number): boolean {
  if ((turns === 0) !== (otherTurns === 0)) return turns === 0;
  return size * (2 * otherTurns + 1) > otherSize * (2 * turns + 1);
}
