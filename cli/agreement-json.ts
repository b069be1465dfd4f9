import type { AgreementReport } from '../webhooks/statistics/agreement-report.js';
import type { Estimate, Interval } from '../webhooks/statistics/bootstrap.js';
import type { KappaEstimate } from '../webhooks/statistics/cohen-kappa.js';

/** The report as the JSON document of `--json`. What is undefined is null, with its reason beside it. */
export function agreementJson(report: AgreementReport): Record<string, unknown> {
  return {
    level: report.level,
    n: report.n,
    values: report.values,
    percent_agreement: estimateJson(report.percentAgreement),
    all_agree: estimateJson(report.allAgree),
    krippendorff_alpha: estimateJson(report.krippendorffAlpha),
    fleiss_kappa: estimateJson(report.fleissKappa),
    gwet_ac1: estimateJson(report.gwetAc1),
    cohen_kappa: report.cohenKappa.map(({ raters, kappa, linear, quadratic }) => ({
      raters,
      ...kappaJson(kappa),
      ...(linear === undefined ? {} : { linear: estimateJson(linear) }),
      ...(quadratic === undefined ? {} : { quadratic: estimateJson(quadratic) }),
    })),
    cohen_kappa_reason: report.cohenKappaReason ?? null,
    bootstrap: report.bootstrap,
  };
}

function kappaJson(kappa: KappaEstimate): Record<string, unknown> {
  const { observed, expected } = kappa;
  return { ...estimateJson(kappa), observed, expected };
}

function estimateJson({ value, n, interval, reason }: Estimate): Record<string, unknown> {
  return { value, n, interval: interval === null ? null : intervalJson(interval), reason: reason ?? null };
}

export function intervalJson({ low, high, level, resamples, undefinedResamples }: Interval): Record<string, unknown> {
  return { low, high, level, resamples, undefined_resamples: undefinedResamples };
}
