import { z } from 'zod';
import { displayedOrderSchema, verdictSchema } from './verdict.js';

const name = z.union([z.string().min(1), z.number()]).transform(String);
const verdict = verdictSchema.nullable();
/** Only its length is used. Data sets have answers that a program read as a number or a truth value. */
const response = z.union([z.string(), z.number(), z.boolean()]).nullish();
const length = z.number().int().nonnegative();

const pairOfModels = {
  model_a: z.string().min(1),
  model_b: z.string().min(1),
  response_a: response,
  response_b: response,
  length_a: length.optional(),
  length_b: length.optional(),
};

/** One line of a file of comparisons: a verdict on the answers of two models; one that is missing has the value null. */
export const comparisonLineSchema = z.object({ item: name, ...pairOfModels, value: verdict, displayed: displayedOrderSchema.nullish() });

/** The other accepted shape: all verdicts on a pair, by rater, and the orders in which the raters saw it, where they are known. */
export const comparedItemLineSchema = z.object({
  id: name,
  ...pairOfModels,
  votes: z.record(z.string(), verdict),
  displayed: z.record(z.string(), displayedOrderSchema.nullable()).optional(),
});
