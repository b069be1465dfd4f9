/** A gold item was answered; `batchId` is the batch it was sent in. */
export interface GoldFact {
  readonly kind: 'gold';
  readonly batchId: number;
  readonly passed: boolean;
}

/** An attention check was answered, or an impossible item, which is passed by leaving it unjudged. */
interface AttentionFact {
  readonly kind: 'attention' | 'impossible';
  readonly passed: boolean;
}

/** A vote was cast before a person can have read the pair. */
interface TooFastFact {
  readonly kind: 'too_fast';
}

/** Cohen's κ of the rater with the majority of the others, over the gold items answered since the tests last began. */
interface KappaFact {
  readonly kind: 'kappa';
  /** Gold items that it was computed over. */
  readonly golds: number;
  readonly value: number;
  /** Upper end of its 95 % interval. */
  readonly high: number;
}

/** A person decided: whatever was known before, the rater is paused or goes on from a clean sheet. */
interface DecisionFact {
  readonly kind: 'decision';
  readonly to: 'paused' | 'active';
  readonly reason: string;
}

/** The rater's way through a calibration session; one that is failed leads back to the pause. */
interface CalibrationFact {
  readonly kind: 'calibration';
  readonly step: 'begun' | 'passed' | 'failed';
}

/** One thing that became known about a rater in a project. */
export type Fact = GoldFact | AttentionFact | TooFastFact | KappaFact | DecisionFact | CalibrationFact;

/** A fact as it is kept: told again under the same id it counts once, and replaces what was told before. */
export interface KeptFact {
  readonly id: string;
  readonly at: Date;
  readonly fact: Fact;
}
