import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { incomingPairSchema, type CodeChecks, type IncomingPair } from '../../core/domain/pair.js';
import { verdictSchema, type Verdict } from '../../core/domain/verdict.js';
import { packagePath } from '../../core/package-root.js';
import { createRedactor } from '../../webhooks/privacy/redact.js';

const goldAnswerSchema = z.object({
  id: z.string(),
  accepted_verdicts: z.array(verdictSchema).min(1),
  explanation: z.string().min(80),
  author: z.string().min(1),
});

function readLines(name: string): unknown[] {
  const text = readFileSync(packagePath('samples', name), 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  return text.trimEnd().split('\n').map((line) => JSON.parse(line) as unknown);
}

const pairs = readLines('pairs.jsonl').map((line) => incomingPairSchema.parse(line));
const goldLines = readLines('gold.jsonl');
const gold = goldLines.map((line) => incomingPairSchema.parse(line));
const goldAnswers = goldLines.map((line) => goldAnswerSchema.parse(line));
const all = [...pairs, ...gold];

const inDomain = (items: readonly IncomingPair[], domain: string): IncomingPair[] => items.filter((pair) => pair.domain === domain);
const turnsOf = (pair: IncomingPair): string[] => [
  ...(pair.prompt === undefined ? [] : [pair.prompt]),
  ...(pair.messages ?? []).map((message) => message.content),
];
const hasFailingCheck = (pair: IncomingPair): boolean =>
  [pair.checks_a, pair.checks_b].some((checks) => checks?.execution !== undefined && checks.execution.status !== 'passed');
/** The lines of the first fenced block, on which findings are counted from 1. */
const codeLines = (response: string): string[] => (/```\w*\n([\s\S]*?)\n```/.exec(response)?.[1] ?? '').split('\n');
const sides = (pair: IncomingPair): [string, CodeChecks][] =>
  ([[pair.response_a, pair.checks_a], [pair.response_b, pair.checks_b]] as const).flatMap(([response, checks]) =>
    checks === undefined ? [] : [[response, checks] satisfies [string, CodeChecks]],
  );

describe('the sample pairs', () => {
  it('are at least 60, half support and half code, several multi-turn and difficult', () => {
    expect(pairs.length).toBeGreaterThanOrEqual(60);
    expect(inDomain(pairs, 'support')).toHaveLength(pairs.length / 2);
    expect(inDomain(pairs, 'code')).toHaveLength(pairs.length / 2);
    const multiTurn = all.filter((pair) => (pair.messages ?? []).filter((message) => message.role === 'user').length > 1);
    expect(multiTurn.length).toBeGreaterThanOrEqual(8);
    expect(all.filter((pair) => pair.difficulty === 'difficult').length).toBeGreaterThanOrEqual(6);
    expect(pairs.filter(hasFailingCheck).length).toBeGreaterThanOrEqual(10);
    expect(pairs.filter((pair) => pair.uncertainty !== undefined).length).toBeGreaterThanOrEqual(20);
  });

  it('may all be released: consent is recorded', () => {
    expect(all.every((pair) => pair.consent?.basis === 'synthetic')).toBe(true);
  });

  it('have ids of their own and no text twice', () => {
    expect(new Set(all.map((pair) => pair.id)).size).toBe(all.length);
    const responses = all.flatMap((pair) => [pair.response_a, pair.response_b]);
    expect(new Set(responses).size).toBe(responses.length);
    const requests = all.map((pair) => turnsOf(pair).join('\n'));
    expect(new Set(requests).size).toBe(requests.length);
  });

  it('show code in fenced blocks, with every finding on a line of it that is not empty', () => {
    for (const pair of inDomain(all, 'code')) {
      for (const response of [pair.response_a, pair.response_b]) expect(codeLines(response).join('').length, pair.id).toBeGreaterThan(0);
      for (const [response, checks] of sides(pair)) {
        for (const finding of checks.findings) expect(codeLines(response)[finding.line! - 1]?.trim(), `${pair.id} ${finding.rule}`).toBeTruthy();
      }
    }
  });

  it('have execution results that add up, with output where something failed', () => {
    const executions = all.flatMap((pair) => sides(pair).flatMap(([, { execution }]) => (execution === undefined ? [] : [{ id: pair.id, ...execution }])));
    for (const { id, status, passed, total, output } of executions) {
      expect(status === 'passed' ? passed === total : (output ?? '') !== '', id).toBe(true);
      expect(status === 'passed' || passed === undefined || passed < total!, id).toBe(true);
    }
  });
});

const lengthOf = (pair: IncomingPair): number => pair.response_a.length + pair.response_b.length;
const median = (values: readonly number[]): number => [...values].sort((x, y) => x - y)[Math.floor(values.length / 2)]!;

describe('the gold items', () => {
  it('are 8, half support and half code, and balanced over sides', () => {
    expect(gold).toHaveLength(8);
    expect(inDomain(gold, 'support')).toHaveLength(4);
    const only = (verdict: Verdict): number => goldAnswers.filter((item) => item.accepted_verdicts.join() === verdict).length;
    expect([only('a'), only('b'), only('tie'), only('both_bad')]).toEqual([3, 3, 1, 1]);
  });

  it('look like all others: ids of the same series, same fields, similar lengths', () => {
    for (const domain of ['support', 'code']) {
      const numbers = inDomain(all, domain).map((pair) => Number(pair.id.replace(`${domain}-`, ''))).sort((x, y) => x - y);
      expect(numbers).toEqual(Array.from(numbers, (_, index) => index + 1));
      const ratio = median(inDomain(gold, domain).map(lengthOf)) / median(inDomain(pairs, domain).map(lengthOf));
      expect(ratio, domain).toBeGreaterThan(0.5);
      expect(ratio, domain).toBeLessThan(2);
    }
    const fields = new Set(pairs.flatMap((pair) => Object.keys(pair)));
    for (const item of gold) expect(Object.keys(item).filter((field) => !fields.has(field))).toEqual([]);
  });

  it('cannot be answered by choosing the longer response', () => {
    const decided = goldAnswers.flatMap((item, index) => (['a', 'b'].includes(item.accepted_verdicts[0]!) ? [{ item, pair: gold[index]! }] : []));
    const byLength = decided.filter(({ item, pair }) => item.accepted_verdicts[0] === (pair.response_a.length > pair.response_b.length ? 'a' : 'b'));
    expect(byLength.length).toBeGreaterThanOrEqual(2);
    expect(byLength.length).toBeLessThanOrEqual(decided.length - 2);
  });
});

describe('redaction of the samples', () => {
  const redactor = createRedactor('a secret for tests');
  /** What was written into the samples as personal data; nothing else in them may be redacted. */
  const PLANTED = [
    /[\w.]+@[\w.]+\.example(?:\.com)?|[\w.]+@example\.com/g,
    /\+1 202 555 01\d\d/g,
    /0808 157 0112/g,
    /4111 1111 1111 1111/g,
  ];
  const planted = (text: string): number => PLANTED.reduce((sum, value) => sum + [...text.matchAll(value)].length, 0);

  it.each(all.map((pair) => [pair.id, pair] as const))('takes all personal data out of %s and nothing else', (_id, pair) => {
    const outputs = sides(pair).map(([, checks]) => checks.execution?.output ?? '');
    for (const text of [...turnsOf(pair), pair.response_a, pair.response_b, ...outputs]) {
      const redacted = redactor.redact(text);
      expect(planted(redacted.text)).toBe(0);
      expect(Object.values(redacted.counts).reduce((sum, count) => sum + count, 0)).toBe(planted(text));
    }
  });

  it('is seen at work in several pairs', () => {
    expect(pairs.filter((pair) => turnsOf(pair).some((turn) => planted(turn) > 0)).length).toBeGreaterThanOrEqual(4);
  });
});
