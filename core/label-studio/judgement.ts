import { z } from 'zod';
import { flagsName, LABEL_NAMES, META_KEY } from '../domain/label-names.js';
import { strengthSchema, verdictSchema, type Strength, type Verdict } from '../domain/verdict.js';
import type { Judgement, VoteMeta } from '../domain/vote.js';
import { judgementOf, REACT_CODE_NAME, REACT_CODE_TYPE } from './react-code.js';
import type { ResultRegion } from './result-regions.js';

/** The judgement read from an annotation, or the reason why it holds none. */
export type Reading = { readonly judgement: Judgement } | { readonly unusable: string };

const LIKERT_NAME = /^([a-z][a-z0-9_]{0,39})_([ab])$/;
const likertLevel = z.number().int().min(1).max(5);

/**
 * Reads a judgement, in canonical sides, from the regions of a Label Studio result. Regions of unknown
 * names or types are passed over, and so are ratings that are no level from 1 to 5 (Label Studio stores
 * any). Exactly one verdict is needed: none, an unknown one or two different ones make the annotation
 * unusable. `null` stands for a result that is no list.
 *
 * In Enterprise the judgement is one ReactCode region, which has to be complete; more of them have to say the
 * same. Where `pair` (the pair's opaque id) is given, those of other pairs are passed over.
 */
export function readJudgement(regions: readonly ResultRegion[] | null, pair?: string): Reading {
  if (regions === null) return { unusable: 'its result is no list of regions' };
  const comparisons = regions.filter(({ from_name, type }) => from_name === REACT_CODE_NAME && type === REACT_CODE_TYPE);
  if (comparisons.length > 0) return readComparisons(comparisons, regions, pair);
  const verdict = readVerdict(regions);
  if ('unusable' in verdict) return verdict;
  const judgement: Judgement = {
    verdict: verdict.verdict,
    likert: readLikert(regions),
    rationale: readText(regions, LABEL_NAMES.rationale),
    critique: readText(regions, LABEL_NAMES.critique),
    policyReference: readText(regions, LABEL_NAMES.policyReference),
    strength: readStrength(regions, verdict.verdict),
    flags: { a: readFlags(regions, 'a'), b: readFlags(regions, 'b') },
    staleSource: readText(regions, LABEL_NAMES.staleSource),
    staleDate: readText(regions, LABEL_NAMES.staleDate),
    meta: verdict.meta,
  };
  return { judgement };
}

/** Whether two judgements say the same, whatever the view measured beside them (`meta`). */
export function sameJudgement(one: Judgement, other: Judgement): boolean {
  const fingerprint = ({ meta: _meta, likert, flags, ...rest }: Judgement): string =>
    JSON.stringify([
      Object.keys(rest).sort().map((name) => [name, rest[name as keyof typeof rest]]),
      Object.keys(likert).sort().map((name) => [name, likert[name]?.a ?? null, likert[name]?.b ?? null]),
      flags.a,
      flags.b,
    ]);
  return fingerprint(one) === fingerprint(other);
}

function readComparisons(comparisons: readonly ResultRegion[], regions: readonly ResultRegion[], pair: string | undefined): Reading {
  if (choicesOf(regions, LABEL_NAMES.verdict).length > 0) return { unusable: 'it has both a ReactCode judgement and a native verdict' };
  const values = comparisons.map(({ value }) => value.reactcode);
  const own = values.filter((value) => value === undefined || pair === undefined || value.pair === pair);
  if (own.length === 0) return { unusable: "its ReactCode judgement is another pair's" };
  const judgements: Judgement[] = [];
  for (const value of own) {
    if (value === undefined) return { unusable: 'its ReactCode judgement cannot be read' };
    if (!value.complete) return { unusable: 'its ReactCode judgement is not complete' };
    judgements.push(judgementOf(value));
  }
  const first = judgements[0]!;
  if (judgements.some((other) => !sameJudgement(first, other))) return { unusable: `it has ${judgements.length} ReactCode judgements that differ` };
  return { judgement: first };
}

function readVerdict(regions: readonly ResultRegion[]): { verdict: Verdict; meta: VoteMeta | null } | { unusable: string } {
  const named = regions.filter((region) => region.from_name === LABEL_NAMES.verdict && region.type === 'choices');
  const chosen = [...new Set(choicesOf(named, LABEL_NAMES.verdict))];
  if (chosen.length === 0) return { unusable: 'it has no verdict' };
  if (chosen.length > 1) return { unusable: `it has ${chosen.length} different verdicts` };
  const parsed = verdictSchema.safeParse(chosen[0]);
  if (!parsed.success) return { unusable: `its verdict ${JSON.stringify(chosen[0]?.slice(0, 40))} is none of a, b, tie, both_bad` };
  return { verdict: parsed.data, meta: named.find((region) => region.meta !== null)?.meta?.[META_KEY] ?? null };
}

function readLikert(regions: readonly ResultRegion[]): Judgement['likert'] {
  const likert = new Map<string, { a?: number; b?: number }>();
  for (const { from_name: name, value } of regions) {
    const [, dimension, side] = LIKERT_NAME.exec(name) ?? [];
    const level = likertLevel.safeParse(value.rating ?? value.number);
    if (dimension === undefined || !level.success) continue;
    likert.set(dimension, { ...likert.get(dimension), [side === 'a' ? 'a' : 'b']: level.data });
  }
  return Object.fromEntries([...likert].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** A strength says how clear a win is; on a tie or both bad it says nothing and is dropped, as are two that differ. */
function readStrength(regions: readonly ResultRegion[], verdict: Verdict): Strength | null {
  if (verdict !== 'a' && verdict !== 'b') return null;
  const chosen = [...new Set(choicesOf(regions, LABEL_NAMES.strength))];
  const parsed = strengthSchema.safeParse(chosen[0]);
  return chosen.length === 1 && parsed.success ? parsed.data : null;
}

function readFlags(regions: readonly ResultRegion[], side: 'a' | 'b'): string[] {
  return [...new Set(choicesOf(regions, flagsName(side)))].sort();
}

function choicesOf(regions: readonly ResultRegion[], name: string): readonly string[] {
  return regions.filter((region) => region.from_name === name && region.type === 'choices').flatMap((region) => region.value.choices ?? []);
}

/** All texts and choices under a name, one per line; null when there are none or they are blank. */
function readText(regions: readonly ResultRegion[], name: string): string | null {
  const lines = regions.filter((region) => region.from_name === name).flatMap((region) => region.value.text ?? region.value.choices ?? []);
  const text = lines.join('\n').trim();
  return text === '' ? null : text;
}
