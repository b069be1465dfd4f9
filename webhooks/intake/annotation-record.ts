import { z } from 'zod';
import { readRegions, type ResultRegion } from '../../core/label-studio/result-regions.js';

/** What is kept of one annotation, from a webhook or from the API alike. Times are ISO 8601 text with Label Studio's microseconds. */
export interface AnnotationRecord {
  readonly id: number;
  readonly task: number | null;
  readonly project: number | null;
  readonly completed_by: number | null;
  /** Webhooks show it, the API does not. */
  readonly unique_id: string | null;
  /** Null when Label Studio holds something that is no list. */
  readonly result: ResultRegion[] | null;
  readonly was_cancelled: boolean;
  readonly lead_time: number | null;
  readonly created_at: string | null;
  readonly updated_at: string;
}

const INT4_MAX = 2_147_483_647;

export const labelStudioId = z.number().int().min(1).max(INT4_MAX);
const idOrObject = z.union([labelStudioId, z.object({ id: labelStudioId }).transform((object) => object.id)]);
/** Years and offsets that both JavaScript and PostgreSQL read alike. */
const instant = z.iso.datetime({ offset: true }).regex(/^(19|20|21)\d\d-.*(Z|[+-](0\d|1[0-4]):\d\d)$/);

/** Reads an annotation as Label Studio shows it. Needed are an id and the time of the last change; the rest may be missing or odd. */
export const annotationRecordSchema: z.ZodType<AnnotationRecord> = z.object({
  id: labelStudioId,
  task: idOrObject.nullable().catch(null),
  project: idOrObject.nullable().catch(null),
  completed_by: idOrObject.nullable().catch(null),
  unique_id: z.guid().toLowerCase().nullable().catch(null),
  result: z.unknown().transform(readRegions),
  was_cancelled: z.boolean().catch(false),
  lead_time: z.number().nullable().catch(null),
  created_at: instant.nullable().catch(null),
  updated_at: instant,
});
