/**
 * Names of the native controls that carry a vote in a Label Studio result. The label-config compiler
 * writes them, the view and the replay fill them, the webhook service reads them.
 */
export const LABEL_NAMES = {
  /** Required Choices with the values of VERDICTS; its result's meta carries the VoteMeta. */
  verdict: 'verdict',
  /** Choices with the values of STRENGTHS, where the rubric asks for it. */
  strength: 'strength',
  rationale: 'rationale',
  critique: 'critique',
  policyReference: 'policy_reference',
  staleSource: 'stale_source',
  staleDate: 'stale_date',
} as const;

/** Name of the object tag (the prompt's text) that every control is tied to, because all of them judge the whole pair: the `to_name` of each result. */
export const OBJECT_NAME = 'prompt';

/** Name of the Rating that carries one rubric dimension's Likert value for one canonical side. */
export function likertName(dimension: string, side: 'a' | 'b'): string {
  return `${dimension}_${side}`;
}

/** Name of the Choices that carry the flags of one canonical side; the side is first, so that no dimension's Rating can have the same name. */
export function flagsName(side: 'a' | 'b'): string {
  return `${side}_flags`;
}

/** Key under a result's `meta` where Pairloop keeps what no native control holds. */
export const META_KEY = 'pairloop';
