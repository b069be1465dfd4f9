/** A reward head as far as its age goes. */
export interface HeadAge {
  readonly trainedAt: Date;
  /** How many pairs of its project were accepted, or accepted with another verdict, since. */
  readonly acceptedSince: number;
}

/** From when on a head is stale. */
export interface StalenessRule {
  /** So many accepted pairs that it has not seen, at least 1. */
  readonly pairsMax: number;
  /** So many days, above 0. */
  readonly daysMax: number;
}

const DAY_MS = 86_400_000;

/**
 * Why a head is stale, in words; null when it is fresh. A head of the future (clocks differ) is as fresh as a new one.
 */
export function staleReason({ trainedAt, acceptedSince }: HeadAge, { pairsMax, daysMax }: StalenessRule, now: Date): string | null {
  const days = (now.getTime() - trainedAt.getTime()) / DAY_MS;
  const reasons = [
    ...(acceptedSince >= pairsMax ? [`${acceptedSince} pairs were accepted since it was trained (${pairsMax} make it stale)`] : []),
    ...(days >= daysMax ? [`it is ${Math.floor(days)} days old (${daysMax} make it stale)`] : []),
  ];
  return reasons.length === 0 ? null : reasons.join(' and ');
}
