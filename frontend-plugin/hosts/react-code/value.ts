import { LABEL_NAMES } from '../../../core/domain/label-names.js';
import { reactCodeValueSchema, type ReactCodeValue } from '../../../core/label-studio/react-code.js';
import type { VoteMeta } from '../../../core/domain/vote.js';
import { EMPTY_DRAFT, TEXT_FIELDS, type Draft } from '../../view/state/draft.js';

/** Whose judgement a value is. */
export interface ValueHead {
  readonly pair: string;
  readonly id: string;
}

/** The value that stores a draft (canonical sides), complete or not: equal drafts give equal JSON. */
export function writeValue({ pair, id }: ValueHead, draft: Draft, meta: VoteMeta, complete: boolean): ReactCodeValue {
  const { verdict, strength, flags } = draft;
  const rated = Object.entries(draft.likert).filter(([, levels]) => (levels.a ?? levels.b) !== undefined);
  const parts = {
    ...(strength === null ? {} : { strength }),
    likert: Object.fromEntries(rated),
    flags: { a: [...flags.a], b: [...flags.b] },
    ...Object.fromEntries(TEXT_FIELDS.filter((field) => draft[field] !== '').map((field) => [LABEL_NAMES[field], draft[field]])),
  };
  const head = { version: 1, pair, id, meta };
  // Parsed, so that it is written as it will be read, key by key.
  if (complete && verdict !== null) return reactCodeValueSchema.parse({ ...head, complete, verdict, ...parts });
  return reactCodeValueSchema.parse({ ...head, complete: false, draft: { ...(verdict === null ? {} : { verdict }), ...parts } });
}

/** The draft (canonical sides) in a value. */
export function draftOf(value: ReactCodeValue): Draft {
  const parts = value.complete ? value : value.draft;
  const { verdict = null, strength = null, likert, flags } = parts;
  const texts = Object.fromEntries(TEXT_FIELDS.map((field) => [field, parts[LABEL_NAMES[field]] ?? '']));
  return { ...EMPTY_DRAFT, ...texts, verdict, strength, likert, flags: { a: flags.a.toSorted(), b: flags.b.toSorted() } };
}

/** The judgement in what a region holds; undefined for anything else. */
export function readValue(value: unknown): ReactCodeValue | undefined {
  return reactCodeValueSchema.safeParse(value).data;
}
