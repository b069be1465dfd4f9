import { createHmac } from 'node:crypto';
import { findCredentials } from './credential.js';
import { findEmailAddresses } from './email-address.js';
import { FINDING_KINDS, type Finder, type Finding, type FindingKind } from './finding.js';
import { findIpAddresses } from './ip-address.js';
import { findIbans, findPaymentCards } from './payment-number.js';
import { findPhoneNumbers } from './phone-number.js';

/** Names the rules below; goes into each pair's record. Change it whenever a rule changes what is found. */
const REDACTION_VERSION = 'basic-1';

const FINDERS: readonly Finder[] = [
  findCredentials,
  findPaymentCards,
  findIbans,
  findEmailAddresses,
  findIpAddresses,
  findPhoneNumbers,
];

/** 48 bits: two of a million different values share a token with probability 0.002. */
const TOKEN_HEX_DIGITS = 12;
const TOKEN = new RegExp(`\\[(?:${FINDING_KINDS.join('|').toUpperCase()})_[0-9a-f]{${TOKEN_HEX_DIGITS}}\\]`, 'g');

/** A token may lay bare a value beside it; each further pass finds such. Texts need one or two. */
const PASSES_MAX = 20;

interface Redacted {
  readonly text: string;
  /** How many values of each kind were replaced; kinds without any are absent. */
  readonly counts: Record<string, number>;
}

export interface Redactor {
  /** Version of the rules, for `redaction_version`. */
  readonly version: string;
  redact(text: string): Redacted;
}

/**
 * A redactor that replaces e-mail addresses, phone numbers, payment cards, IBANs, public IP addresses,
 * keys and secrets with tokens such as `[EMAIL_3f2a9c04d1b7]`: HMAC-SHA-256(secret, kind and normalised
 * value), shortened, so that a value has the same token everywhere and nobody without the secret can test
 * a guess. Findings that overlap become one, which covers them all and has the first of their kinds in
 * the order secret, card, iban, email, ip, phone. Redacting twice gives the same as once: tokens are never
 * read again. A text without findings comes back unchanged. Time is linear in the text's length; never throws.
 */
export function createRedactor(secret: string): Redactor {
  const token = (finding: Finding): string => {
    const digest = createHmac('sha256', secret).update(`redaction\0${finding.kind}\0${finding.value}`).digest('hex');
    return `[${finding.kind.toUpperCase()}_${digest.slice(0, TOKEN_HEX_DIGITS)}]`;
  };
  const redact = (original: string): Redacted => {
    const counts: Partial<Record<FindingKind, number>> = {};
    let text = original;
    for (let pass = 0; pass < PASSES_MAX; pass++) {
      const findings = findAll(text);
      if (findings.length === 0) break;
      for (const { kind } of findings) counts[kind] = (counts[kind] ?? 0) + 1;
      text = replaceFindings(text, findings, token);
    }
    return { text, counts };
  };
  return { version: REDACTION_VERSION, redact };
}

/** All findings outside tokens, in order of place, none overlapping another. */
function findAll(text: string): Finding[] {
  // No finder reads a NUL as part of a value, so a token is a wall; equal length keeps the offsets.
  const masked = text.replace(TOKEN, (token) => '\0'.repeat(token.length));
  const findings = FINDERS.flatMap((find) => find(masked)).sort((x, y) => x.start - y.start || y.end - x.end);
  return mergeOverlaps(masked, findings);
}

function mergeOverlaps(text: string, findings: readonly Finding[]): Finding[] {
  const merged: Finding[] = [];
  for (const finding of findings) {
    const last = merged.at(-1);
    if (last === undefined || finding.start >= last.end) merged.push(finding);
    else merged[merged.length - 1] = union(text, last, finding);
  }
  return merged;
}

/** One finding over both: the more telling kind; its own value when it covers the other, else the text itself. */
function union(text: string, x: Finding, y: Finding): Finding {
  const [first, second] = FINDING_KINDS.indexOf(x.kind) <= FINDING_KINDS.indexOf(y.kind) ? [x, y] : [y, x];
  if (first.start <= second.start && first.end >= second.end) return first;
  if (first.kind === second.kind && second.start <= first.start && second.end >= first.end) return second;
  const start = Math.min(x.start, y.start);
  const end = Math.max(x.end, y.end);
  return { kind: first.kind, start, end, value: text.slice(start, end) };
}

function replaceFindings(text: string, findings: readonly Finding[], token: (finding: Finding) => string): string {
  const parts: string[] = [];
  let from = 0;
  for (const finding of findings) {
    parts.push(text.slice(from, finding.start), token(finding));
    from = finding.end;
  }
  return parts.join('') + text.slice(from);
}
