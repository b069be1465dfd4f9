import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Pair } from '../../core/domain/pair.js';
import { PairloopError } from '../../core/errors.js';
import { taskDataSchema } from '../../core/label-studio/task-data.js';
import { release, whyWithheld } from './release.js';

const PAIR: Pair = {
  id: 'ticket-17',
  opaqueId: '3f1c9c0e-59a4-4c52-9d1a-0f4f6f1f2a77',
  domain: 'support',
  prompt: 'Where is my order?',
  messages: null,
  responseA: 'On its way.',
  responseB: 'We do not know.',
  checksA: null,
  checksB: null,
  generationA: null,
  generationB: null,
  difficulty: null,
  safetyFlags: [],
  consent: { basis: 'synthetic' },
  redactionVersion: '1',
  sidesSwapped: false,
};

describe('release', () => {
  test('gives what the annotator may see, with plain text for the native controls', () => {
    expect(release(PAIR)).toEqual({
      pair: PAIR.opaqueId,
      domain: 'support',
      difficulty: null,
      safety: false,
      prompt: 'Where is my order?',
      messages: null,
      prompt_text: 'Where is my order?',
      response_a: 'On its way.',
      response_b: 'We do not know.',
      checks_a: null,
      checks_b: null,
      checks_a_text: '-',
      checks_b_text: '-',
    });
  });

  test('says the checks of code in words', () => {
    const checksA = {
      execution: { status: 'failed' as const, passed: 3, total: 5, output: 'AssertionError: 2 != 3' },
      findings: [{ tool: 'ruff', rule: 'F401', severity: 'warning' as const, kind: 'lint' as const, line: 1, message: 'unused import' }],
    };
    expect(release({ ...PAIR, checksA }).checks_a_text).toBe(
      'Execution: failed (3 of 5 tests passed)\nAssertionError: 2 != 3\nruff warning line 1: unused import (F401)',
    );
    expect(release({ ...PAIR, checksA: { findings: [] } }).checks_a_text).toBe('-');
  });

  test.each([
    ['consent', { consent: null }, /^The pair "ticket-17" cannot be released: it has no consent/],
    ['redaction version', { redactionVersion: null }, /^The pair "ticket-17" cannot be released: it was not redacted/],
  ])('refuses a pair without %s, and names it', (_name, missing, message) => {
    const pair = { ...PAIR, ...missing };
    expect(() => release(pair)).toThrow(PairloopError);
    expect(() => release(pair)).toThrow(message);
    expect(whyWithheld(pair)).not.toBeNull();
    expect(whyWithheld(PAIR)).toBeNull();
  });
});

/** Marked texts: a mark that turns up in the released data shows which field leaked. */
const marked = (mark: string) => fc.string({ minLength: 1, maxLength: 12 }).map((text) => `${mark}${text.replaceAll('§', '')}§`);
const secret = marked('§secret:');
const shown = marked('§shown:');
const generation = fc.record({
  model: secret,
  checkpoint: secret,
  temperature: fc.constant(0.7),
  retrieval: fc.record({ index_version: secret, document_ids: fc.array(secret, { minLength: 1, maxLength: 3 }) }),
  guardrails: fc.array(secret, { minLength: 1, maxLength: 3 }),
  sandbox_version: secret,
  another_field: secret,
});
const checks = fc.record({
  execution: fc.record({ status: fc.constantFrom('passed', 'failed'), passed: fc.nat(9), total: fc.nat(9), output: shown, sandbox: secret }),
  findings: fc.array(
    fc.record({ tool: shown, rule: shown, severity: fc.constant('error'), kind: fc.constant('security'), line: fc.integer({ min: 1 }), message: shown, model: secret }),
    { minLength: 1, maxLength: 3 },
  ),
  generated_by: secret,
});
const pairs = fc.record({
  id: secret,
  opaqueId: fc.uuid(),
  domain: shown,
  prompt: shown,
  messages: fc.option(fc.array(fc.record({ role: fc.constantFrom('user', 'assistant'), content: shown, name: secret }), { minLength: 1, maxLength: 3 })),
  responseA: shown,
  responseB: shown,
  checksA: fc.option(checks),
  checksB: fc.option(checks),
  generationA: generation,
  generationB: generation,
  difficulty: secret,
  safetyFlags: fc.array(secret, { minLength: 1, maxLength: 3 }),
  consent: fc.record({ basis: fc.constant('consent'), reference: secret }),
  redactionVersion: secret,
  sidesSwapped: fc.boolean(),
});

describe('release, as properties (seed 7301)', () => {
  test('nothing about models, source, flags or consent goes out, also from fields a record has beyond its type', () => {
    fc.assert(
      fc.property(pairs, (given) => {
        const data = release(given as unknown as Pair);
        expect(JSON.stringify(data)).not.toContain('§secret:');
        expect(taskDataSchema.parse(data)).toEqual(data);
      }),
      { seed: 7_301, numRuns: 300 },
    );
  });

  test('the sides stay where they are, and exchanging them exchanges the fields', () => {
    fc.assert(
      fc.property(pairs, (given) => {
        const pair = given as unknown as Pair;
        const mirrored = release({ ...pair, responseA: pair.responseB, responseB: pair.responseA, checksA: pair.checksB, checksB: pair.checksA });
        const data = release(pair);
        expect([mirrored.response_a, mirrored.checks_a_text]).toEqual([data.response_b, data.checks_b_text]);
        expect(data.response_a).toBe(pair.responseA);
      }),
      { seed: 7_301, numRuns: 100 },
    );
  });
});
