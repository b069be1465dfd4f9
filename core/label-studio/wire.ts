import { z } from 'zod';

/** Label Studio's messages as we rely on them (1.23.2). Unknown fields pass through unread. */

const idOrObject = z.union([z.number().int(), z.object({ id: z.number().int() }).loose().transform((o) => o.id)]);

export const annotationSchema = z
  .object({
    id: z.number().int(),
    task: idOrObject.nullish(),
    project: idOrObject.nullish(),
    completed_by: idOrObject.nullish(),
    unique_id: z.string().nullish(),
    result: z.unknown(),
    was_cancelled: z.boolean().default(false),
    ground_truth: z.boolean().default(false),
    lead_time: z.number().nullish(),
    created_at: z.iso.datetime({ offset: true }).nullish(),
    updated_at: z.iso.datetime({ offset: true }).nullish(),
  })
  .loose();
export type AnnotationWire = z.infer<typeof annotationSchema>;

export const taskSchema = z
  .object({
    id: z.number().int(),
    data: z.record(z.string(), z.unknown()),
    project: z.number().int().nullish(),
    annotations: z.array(annotationSchema).default([]),
  })
  .loose();
export type TaskWire = z.infer<typeof taskSchema>;

export const userSchema = z.object({ id: z.number().int(), email: z.string() }).loose();
export type UserWire = z.infer<typeof userSchema>;

export const projectSchema = z
  .object({
    id: z.number().int(),
    title: z.string(),
    label_config: z.string().nullish(),
    model_version: z.string().nullish(),
    task_number: z.number().int().nullish(),
  })
  .loose();
export type ProjectWire = z.infer<typeof projectSchema>;

const labelCounts = z.record(z.string(), z.record(z.string(), z.number())).nullish().transform((counts) => counts ?? {});

/** What a project's annotations and drafts use, as Label Studio counts it. Keys of `created_annotations` are `name|toName|type`. */
export const projectSummarySchema = z
  .object({
    created_annotations: z.record(z.string(), z.number()).nullish().transform((counts) => counts ?? {}),
    /** Uses of each choice, by control. */
    created_labels: labelCounts,
    created_labels_drafts: labelCounts,
  })
  .loose();
export type ProjectSummaryWire = z.infer<typeof projectSummarySchema>;

export const webhookSchema = z
  .object({
    id: z.number().int(),
    url: z.string(),
    project: z.number().int().nullish(),
    is_active: z.boolean(),
    headers: z.record(z.string(), z.string()).default({}),
  })
  .loose();
export type WebhookWire = z.infer<typeof webhookSchema>;

export const mlBackendSchema = z.object({ id: z.number().int(), url: z.string(), project: z.number().int() }).loose();
export type MlBackendWire = z.infer<typeof mlBackendSchema>;

export const predictionSchema = z
  .object({ id: z.number().int(), task: z.number().int(), model_version: z.string().nullish(), score: z.number().nullish(), cluster: z.number().int().nullish() })
  .loose();
export type PredictionWire = z.infer<typeof predictionSchema>;
