/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * The one text of a JSON value by RFC 8785: no blanks, keys in the order of their UTF-16 units, numbers and strings as ECMAScript
 * writes them.
 *
 * @throws RangeError for a number that is not finite and for text with half a surrogate pair, which JSON cannot carry.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'string') return textOf(value);
  if (typeof value === 'number') return numberOf(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${textOf(key)}:${canonicalJson(value[key]!)}`).join(',')}}`;
}

function isList(value: readonly Json[] | { readonly [key: string]: Json }): value is readonly Json[] {
  return Array.isArray(value);
}

function textOf(text: string): string {
  if (LONE_SURROGATE.test(text)) throw new RangeError(`${JSON.stringify(text)} has half a surrogate pair`);
  return JSON.stringify(text);
}

function numberOf(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} is no number in JSON`);
  return JSON.stringify(value);
}
