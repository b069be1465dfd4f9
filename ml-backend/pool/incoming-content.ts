import { createHash } from 'node:crypto';
import type { CodeChecks, IncomingPair } from '../../core/domain/pair.js';

/** Takes personal data and secrets out of one text; `counts` says how many of each kind it replaced. */
export type Redact = (text: string) => { text: string; counts: Record<string, number> };

/**
 * SHA-256 (hex) of what a pair says: its record without `consent`, as JSON with sorted keys. Two
 * records with the same hash are the same pair handed in again; consent may be given later.
 */
export function contentSha256(pair: IncomingPair): string {
  return createHash('sha256').update(stableJson({ ...pair, consent: undefined })).digest('hex');
}

/** JSON with the keys of every object in code unit order, so that equal values give equal texts. */
export function stableJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** The pair with every text an annotator could see redacted, and how often each kind was replaced. */
export function redactPair(pair: IncomingPair, redact: Redact): { pair: IncomingPair; counts: Record<string, number> } {
  const counts: Record<string, number> = {};
  const clean = (text: string): string => {
    const redacted = redact(text);
    for (const [kind, count] of Object.entries(redacted.counts)) counts[kind] = (counts[kind] ?? 0) + count;
    return redacted.text;
  };
  const redacted: IncomingPair = {
    ...pair,
    prompt: pair.prompt === undefined ? undefined : clean(pair.prompt),
    messages: pair.messages?.map((message) => ({ ...message, content: clean(message.content) })),
    response_a: clean(pair.response_a),
    response_b: clean(pair.response_b),
    checks_a: redactChecks(pair.checks_a, clean),
    checks_b: redactChecks(pair.checks_b, clean),
  };
  return { pair: redacted, counts };
}

function redactChecks(checks: CodeChecks | undefined, clean: (text: string) => string): CodeChecks | undefined {
  if (checks === undefined) return undefined;
  const { execution } = checks;
  return {
    execution: execution?.output === undefined ? execution : { ...execution, output: clean(execution.output) },
    findings: checks.findings.map((finding) => ({ ...finding, message: clean(finding.message) })),
  };
}
