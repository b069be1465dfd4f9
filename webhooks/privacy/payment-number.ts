import type { Finding } from './finding.js';

/** Card numbers by leading digits (ISO/IEC 7812 ranges of the large schemes) and their lengths. */
const CARD_RANGES: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^4/, [13, 16, 19]],
  [/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]],
  [/^3[47]/, [15]],
  [/^3(?:0[0-5]|[68])/, [14]],
  [/^(?:6011|64[4-9]|65|62|35(?:2[89]|[3-8]))/, [16, 17, 18, 19]],
  [/^(?:50|5[6-9]|6[0137])/, [16, 17, 18, 19]],
];
const CARD_DIGITS_MAX = 19;

/**
 * Payment cards: 13 to 19 digits, plain or in groups with single blanks or hyphens, of a known range and
 * with a right Luhn check digit (ISO/IEC 7812-1, annex B). Plain runs above 16 digits are left alone: they
 * are far more often ids. Every group may start a number, at most 19 groups on, so the work is linear.
 */
export function findPaymentCards(text: string): Finding[] {
  const findings: Finding[] = [];
  const groups = [...text.matchAll(/\d+/g)].map((match) => ({ start: match.index, digits: match[0] }));
  for (let first = 0; first < groups.length; first++) {
    const last = cardEnd(text, groups, first);
    if (last < 0) continue;
    const { start } = groups[first]!;
    const end = groups[last]!.start + groups[last]!.digits.length;
    findings.push({ kind: 'card', start, end, value: text.slice(start, end).replace(/\D/g, '') });
    first = last;
  }
  return findings;
}

interface DigitGroup {
  readonly start: number;
  readonly digits: string;
}

/** Index of the last group of the longest card number that begins with group `first`; −1 when none does. */
function cardEnd(text: string, groups: readonly DigitGroup[], first: number): number {
  let digits = '';
  let found = -1;
  if (isGluedBefore(text, groups[first]!.start)) return found;
  for (let last = first; last < groups.length; last++) {
    const group = groups[last]!;
    if (last > first && !isSeparator(text, endOf(groups[last - 1]!), group.start)) break;
    if (digits.length + group.digits.length > CARD_DIGITS_MAX) break;
    digits += group.digits;
    const isPlainId = last === first && digits.length > 16;
    if (!isPlainId && isCardNumber(digits) && !isGluedAfter(text, endOf(group))) found = last;
  }
  return found;
}

function endOf(group: DigitGroup): number {
  return group.start + group.digits.length;
}

function isSeparator(text: string, from: number, to: number): boolean {
  return to - from === 1 && /[ \u00a0-]/.test(text[from]!);
}

/** True inside a word, a decimal number or a longer id, where digits are part of something else. */
function isGluedBefore(text: string, start: number): boolean {
  return /(?:[\p{L}_]|\d[.,])$/u.test(text.slice(Math.max(0, start - 2), start));
}

function isGluedAfter(text: string, end: number): boolean {
  return /^(?:[\p{L}_]|[.,]\d)/u.test(text.slice(end, end + 2));
}

function isCardNumber(digits: string): boolean {
  return CARD_RANGES.some(([prefix, lengths]) => lengths.includes(digits.length) && prefix.test(digits)) && passesLuhn(digits);
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** Characters of an IBAN by country (SWIFT IBAN registry). */
const IBAN_LENGTHS: Readonly<Record<string, number>> = {
  AD: 24, AE: 23, AL: 28, AT: 20, AZ: 28, BA: 20, BE: 16, BG: 22, BH: 22, BI: 27, BR: 29, BY: 28, CH: 21, CR: 22,
  CY: 28, CZ: 24, DE: 22, DJ: 27, DK: 18, DO: 28, EE: 20, EG: 29, ES: 24, FI: 18, FK: 18, FO: 18, FR: 27, GB: 22,
  GE: 22, GI: 23, GL: 18, GR: 27, GT: 28, HR: 21, HU: 28, IE: 22, IL: 23, IQ: 23, IS: 26, IT: 27, JO: 30, KW: 30,
  KZ: 20, LB: 28, LC: 32, LI: 21, LT: 20, LU: 20, LV: 21, LY: 25, MC: 27, MD: 24, ME: 22, MK: 19, MN: 20, MR: 27,
  MT: 31, MU: 30, NI: 28, NL: 18, NO: 15, OM: 23, PK: 24, PL: 28, PS: 29, PT: 25, QA: 29, RO: 24, RS: 22, RU: 33,
  SA: 24, SC: 31, SD: 18, SE: 24, SI: 19, SK: 24, SM: 27, SO: 23, ST: 25, SV: 28, TL: 23, TN: 24, TR: 26, UA: 29,
  VA: 22, VG: 24, XK: 20, YE: 30,
};

/**
 * IBANs: a country of the registry, its exact length, blanks or hyphens between groups, and a remainder
 * of 1 modulo 97 (ISO 13616). At most 34 characters are read at each possible beginning.
 */
export function findIbans(text: string): Finding[] {
  const findings: Finding[] = [];
  for (const match of text.matchAll(/(?<![\p{L}\p{N}_])[A-Za-z]{2}\d{2}/gu)) {
    const length = IBAN_LENGTHS[match[0].slice(0, 2).toUpperCase()];
    if (length === undefined) continue;
    const finding = ibanAt(text, match.index, length);
    if (finding !== null) findings.push(finding);
  }
  return findings;
}

function ibanAt(text: string, start: number, length: number): Finding | null {
  let value = '';
  let end = start;
  while (value.length < length) {
    if (value.length > 0 && /[ \u00a0-]/.test(text[end] ?? '')) end++;
    if (!/[A-Za-z0-9]/.test(text[end] ?? '')) return null;
    value += text[end]!.toUpperCase();
    end++;
  }
  if (/^[\p{L}\p{N}_]/u.test(text.slice(end, end + 2)) || remainder97(value.slice(4) + value.slice(0, 4)) !== 1) return null;
  return { kind: 'iban', start, end, value };
}

/** The number modulo 97 that the characters spell when A is written 10 and Z is written 35. */
function remainder97(characters: string): number {
  let remainder = 0;
  for (const character of characters) {
    for (const digit of String(Number.parseInt(character, 36))) remainder = (remainder * 10 + Number(digit)) % 97;
  }
  return remainder;
}
