/** Annotations as Label Studio posts and lists them. */

export interface WireOptions {
  readonly id: number;
  readonly task: number;
  readonly user?: number;
  readonly project?: number;
  readonly verdict?: string;
  /** What is said beside the verdict and the rating. */
  readonly parts?: ResultParts;
  readonly cancelled?: boolean;
  readonly uniqueId?: string | null;
  /** Counts the states of an annotation: a later state has a later `updated_at`, by microseconds. */
  readonly version?: number;
}

export interface ResultParts {
  readonly strength?: string;
  /** Flags on side B. */
  readonly flags?: readonly string[];
  readonly staleDate?: string;
  readonly meta?: object;
}

export function verdictResult(verdict: string, { strength, flags = [], staleDate, meta }: ResultParts = {}): unknown[] {
  const choices = (name: string, values: readonly string[]) => ({ type: 'choices', from_name: name, to_name: 'prompt', value: { choices: values } });
  return [
    { id: 'v', type: 'choices', from_name: 'verdict', to_name: 'prompt', value: { choices: [verdict] }, ...(meta === undefined ? {} : { meta: { pairloop: meta } }) },
    { id: 'h', type: 'rating', from_name: 'helpful_a', to_name: 'prompt', value: { rating: 4 } },
    ...(strength === undefined ? [] : [choices('strength', [strength])]),
    ...(flags.length === 0 ? [] : [choices('b_flags', flags)]),
    ...(staleDate === undefined ? [] : [{ type: 'textarea', from_name: 'stale_date', to_name: 'prompt', value: { text: [staleDate] } }]),
  ];
}

export function wire(options: WireOptions) {
  const { id, task, user = 1, project = 1, verdict = 'a', cancelled = false, parts = {}, version = 0, uniqueId = uuidOf(id) } = options;
  return {
    id,
    task,
    project,
    completed_by: user,
    unique_id: uniqueId,
    result: cancelled ? [] : verdictResult(verdict, parts),
    was_cancelled: cancelled,
    ground_truth: false,
    lead_time: 3.5,
    created_at: '2026-01-02T03:04:05.000001Z',
    updated_at: `2026-01-02T03:04:06.${String(version + 1).padStart(6, '0')}Z`,
  };
}

export function uuidOf(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

export function event(action: string, annotation: unknown, project = 1) {
  return { action, annotation, project: { id: project }, task: { id: 1, data: { prompt_text: 'SECRET PROMPT' } } };
}
