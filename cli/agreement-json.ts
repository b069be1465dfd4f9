import type { AgreementReport } from '../webhooks/statistics/agreement-report.js';
import type { AgreementFigures } from '../webhooks/statistics/agreement-figures.js';
import type { AgreementGroup, AgreementGroups } from '../webhooks/statistics/agreement-groups.js';
import type { Estimate, Interval } from '../webhooks/statistics/bootstrap.js';
import type { KappaEstimate } from '../webhooks/statistics/cohen-kappa.js';

/** The report as the JSON document of `--json`. What is undefined is null, with its reason beside it. */
export function agreementJson(report: AgreementReport): Record<string, unknown> {
  return {
    level: report.level,
    ...(report.dimension === undefined ? {} : { dimension: report.dimension }),
    n: report.n,
    values: report.values,
    ...figuresJson(report),
    cohen_kappa: report.cohenKappa.map(({ raters, kappa, linear, quadratic }) => ({
      raters,
      ...kappaJson(kappa),
      ...(linear === undefined ? {} : { linear: estimateJson(linear) }),
      ...(quadratic === undefined ? {} : { quadratic: estimateJson(quadratic) }),
    })),
    cohen_kappa_reason: report.cohenKappaReason ?? null,
    labels: report.labels,
    by: Object.fromEntries(Object.entries(GROUP_NAMES).flatMap(([kind, name]) => groupsJson(name, report.by[kind as keyof AgreementGroups]))),
    bootstrap: report.bootstrap,
  };
}

const GROUP_NAMES: Readonly<Record<keyof AgreementGroups, string>> = {
  batch: 'batch',
  domain: 'domain',
  dimension: 'dimension',
  pair: 'pair',
  againstOthers: 'rater_against_others',
  withSelf: 'rater_with_self',
  leftOut: 'rater_left_out',
};

function groupsJson(name: string, groups: readonly AgreementGroup[] | undefined): [string, unknown][] {
  if (groups === undefined) return [];
  const group = ({ name: part, level, figures, kappa, undecided }: AgreementGroup): Record<string, unknown> => ({
    name: part,
    level,
    ...figuresJson(figures),
    ...(kappa === undefined ? {} : { cohen_kappa: kappaJson(kappa) }),
    ...(undecided === undefined ? {} : { undecided }),
  });
  return [[name, groups.map(group)]];
}

function figuresJson(figures: AgreementFigures): Record<string, unknown> {
  return {
    percent_agreement: estimateJson(figures.percentAgreement),
    all_agree: estimateJson(figures.allAgree),
    krippendorff_alpha: estimateJson(figures.krippendorffAlpha),
    fleiss_kappa: estimateJson(figures.fleissKappa),
    gwet_ac1: estimateJson(figures.gwetAc1),
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
