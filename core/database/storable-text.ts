/** PostgreSQL stores neither NUL nor half of a surrogate pair; both become the replacement character. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').replaceAll(/\p{Surrogate}/gu, '\uFFFD');
}

/** A value as JSON text that a jsonb column takes: the strings in it made storable. Property names are the caller's. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_name, one: unknown) => (typeof one === 'string' ? storableText(one) : one));
}
