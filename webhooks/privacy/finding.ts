/**
 * What is redacted, the most telling first: of findings that overlap, the first kind in this list names
 * the token.
 */
export const FINDING_KINDS = ['secret', 'card', 'iban', 'email', 'ip', 'phone'] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/** A stretch of text to be redacted: UTF-16 offsets, `end` exclusive. */
export interface Finding {
  readonly kind: FindingKind;
  readonly start: number;
  readonly end: number;
  /** The value in one spelling, so that every way of writing it gives the same token. */
  readonly value: string;
}

/** Finds every value of one kind, in time linear in the text's length. Never throws; findings may overlap. */
export type Finder = (text: string) => Finding[];

/** The `size` characters before `index`, where labels such as "order number" stand. */
export function textBefore(text: string, index: number, size: number): string {
  return text.slice(Math.max(0, index - size), index);
}
