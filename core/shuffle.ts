/** A random integer from 0 to below `bound`. */
export type RandomInt = (bound: number) => number;

/** The items in an order drawn with `randomInt`, each equally likely (Fisher–Yates, Knuth TAOCP 2, 3.4.2 P). */
export function shuffle<T>(items: readonly T[], randomInt: RandomInt): T[] {
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const chosen = randomInt(last + 1);
    [shuffled[last], shuffled[chosen]] = [shuffled[chosen]!, shuffled[last]!];
  }
  return shuffled;
}
