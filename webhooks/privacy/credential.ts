import type { Finding } from './finding.js';

/**
 * Keys that show by their form what they are. Each begins at most once in a run of its own characters
 * (the look-behind) or has a fixed length, so that no run is read twice.
 */
const KEY_FORMS: readonly RegExp[] = [
  // AWS access key ids; the secret that goes with one is found by its assignment
  /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z0-9]{16}(?![A-Za-z0-9])/g,
  // GitHub and GitLab tokens
  /(?<![\w-])(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{22,}|glpat-[\w-]{20,})/g,
  // Slack tokens and incoming webhooks
  /(?<![\w-])xox[abeoprs]-[A-Za-z0-9-]{10,}/g,
  /(?<=hooks\.slack\.com\/services\/)[A-Z0-9]{6,16}\/[A-Z0-9]{6,16}\/[A-Za-z0-9]{16,40}/g,
  // Stripe keys and webhook secrets
  /(?<![\w-])(?:[rsp]k_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{16,})/g,
  // OpenAI, Anthropic and others of that form; a capital and a digit tell them from a CSS class
  /(?<![\w-])sk-(?=[\w-]{0,100}[A-Z])(?=[\w-]{0,100}\d)[\w-]{20,}/g,
  // Google API keys
  /(?<![\w-])AIza[\w-]{35}(?![\w-])/g,
  // JSON Web Tokens (RFC 7519)
  /(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/g,
];

/**
 * Keys and secrets: of AWS, GitHub, GitLab, Slack, Stripe, Google and OpenAI-like services, JSON Web
 * Tokens, private key blocks, passwords in URLs, bearer tokens, and values of high entropy
 * assigned to a name such as `password` or `api_key`. Only the value is found, never the name, so code
 * keeps its form. Placeholders and expressions (`process.env.KEY`, `<your key>`) are left alone.
 */
export function findCredentials(text: string): Finding[] {
  const forms = KEY_FORMS.flatMap((form) => [...text.matchAll(form)]);
  return [
    ...forms.map((match) => secretAt(match.index, match[0])),
    ...findAssigned(text),
    ...findUrlPasswords(text),
    ...findAuthorizations(text),
    ...findPrivateKeys(text),
  ];
}

function secretAt(start: number, value: string): Finding {
  return { kind: 'secret', start, end: start + value.length, value };
}

const ASSIGNMENT =
  /(?:pass(?:word|wd|phrase|code)|pwd|secret|token|(?:api|access|auth|private|secret|account|encryption|signing)[_-]?key)(?:[_-][A-Za-z]{1,16}){0,2}["'\]]{0,2}\s{0,3}(?:=>|:=|[:=])\s{0,3}(?:"(?<double>[^"\0\n]{8,300})"|'(?<single>[^'\0\n]{8,300})'|(?<bare>[\w+/=.~!@#%^&*$?-]{8,300})(?![\w+/=.~!@#%^&*$?([-]))/gi;

function findAssigned(text: string): Finding[] {
  const findings: Finding[] = [];
  for (const match of text.matchAll(ASSIGNMENT)) {
    const { double, single, bare } = match.groups!;
    const value = double ?? single ?? bare!.replace(/[.,?]+$/, '');
    const start = match.index + match[0].length - (bare === undefined ? value.length + 1 : bare.length);
    if (bare === undefined ? isRandom(value) : isRandomWord(value)) findings.push(secretAt(start, value));
  }
  return findings;
}

/** Stands for a secret without being one: `<your key>`, `${KEY}`, `%s`, `process.env.KEY`, `xxxxxxxx`. */
const PLACEHOLDER = /^(?:[<{[%]|\$(?:[{(]|[a-z_]+$)|(?:your|example|change-?me|placeholder|redacted)|process\.env|os\.|env\.|[*x.]+$)|\$\{|\{\{/i;

/**
 * True for a value that somebody chose or generated to be hard to guess: eight characters of three
 * classes, or sixteen with letters and digits, and at least 2.5 bits of entropy a character.
 */
function isRandom(value: string): boolean {
  if (PLACEHOLDER.test(value) || /\s.*\s/.test(value) || value.length < 8) return false;
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^\w\s.-]/].filter((kind) => kind.test(value)).length;
  const mixed = classes >= 3 || (value.length >= 16 && /\d/.test(value) && /[a-z]/i.test(value));
  return mixed && entropyBits(value) >= 2.5;
}

/** The same without quotes, where a name or an expression of a program could stand: it must hold three digits or a symbol. */
function isRandomWord(value: string): boolean {
  if (/^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+$/.test(value)) return false;
  if (/^[\w.-]+$/.test(value) && value.replace(/\D/g, '').length < 3) return false;
  return isRandom(value);
}

/** Shannon entropy of the characters, in bits a character; 0 for an empty text. */
function entropyBits(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...counts.values()].reduce((sum, count) => sum - (count / total) * Math.log2(count / total), 0);
}

/** The password in `scheme://user:password@host`. */
function findUrlPasswords(text: string): Finding[] {
  const findings: Finding[] = [];
  for (const match of text.matchAll(/:\/\/[^\s/:@'"\0]{0,64}:(?<password>[^\s/@'"\0]{3,128})@/g)) {
    const password = match.groups!['password']!;
    if (PLACEHOLDER.test(password) || /^(?:pass(?:word|wd)?|pwd|secret|postgres|root|admin|user|test)$/i.test(password)) continue;
    findings.push(secretAt(match.index + match[0].length - 1 - password.length, password));
  }
  return findings;
}

/** Credentials of an HTTP `Authorization` header (RFC 6750 and RFC 7617). */
function findAuthorizations(text: string): Finding[] {
  const findings: Finding[] = [];
  for (const match of text.matchAll(/\b(?:bearer|basic) {1,3}(?<token>[\w.~+/=-]{16,2000})/gi)) {
    const token = match.groups!['token']!.replace(/\.+$/, '');
    const start = match.index + match[0].length - match.groups!['token']!.length;
    if (isRandomWord(token)) findings.push(secretAt(start, token));
  }
  return findings;
}

const KEY_EDGE = /-----(?<edge>BEGIN|END) [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----/g;
/** Lines of base64, also as they stand inside a string of a program. */
const KEY_BODY = /(?:(?:\s|\\[nr]|["'+,])*[A-Za-z0-9+/=]{24,}(?=\s|\\|["']|$))+/y;

/** Private key blocks (RFC 7468 and OpenPGP): from BEGIN to the next END when a key stands between, else to the end of its lines. */
function findPrivateKeys(text: string): Finding[] {
  const findings: Finding[] = [];
  const edges = [...text.matchAll(KEY_EDGE)];
  for (const [index, edge] of edges.entries()) {
    if (edge.groups!['edge'] !== 'BEGIN') continue;
    const bodyStart = edge.index + edge[0].length;
    const next = edges[index + 1];
    const block = next?.groups!['edge'] === 'END' ? text.slice(bodyStart, next.index) : '';
    if (next !== undefined && !block.includes('\0') && /[A-Za-z0-9+/=]{32}/.test(block)) {
      findings.push(secretAt(edge.index, text.slice(edge.index, next.index + next[0].length)));
      continue;
    }
    KEY_BODY.lastIndex = bodyStart;
    const body = KEY_BODY.exec(text)?.[0];
    if (body !== undefined) findings.push(secretAt(edge.index, edge[0] + body));
  }
  return findings;
}
