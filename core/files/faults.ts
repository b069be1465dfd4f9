import { PairloopError } from '../errors.js';

/** How many faults are shown; the rest are counted. */
const SHOWN_MAX = 10;
const VALUE_CHARACTERS_MAX = 60;

/** One thing wrong in a file: where (`line 3`, `row 3`), in which field, with which value, and what to do. */
export interface Fault {
  readonly where: string;
  readonly field?: string;
  /** Undefined: the field is not there, or the value says nothing. */
  readonly value?: unknown;
  readonly problem: string;
}

/** Collects what is wrong in one file, so that it can all be mended in one go. Memory is bounded: later faults are only counted. */
export class Faults {
  /** The first of them. */
  readonly shown: Fault[] = [];
  private total = 0;

  /** `consequence` completes "FILE has 3 faults; ", such as "nothing was imported". */
  constructor(
    private readonly fileName: string,
    private readonly consequence: string,
  ) {}

  add(fault: Fault): void {
    this.total += 1;
    if (this.shown.length < SHOWN_MAX) this.shown.push(fault);
  }

  /** @throws PairloopError (usage) listing the faults, when there are any. */
  assertNone(): void {
    if (this.total === 0) return;
    const count = this.total === 1 ? '1 fault' : `${this.total} faults`;
    const rest = this.total - this.shown.length;
    const more = rest === 0 ? [] : [`  … and ${rest} more`];
    throw new PairloopError(
      [`${this.fileName} has ${count}; ${this.consequence}:`, ...this.shown.map((one) => `  ${describe(one)}`), ...more].join('\n'),
      'usage',
    );
  }
}

function describe({ where, field, value, problem }: Fault): string {
  const shownValue = value === undefined ? '' : ` = ${shorten(value)}`;
  return field === undefined ? `${where}: ${problem}` : `${where}, ${field}${shownValue}: ${problem}`;
}

/** A value as JSON on one line, cut to at most 60 characters, with control characters escaped. */
function shorten(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  const characters = Array.from(text.slice(0, VALUE_CHARACTERS_MAX * 2));
  return characters.length <= VALUE_CHARACTERS_MAX ? text : `${characters.slice(0, VALUE_CHARACTERS_MAX).join('')}…`;
}
