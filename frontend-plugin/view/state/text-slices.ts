/** A source up to this length is one slice, read exactly as it stands. */
const WHOLE_MAX = 12_000;
/** From here on a slice ends at the next border between blocks; code blocks do not count. */
const SLICE_LENGTH = 6_000;
/** Here it ends at a line or word, whatever that cuts. */
const SLICE_LENGTH_MAX = 12_000;
/** Code that stands in a list, or a fence that is never closed within one. */
const NESTED_CODE_MAX = 48_000;

/** A stretch of Markdown that can be read by itself. The sources of all slices, one after another, are the whole text. */
export interface Slice {
  readonly source: string;
  /** Where a long table was cut: the lines of its head, to be read before `source`. */
  readonly tableHead: string;
}

interface Fence {
  readonly mark: string;
  readonly topLevel: boolean;
}

const FENCE = /^( *)(`{3,}(?=[^`]*$)|~{3,})/;
const LIST_OR_QUOTE = /^(?:[-*+] |\d{1,9}[.)] |>)/;
const TABLE_RULE = /^[ \t]*(?:\|[-: \t|]*-[-: \t|]*|[-: \t]*-[-: \t]*\|[-: \t|]*)$/;

/**
 * Cuts Markdown (line ends `\n`) into slices whose reading costs little each, however hostile: at blank lines between
 * top-level blocks and at code blocks that begin a line, so that what is read is the same as if it were read at once (but for
 * link references, which reach no further than their slice); where there is no such border for too long, at list items,
 * lines, or words. A code block that begins a line is never cut. Linear in the source.
 */
export function sliceMarkdown(source: string): Slice[] {
  if (source.length <= WHOLE_MAX) return [{ source, tableHead: '' }];
  const slicer = new Slicer(source);
  for (let at = 0; at < source.length; ) {
    const end = source.indexOf('\n', at);
    const next = end < 0 ? source.length : end + 1;
    slicer.take(at, next);
    at = next;
  }
  return slicer.finish();
}

class Slicer {
  private readonly slices: Slice[] = [];
  private start = 0;
  private startHead = '';
  /** Letters of this slice outside of top-level code. */
  private weight = 0;
  /** The last place in this slice where a cut would show little. */
  private fair = 0;
  private fence: Fence | undefined;
  private afterBlank = true;
  private previous = '';
  /** Head of the table that the lines before belong to; empty outside of tables. */
  private tableHead = '';

  constructor(private readonly source: string) {}

  /** Takes the line from `at` to `next`, its end included. */
  take(at: number, next: number): void {
    const line = this.source.slice(at, Math.min(next, at + SLICE_LENGTH_MAX)).trimEnd();
    if (this.fence === undefined) this.takeText(at, next, line);
    else this.takeCode(at, next, line, this.fence);
    this.previous = line;
  }

  finish(): Slice[] {
    this.cut(this.source.length, '');
    return this.slices;
  }

  private takeCode(at: number, next: number, line: string, fence: Fence): void {
    if (!fence.topLevel) this.weight += next - at;
    const isClosed = closes(line, fence);
    if (!isClosed && this.weight <= NESTED_CODE_MAX) return;
    if (!isClosed) this.cut(at, '');
    this.fence = undefined;
    this.afterBlank = true;
  }

  private takeText(at: number, next: number, line: string): void {
    const opening = FENCE.exec(line);
    const opensCode = opening !== null && opening[1] === '';
    const isMarked = LIST_OR_QUOTE.test(line);
    const isBorder = opensCode || (this.afterBlank && !isMarked && /^\S/.test(line));
    if (isBorder && this.weight >= SLICE_LENGTH) this.cut(at, '');
    else if (isBorder || isMarked || this.afterBlank) this.fair = at;
    if (opening !== null) this.fence = { mark: opening[2]!, topLevel: opensCode };
    if (!opensCode) this.weigh(at, next);
    this.afterBlank = line === '';
    if (line === '' || opening !== null) this.tableHead = '';
    else if (this.tableHead === '' && this.previous.includes('|') && TABLE_RULE.test(line)) this.tableHead = `${this.previous}\n${line}\n`;
  }

  /** Counts a line, and cuts where the slice would become too long with it; a line that is too long itself is cut too. */
  private weigh(at: number, next: number): void {
    if (this.weight + next - at > SLICE_LENGTH_MAX && this.fair > this.start && this.fair < at) {
      this.cut(this.fair, '');
      this.weight = at - this.start;
    }
    if (this.weight + next - at > SLICE_LENGTH_MAX && at > this.start) this.cut(at, this.tableHead);
    this.weight += next - at;
    while (this.weight > SLICE_LENGTH_MAX) {
      this.cut(wordBorder(this.source, this.start, this.start + SLICE_LENGTH_MAX), '');
      this.weight = next - this.start;
    }
  }

  private cut(place: number, tableHead: string): void {
    if (place <= this.start) return;
    this.slices.push({ source: this.source.slice(this.start, place), tableHead: this.startHead });
    this.start = place;
    this.startHead = tableHead;
    this.weight = 0;
  }
}

function closes(line: string, fence: Fence): boolean {
  const text = line.trim();
  return text.length >= fence.mark.length && text === fence.mark.charAt(0).repeat(text.length);
}

/** The end of the last word before `to`, if it is in the second half; never between the halves of one character. */
function wordBorder(source: string, from: number, to: number): number {
  const space = source.lastIndexOf(' ', to - 1) + 1;
  if (space > from + (to - from) / 2) return space;
  return /[\udc00-\udfff]/.test(source.charAt(to)) ? to - 1 : to;
}
