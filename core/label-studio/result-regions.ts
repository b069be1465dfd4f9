import { z } from 'zod';
import { storableJson, storableText } from '../database/storable-text.js';
import { META_KEY } from '../domain/label-names.js';
import { voteMetaSchema, type VoteMeta } from '../domain/vote.js';
import { REACT_CODE_TYPE, reactCodeValueSchema, type ReactCodeValue } from './react-code.js';

/**
 * What is kept of one region of a Label Studio result: the values a judgement is made of. Everything
 * else is left behind, because a region may quote the pair's text.
 */
export interface ResultRegion {
  readonly from_name: string;
  readonly type: string;
  readonly value: {
    readonly choices?: string[] | undefined;
    readonly text?: string[] | undefined;
    readonly rating?: number | undefined;
    readonly number?: number | undefined;
    readonly reactcode?: ReactCodeValue | undefined;
  };
  /** Only what the view wrote. */
  readonly meta: { readonly [META_KEY]: VoteMeta } | null;
}

const text = z.string().transform(storableText);
const textList = z.union([z.array(text), text.transform((one) => [one])]);

/** Which key of a region's value each control writes. A `text` is kept from a TextArea only: in other regions it quotes the task. */
const VALUE_KEYS: Readonly<Record<string, keyof ResultRegion['value']>> = {
  choices: 'choices',
  textarea: 'text',
  rating: 'rating',
  number: 'number',
  [REACT_CODE_TYPE]: 'reactcode',
};

const valueSchema = z.object({
  choices: textList.optional().catch(undefined),
  text: textList.optional().catch(undefined),
  rating: z.number().optional().catch(undefined),
  number: z.number().optional().catch(undefined),
  reactcode: z.looseObject({}).transform((one): unknown => JSON.parse(storableJson(one))).pipe(reactCodeValueSchema).optional().catch(undefined),
});

const metaSchema = z.object({ [META_KEY]: voteMetaSchema }).transform((meta): ResultRegion['meta'] => {
  const fields = Object.entries(meta[META_KEY]).map(([name, field]) => [name, typeof field === 'string' ? storableText(field) : field]);
  return { [META_KEY]: Object.fromEntries(fields) as VoteMeta };
});

const regionSchema = z
  .object({
    from_name: text,
    type: text.catch(''),
    value: valueSchema.catch({}),
    meta: metaSchema.nullable().catch(null),
  })
  .transform(({ from_name, type, value, meta }): ResultRegion => {
    const key = Object.hasOwn(VALUE_KEYS, type) ? VALUE_KEYS[type] : undefined;
    return { from_name, type, value: key === undefined || value[key] === undefined ? {} : { [key]: value[key] }, meta };
  });

/**
 * The regions of a result that can be read, reduced to what is kept; those that cannot are passed over. Null for what
 * is no list. Reading what was kept gives the same again.
 */
export function readRegions(result: unknown): ResultRegion[] | null {
  if (!Array.isArray(result)) return null;
  return result.flatMap((region) => {
    const parsed = regionSchema.safeParse(region);
    return parsed.success ? [parsed.data] : [];
  });
}
