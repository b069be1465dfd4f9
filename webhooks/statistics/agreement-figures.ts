import { estimateTogether, type BootstrapOptions, type Estimate } from './bootstrap.js';
import { fleissKappa } from './fleiss-kappa.js';
import { gwetAc1 } from './gwet-ac1.js';
import { krippendorffAlpha, type MeasurementLevel } from './krippendorff-alpha.js';
import { allAgreeShare, percentAgreement } from './percent-agreement.js';
import type { ValueCounts } from './value-counts.js';

/** The figures that do not ask who gave a vote. */
export interface AgreementFigures {
  readonly percentAgreement: Estimate;
  readonly allAgree: Estimate;
  readonly krippendorffAlpha: Estimate;
  /** Of values that are equal or not, whatever the level. */
  readonly fleissKappa: Estimate;
  /** Of values that are equal or not, whatever the level. */
  readonly gwetAc1: Estimate;
}

/** All of them on the same resamples. @throws PairloopError (usage) when the level needs numbers and a value is text. */
export function agreementFigures(counts: ValueCounts, level: MeasurementLevel, bootstrap: BootstrapOptions): AgreementFigures {
  const statistics = [percentAgreement(counts), allAgreeShare(counts), krippendorffAlpha(counts, level), fleissKappa(counts), gwetAc1(counts)];
  const [percent, allAgree, alpha, fleiss, ac1] = estimateTogether(statistics, bootstrap) as [Estimate, Estimate, Estimate, Estimate, Estimate];
  return { percentAgreement: percent, allAgree, krippendorffAlpha: alpha, fleissKappa: fleiss, gwetAc1: ac1 };
}
