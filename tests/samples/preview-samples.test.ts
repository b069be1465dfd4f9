import { expect, test } from 'vitest';
import type { IncomingPair } from '../../core/domain/pair.js';
import { packagePath } from '../../core/package-root.js';
import { listRubrics } from '../../label-configs/rubric-file.js';
import { parsePairsFile } from '../../ml-backend/pool/pairs-file.js';
import { createRedactor } from '../../webhooks/privacy/redact.js';

const files = await Promise.all(listRubrics().map(async (rubric) => ({ rubric, ...(await parsePairsFile(packagePath('samples', 'preview', `${rubric}.jsonl`))) })));
const all = files.flatMap(({ pairs }) => pairs);
const texts = (pair: IncomingPair): string[] => [pair.prompt ?? '', ...(pair.messages ?? []).map(({ content }) => content), pair.response_a, pair.response_b];
const anyText = (form: RegExp): boolean => all.some((pair) => texts(pair).some((text) => form.test(text)));

test.each(files)('$rubric has at least three sample pairs, one of them a conversation', ({ rubric, pairs, ignoredFields }) => {
  expect(pairs.length).toBeGreaterThanOrEqual(3);
  expect(ignoredFields).toEqual([]);
  expect(pairs.filter(({ messages }) => (messages ?? []).filter(({ role }) => role === 'user').length >= 2)).not.toEqual([]);
  for (const { id, consent } of pairs) expect([id.startsWith(`${rubric}-`), consent]).toEqual([true, { basis: 'synthetic' }]);
});

test('the samples show what answers can hold: code with checks, tables, mathematics, other scripts, length', () => {
  const checks = all.flatMap(({ checks_a, checks_b }) => [checks_a, checks_b]);
  expect(checks.some((one) => one?.execution?.status === 'failed' && one.findings.length > 0)).toBe(true);
  expect(anyText(/^\| --- \|/m)).toBe(true);
  expect(anyText(/\$\$[\s\S]+\$\$/)).toBe(true);
  expect(anyText(/\p{Script=Arabic}{3}/u)).toBe(true);
  expect(anyText(/\p{Script=Han}{2}/u)).toBe(true);
  expect(Math.max(...all.flatMap(({ response_a, response_b }) => [response_a.length, response_b.length]))).toBeGreaterThan(1_500);
});

test('a finding points at a line that its response has', () => {
  const codeLines = (response: string): number => [...response.matchAll(/```\w*\n([\s\S]*?)\n```/g)].reduce((sum, [, code]) => sum + code!.split('\n').length, 0);
  const places = all.flatMap((pair) =>
    (['a', 'b'] as const).flatMap((side) => (pair[`checks_${side}`]?.findings ?? []).map(({ line }) => ({ id: pair.id, line: line ?? 0, lines: codeLines(pair[`response_${side}`]) }))),
  );
  expect(places.length).toBeGreaterThan(3);
  expect(places.filter(({ line, lines }) => line > lines)).toEqual([]);
});

test('nothing in the samples is taken for personal data', () => {
  const { redact } = createRedactor('any secret');
  for (const pair of all) for (const text of texts(pair)) expect(redact(text).counts, pair.id).toEqual({});
});
