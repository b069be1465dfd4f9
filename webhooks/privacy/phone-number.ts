import { textBefore, type Finding } from './finding.js';

/** Country calling codes (ITU-T E.164), shortest unambiguous form; North America's plan is checked apart. */
const CALLING_CODE =
  /^(?:7|2[07]|2[1-689]\d|3[0-469]|3[578]\d|4[013-9]|42\d|5[1-8]|5[09]\d|6[0-6]|6[7-9]\d|8[1246]|8[0578]\d|9[0-58]|9[679]\d)/;

const GAP = String.raw`[ \u00a0.\-]`;
const NOT_INSIDE = String.raw`(?<![\p{L}\p{N}_]|[.,:\-/+]|\d )`;
const NOT_FOLLOWED = String.raw`(?![\p{N}_%]|[.,:\-/]\d)`;

/** `+44 20 7946 0958`, `+1 (202) 555-0143`, `0044 …`: digits with single gaps, area code in brackets if any. */
const INTERNATIONAL = new RegExp(
  String.raw`(?:(?<![\p{L}\p{N}_)\]+])\+|(?<![\p{L}\p{N}_.,:/+\-]|\d )00)(?=[1-9(])\(?\d(?:(?:${GAP}|${GAP}?[()]${GAP}?)?\d){7,18}(?!\d)`,
  'gu',
);
/** National ways of writing a number that are telling enough without a label. */
const NATIONAL = [
  // (202) 555-0143, 202-555-0143, 1 202 555 0143
  String.raw`(?:1[ .\-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .\-])[2-9]\d{2}[ .\-]\d{4}`,
  // 01 23 45 67 89
  String.raw`0[1-9](?:[ .]\d{2}){4}`,
  // 020 7946 0958, (020) 7946 0958, 0113 496 0000, 044 668 18 00, 090-1234-5678
  String.raw`\(?0[1-9]\d{0,3}\)?(?:[ \-]\d{2,4}){2,4}`,
  // 07700 900123, 030/901820, 0151-23456789
  String.raw`\(?0[1-9]\d{1,3}\)?[ /\-]\d{6,8}`,
].map((pattern) => new RegExp(`${NOT_INSIDE}${pattern}${NOT_FOLLOWED}`, 'gu'));

/** Anything of 7 to 15 digits that the text itself calls a phone number. */
const LABELLED =
  /\b(?:(?:tele)?phone|tel|mobile|cell|fax|whatsapp|call(?: me)?(?: back)?(?: at| on))(?:[ _-]?(?:number|no))?\.?["']?(?: is)?[ :=]{0,3}["']?(?<number>[+(]{0,2}\d(?:[ .\-()]{0,2}\d){6,14})(?![\p{N}_]|[.:]\d)/giu;

const OTHER_LABEL =
  /\b(?:orders?|invoice|ticket|tracking|parcel|shipment|serial|reference|ref|case|sku|booking|confirmation|policy|account|customer|isbn|part|version|id)\b[^\n;]{0,16}$/i;
const DATE = /(?:^|\D)(?:\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2})|\d{4}([./-])\d{1,2}\2\d{1,2})(?:\D|$)/;

/**
 * Phone numbers, conservatively: international ones with a real calling code, common national
 * spellings, and what a label says is a phone number. National ones that are labelled as something else
 * (an order, an invoice, a version), dates, prices and plain runs of digits are left alone.
 */
export function findPhoneNumbers(text: string): Finding[] {
  return [...findInternational(text), ...findNational(text), ...findLabelled(text)];
}

function findInternational(text: string): Finding[] {
  const findings: Finding[] = [];
  for (const match of text.matchAll(INTERNATIONAL)) {
    if (match[0].startsWith('00') && OTHER_LABEL.test(textBefore(text, match.index, 32))) continue;
    const written = longestInternational(match[0]);
    if (written !== null) findings.push(phoneAt(match.index, written, internationalDigits(written)));
  }
  return findings;
}

/** The number without the groups of digits that follow it (`+1 202 555 0143 4111 …`), or null. */
function longestInternational(run: string): string | null {
  for (let written = run; written !== ''; written = written.replace(/(?:^|\D+)\d*$/, '')) {
    if (isInternational(internationalDigits(written))) return written;
  }
  return null;
}

function internationalDigits(written: string): string {
  return digitsOf(written).replace(/^00/, '');
}

function isInternational(number: string): boolean {
  if (number.startsWith('1')) return /^1[2-9]\d{2}[2-9]\d{6}$/.test(number);
  return number.length >= 8 && number.length <= 15 && CALLING_CODE.test(number);
}

function findNational(text: string): Finding[] {
  const findings: Finding[] = [];
  for (const match of NATIONAL.flatMap((pattern) => [...text.matchAll(pattern)])) {
    const number = digitsOf(match[0]);
    if (number.length < 9 || number.length > 12 || DATE.test(match[0])) continue;
    if (OTHER_LABEL.test(textBefore(text, match.index, 32))) continue;
    findings.push(phoneAt(match.index, match[0], number));
  }
  return findings;
}

function findLabelled(text: string): Finding[] {
  const findings: Finding[] = [];
  for (const match of text.matchAll(LABELLED)) {
    const number = match.groups!['number']!;
    if (DATE.test(number)) continue;
    findings.push(phoneAt(match.index + match[0].length - number.length, number, digitsOf(number)));
  }
  return findings;
}

function phoneAt(start: number, written: string, number: string): Finding {
  // North American numbers are the same with and without their leading 1.
  const value = /^1\d{10}$/.test(number) ? number.slice(1) : number;
  return { kind: 'phone', start, end: start + written.length, value };
}

function digitsOf(written: string): string {
  return written.replace(/\D/g, '');
}
