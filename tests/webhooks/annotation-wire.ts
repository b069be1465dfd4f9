/** Annotations as Label Studio posts and lists them. */

export interface WireOptions {
  readonly id: number;
  readonly task: number;
  readonly user?: number;
  readonly project?: number;
  readonly verdict?: string;
  readonly cancelled?: boolean;
  readonly uniqueId?: string | null;
  /** Counts the states of an annotation: a later state has a later `updated_at`, by microseconds. */
  readonly version?: number;
}

export function verdictResult(verdict: string): unknown[] {
  return [
    { id: 'v', type: 'choices', from_name: 'verdict', to_name: 'prompt', value: { choices: [verdict] } },
    { id: 'h', type: 'rating', from_name: 'helpful_a', to_name: 'prompt', value: { rating: 4 } },
  ];
}

export function wire(options: WireOptions) {
  const { id, task, user = 1, project = 1, verdict = 'a', cancelled = false, version = 0, uniqueId = uuidOf(id) } = options;
  return {
    id,
    task,
    project,
    completed_by: user,
    unique_id: uniqueId,
    result: cancelled ? [] : verdictResult(verdict),
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
