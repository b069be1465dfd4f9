import { textBefore, type Finding } from './finding.js';

const LOCAL_LENGTH_MAX = 64;
const DOMAIN_LENGTH_MAX = 253;

// Both look at a bounded slice, from the `@` outwards, so that each `@` costs at most their length.
const LOCAL_PART = /[\p{L}\p{N}_+][\p{L}\p{N}_.%+-]*$/u;
const DOMAIN = /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,10}\p{L}{2,24}(?![\p{L}\p{N}_-])/u;

/**
 * E-mail addresses (RFC 5321 lengths, letters of any script). Left alone: `git@host:path` remotes, a
 * matrix product such as `a@b.reshape(…)`, package versions, and the `user:password@host` of a URL
 * (its password is the credential finder's).
 */
export function findEmailAddresses(text: string): Finding[] {
  const findings: Finding[] = [];
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const finding = addressAround(text, at);
    if (finding !== null) findings.push(finding);
  }
  return findings;
}

function addressAround(text: string, at: number): Finding | null {
  const local = LOCAL_PART.exec(textBefore(text, at, LOCAL_LENGTH_MAX))?.[0];
  if (local === undefined || local.endsWith('.')) return null;
  const domain = DOMAIN.exec(text.slice(at + 1, at + 1 + DOMAIN_LENGTH_MAX))?.[0];
  if (domain === undefined) return null;
  const start = at - local.length;
  const end = at + 1 + domain.length;
  if (text[end] === '(') return null;
  if (local === 'git' && text[end] === ':') return null;
  if (/:\/\/[^\s/@]{0,64}:$/.test(textBefore(text, start, 70))) return null;
  return { kind: 'email', start, end, value: `${local}@${domain}`.toLowerCase() };
}
