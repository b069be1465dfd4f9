import { isIPv4, isIPv6 } from 'node:net';
import { textBefore, type Finding } from './finding.js';

/**
 * Public IP addresses, in prose and in code alike. Left alone, because they identify nobody and code needs
 * them: loopback, unspecified, private, shared (100.64/10), link-local, benchmark, documentation,
 * multicast and reserved ranges (RFC 6890), hence net masks too; and, for v6, all but global unicast.
 * A dotted number that is labelled or compared as a version, or has more than four parts, is no address.
 */
export function findIpAddresses(text: string): Finding[] {
  return [...findV4(text), ...findV6(text)];
}

function findV4(text: string): Finding[] {
  const findings: Finding[] = [];
  for (const match of text.matchAll(/(?<![\p{L}\p{N}_]|\d\.)\d{1,3}(?:\.\d{1,3}){3}(?![\p{L}\p{N}_]|\.\d)/gu)) {
    const value = match[0];
    if (!isIPv4(value) || isSpecialV4(value) || isVersion(textBefore(text, match.index, 16))) continue;
    findings.push({ kind: 'ip', start: match.index, end: match.index + value.length, value });
  }
  return findings;
}

function isVersion(before: string): boolean {
  return /(?:[=<>~!]=|[\^~]|\b(?:version|release|build|firmware|driver)s?:? ?["']?v?)$/i.test(before);
}

function isSpecialV4(address: string): boolean {
  const [a, b, c] = address.split('.').map(Number) as [number, number, number, number];
  return (
    a === 0 ||
    a === 10 ||
    a === 127 ||
    a >= 224 ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && (b === 168 || (b === 0 && (c === 0 || c === 2)))) ||
    (a === 198 && (b === 18 || b === 19 || (b === 51 && c === 100))) ||
    (a === 203 && b === 0 && c === 113)
  );
}

/** Global unicast is 2000::/3, so a first group of four digits beginning with 2 or 3; not `Face::Bad` in C++. */
function findV6(text: string): Finding[] {
  const findings: Finding[] = [];
  for (const match of text.matchAll(/(?<![\w:.])[23][0-9a-f]{3}:[0-9a-f:.]{1,41}(?![\w:])/gi)) {
    const address = [match[0], match[0].replace(/[.:]$/, '')].find((candidate) => isIPv6(candidate));
    if (address === undefined) continue;
    const value = new URL(`http://[${address}]/`).hostname.slice(1, -1);
    if (/^(?:2001:db8|3fff)(?::|$)/.test(value)) continue;
    findings.push({ kind: 'ip', start: match.index, end: match.index + address.length, value });
  }
  return findings;
}
