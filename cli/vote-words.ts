const VALUES_SHOWN_MAX = 8;
const NAME_CHARACTERS_MAX = 24;

/** What a file of votes holds, in a line: items, votes, raters, and the values by name. */
export function describeVotes(n: { items: number; votes: number; raters: number }, values: readonly (string | number)[]): string {
  const shown = values.slice(0, VALUES_SHOWN_MAX).map((value) => shownName(String(value)));
  const list = shown.length === 0 ? '' : ` (${shown.join(', ')}${values.length > shown.length ? ', …' : ''})`;
  return `${count(n.items, 'item')}, ${count(n.votes, 'vote')}, ${count(n.raters, 'rater')}, ${count(values.length, 'value')}${list}`;
}

/** A number and its noun, in the plural unless it is 1. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** A name from the file on a terminal: control characters replaced, at most 24 characters unless told. */
export function shownName(name: string, charactersMax = NAME_CHARACTERS_MAX): string {
  const characters = Array.from(name.replaceAll(/\p{C}/gu, '�'));
  return characters.length <= charactersMax ? characters.join('') : `${characters.slice(0, charactersMax - 1).join('')}…`;
}

/** Rows of cells as aligned lines: the first column to the left, the others to the right. */
export function alignCells(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const padded = (cell: string, column: number): string => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!));
  return rows.map((row) => row.map(padded).join('   ').trimEnd());
}

/** Three decimals, with a true minus sign and no "-0.000". */
export function fixed(value: number): string {
  const text = value.toFixed(3).replace('-', '−');
  return text === '−0.000' ? '0.000' : text;
}

/** An interval's ends, or a dash. */
export function rangeOf(interval: { readonly low: number; readonly high: number } | null): string {
  return interval === null ? '–' : `${fixed(interval.low)} … ${fixed(interval.high)}`;
}
