import { z } from 'zod';
import { rubricSchema } from '../../core/domain/rubric.js';
import { taskDataSchema } from '../../core/label-studio/task-data.js';

/** A rubric with all that the preview page shows of it: what its files say at the moment of asking. */
export const previewedRubricSchema = z.object({
  rubric: rubricSchema,
  guideline: z.object({ version: z.string(), sha256: z.string(), markdown: z.string() }),
  label_config: z.object({ xml: z.string(), hash: z.string() }),
  pairs: z.array(z.object({ id: z.string(), task: taskDataSchema })).min(1),
});
export type PreviewedRubric = z.infer<typeof previewedRubricSchema>;

/** A rubric that cannot be shown: a sentence with file, line and field. */
export const previewFaultSchema = z.object({ error: z.string() });

/** The rubrics to choose from, as their files name them; a rubric given by its path is the first. */
export const previewChoicesSchema = z.object({ rubrics: z.array(z.string()).min(1) });
