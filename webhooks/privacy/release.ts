import { DIFFICULTIES, promptText, type CodeChecks, type Pair } from '../../core/domain/pair.js';
import { PairloopError } from '../../core/errors.js';
import type { TaskData } from '../../core/label-studio/task-data.js';

/** Shown where a native control needs a value and there is none. */
const NOTHING = '-';

/**
 * The one door through which a pair's text leaves Pairloop: what Label Studio gets of it, in canonical
 * sides. How the answers came about, where the pair came from, which safety flags it has and whether it is a check stay here.
 *
 * @throws PairloopError naming the pair when it has no consent or other legal basis, or was not redacted.
 */
export function release(pair: Pair): TaskData {
  const refusal = whyWithheld(pair);
  if (refusal !== null) throw new PairloopError(`The pair ${JSON.stringify(pair.id)} cannot be released: ${refusal}`);
  return {
    pair: pair.opaqueId,
    domain: pair.domain,
    difficulty: DIFFICULTIES.find((one) => one === pair.difficulty) ?? null,
    safety: pair.safetyFlags.length > 0,
    prompt: pair.prompt,
    messages: pair.messages === null ? null : pair.messages.map(({ role, content }) => ({ role, content })),
    prompt_text: promptText(pair),
    response_a: pair.responseA,
    response_b: pair.responseB,
    checks_a: shownChecks(pair.checksA),
    checks_b: shownChecks(pair.checksB),
    checks_a_text: describeChecks(pair.checksA),
    checks_b_text: describeChecks(pair.checksB),
  };
}

/** Why a pair must not be released, as a clause with its remedy; null when it may be. */
export function whyWithheld(pair: Pick<Pair, 'consent' | 'redactionVersion'>): string | null {
  if (pair.consent === null) return 'it has no consent or other legal basis; import it again with `consent`.';
  if (pair.redactionVersion === null) return 'it was not redacted; import it again, which redacts it.';
  return null;
}

/** The known fields only: whatever else a stored record holds does not go out. */
function shownChecks(checks: CodeChecks | null): CodeChecks | null {
  if (checks === null) return null;
  const { execution, findings } = checks;
  return {
    ...(execution === undefined
      ? {}
      : { execution: { status: execution.status, passed: execution.passed, total: execution.total, output: execution.output } }),
    findings: findings.map(({ tool, rule, severity, kind, line, message }) => ({ tool, rule, severity, kind, line, message })),
  };
}

/** The checks as plain text, one line each, for the native controls. */
function describeChecks(checks: CodeChecks | null): string {
  if (checks === null) return NOTHING;
  const { execution, findings } = checks;
  const lines: string[] = [];
  if (execution !== undefined) {
    const tests = execution.total === undefined ? '' : ` (${execution.passed ?? 0} of ${execution.total} tests passed)`;
    lines.push(`Execution: ${execution.status}${tests}`);
    if (execution.output !== undefined && execution.output !== '') lines.push(execution.output);
  }
  for (const { tool, rule, severity, line, message } of findings) {
    const where = line === undefined ? '' : ` line ${line}`;
    lines.push(`${tool} ${severity}${where}: ${message}${rule === undefined ? '' : ` (${rule})`}`);
  }
  return lines.length === 0 ? NOTHING : lines.join('\n');
}
