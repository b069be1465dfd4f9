import { z } from 'zod';
import type { LabelStudioClient } from './client.js';
import type { AnnotationWire, ProjectSummaryWire } from './wire.js';

const resultSchema = z.object({ from_name: z.string(), to_name: z.string(), type: z.string(), value: z.record(z.string(), z.unknown()) });

/** Uses of each control (`name|toName|type`), and of each choice by control, in annotations; each annotation counts once. */
export type StoredResults = Pick<ProjectSummaryWire, 'created_annotations' | 'created_labels'>;

/** No results at all. */
export function noResults(): StoredResults {
  return { created_annotations: {}, created_labels: {} };
}

/**
 * Counts what a project's annotations use, skipped ones included, from the annotations themselves: Label Studio's
 * own count (its project summary) leaves out those that were imported together with their tasks (1.23.2). With `words`
 * only tasks whose annotations hold one of them are read. Gives the counts after each page, with the number of tasks read.
 */
export async function* countStoredResults(
  labelStudio: LabelStudioClient,
  projectId: number,
  words?: readonly string[],
): AsyncGenerator<{ readonly tasks: number; readonly counts: StoredResults }> {
  const counts = noResults();
  let tasks = 0;
  for await (const page of labelStudio.annotatedTasks(projectId, words)) {
    for (const annotation of page.flatMap((task) => task.annotations)) countAnnotation(counts, annotation);
    tasks += page.length;
    yield { tasks, counts };
  }
}

function countAnnotation(counts: StoredResults, { result }: AnnotationWire): void {
  const results = (Array.isArray(result) ? result : []).flatMap((one: unknown) => resultSchema.safeParse(one).data ?? []);
  const controls = new Set(results.map(({ from_name, to_name, type }) => [from_name, to_name, type.toLowerCase()].join('|')));
  for (const key of controls) counts.created_annotations[key] = (counts.created_annotations[key] ?? 0) + 1;
  for (const name of new Set(results.map(({ from_name }) => from_name))) {
    const labels = (counts.created_labels[name] ??= {});
    const used = results.filter(({ from_name }) => from_name === name).flatMap(({ type, value }) => namesIn(value[type]));
    for (const label of new Set(used)) labels[label] = (labels[label] ?? 0) + 1;
  }
}

/** Choices and labels are lists of names under their type; other values are not. */
function namesIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
