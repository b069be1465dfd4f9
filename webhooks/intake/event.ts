import { z } from 'zod';
import { annotationRecordSchema, labelStudioId, type AnnotationRecord } from './annotation-record.js';

/** What an event of Label Studio tells about annotations, reduced to what is kept. */
export type EventContent =
  | { readonly kind: 'annotations'; readonly annotations: AnnotationRecord[] }
  | { readonly kind: 'annotations-deleted'; readonly annotationIds: number[] }
  | { readonly kind: 'tasks-deleted'; readonly taskIds: number[] };

export interface WebhookEvent {
  readonly action: string;
  /** Label Studio's id of the project; null when the event names none. */
  readonly projectId: number | null;
  /** Null: the event changes no annotation. */
  readonly content: EventContent | null;
  /** Why the content of a known action could not be read; null when it could. */
  readonly fault: string | null;
}

const envelopeSchema = z.object({
  action: z.string().regex(/^[A-Z][A-Z_]{0,63}$/),
  project: z.object({ id: labelStudioId }).nullable().catch(null),
});

const idList = z.array(z.object({ id: labelStudioId })).transform((list) => list.map((one) => one.id));

const contentSchemas: Readonly<Record<string, z.ZodType<EventContent>>> = {
  ANNOTATION_CREATED: singleAnnotation(),
  ANNOTATION_UPDATED: singleAnnotation(),
  ANNOTATIONS_CREATED: z
    .object({ annotation: z.array(annotationRecordSchema) })
    .transform(({ annotation }) => ({ kind: 'annotations' as const, annotations: annotation })),
  ANNOTATIONS_DELETED: z
    .object({ annotations: idList })
    .transform(({ annotations }) => ({ kind: 'annotations-deleted' as const, annotationIds: annotations })),
  TASKS_DELETED: z.object({ tasks: idList }).transform(({ tasks }) => ({ kind: 'tasks-deleted' as const, taskIds: tasks })),
};

function singleAnnotation(): z.ZodType<EventContent> {
  return z
    .object({ annotation: annotationRecordSchema })
    .transform(({ annotation }) => ({ kind: 'annotations' as const, annotations: [annotation] }));
}

/**
 * Reads the body of a webhook. What is not needed for judgements (the task's data, the project's settings and token,
 * what a region quotes) is left behind here, before anything is stored. Undefined for a body that is no event at
 * all (no object, or no action).
 */
export function readEvent(body: unknown): WebhookEvent | undefined {
  const envelope = envelopeSchema.safeParse(body);
  if (!envelope.success) return undefined;
  const { action, project } = envelope.data;
  const schema = Object.hasOwn(contentSchemas, action) ? contentSchemas[action] : undefined;
  const event = { action, projectId: project?.id ?? null, content: null, fault: null };
  if (schema === undefined) return event;
  const content = schema.safeParse(body);
  if (content.success) return { ...event, content: content.data };
  const issue = content.error.issues[0];
  return { ...event, fault: `its ${issue?.path.join('.') ?? 'body'} cannot be read: ${issue?.message ?? 'unknown shape'}` };
}

/** Reads back the content that was stored with a delivery. */
export const storedContentSchema: z.ZodType<EventContent> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('annotations'), annotations: z.array(annotationRecordSchema) }),
  z.object({ kind: z.literal('annotations-deleted'), annotationIds: z.array(labelStudioId) }),
  z.object({ kind: z.literal('tasks-deleted'), taskIds: z.array(labelStudioId) }),
]);
