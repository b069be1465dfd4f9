import { z } from 'zod';

/** As facts are stored. */
export const factSchema = z.discriminatedUnion('kind', [
  /** A gold item was answered; `batchId` is the batch it was sent in. */
  z.object({ kind: z.literal('gold'), batchId: z.number(), passed: z.boolean() }),
  /** An attention check was answered. */
  z.object({ kind: z.literal('attention'), passed: z.boolean() }),
  /** An impossible item was answered; it is passed by leaving it unjudged. */
  z.object({ kind: z.literal('impossible'), passed: z.boolean() }),
  /** A vote was cast before a person can have read the pair. */
  z.object({ kind: z.literal('too_fast') }),
  /** Cohen's κ with the majority of the others over `golds` gold items answered since the tests last began, and the upper end of its 95 % interval. */
  z.object({ kind: z.literal('kappa'), golds: z.number(), value: z.number(), high: z.number() }),
  /** A person decided: whatever was known before, the rater is paused or goes on from a clean sheet. */
  z.object({ kind: z.literal('decision'), to: z.enum(['paused', 'active']), reason: z.string() }),
  /** The rater's way through a calibration session; one that is failed leads back to the pause. */
  z.object({ kind: z.literal('calibration'), step: z.enum(['begun', 'passed', 'failed']) }),
]);

/** One thing that became known about a rater in a project. */
export type Fact = z.infer<typeof factSchema>;
export type GoldFact = Extract<Fact, { kind: 'gold' }>;

/** A fact as it is kept: told again under the same id it counts once, and replaces what was told before. */
export interface KeptFact {
  readonly id: string;
  readonly at: Date;
  readonly fact: Fact;
}
