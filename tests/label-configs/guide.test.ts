import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { labelConfigCommand } from '../../cli/commands/label-config.js';
import { rubricSchema } from '../../core/domain/rubric.js';
import { packagePath } from '../../core/package-root.js';
import { listRubrics, loadRubricWithGuideline, parseRubric } from '../../label-configs/rubric-file.js';
import { runInProcess } from '../support/run-command.js';
import { GUIDE, GUIDE_COMMANDS, GUIDE_FILES } from './guide.js';

test('the table of the ready rubrics is what the command prints', async () => {
  const { stdout } = await runInProcess(labelConfigCommand, ['list', '--markdown']);
  expect(stdout.split('\n').length).toBe(12);
  expect(GUIDE).toContain(`\n\n${stdout}\n`);
});

test('every ready rubric has its picture on the page, and what the page links is there', () => {
  const links = [...GUIDE.matchAll(/\]\(([^)#:]+)\)/g)].map((link) => link[1]!);
  expect(links).toEqual(expect.arrayContaining(listRubrics().map((name) => `pictures/label-configs/${name}.png`)));
  expect(links.filter((link) => !existsSync(packagePath('docs', link)))).toEqual([]);
});

test("the example of a team's own rubric is one, with the guideline beside it", () => {
  expect(Object.keys(GUIDE_FILES)).toEqual(['refunds.yaml', 'refunds.md']);
  expect(GUIDE.match(/```(?:yaml|markdown)/g)).toHaveLength(2);
  const folder = mkdtempSync(join(tmpdir(), 'pairloop-guide-'));
  for (const [name, text] of Object.entries(GUIDE_FILES)) writeFileSync(join(folder, name), text);
  const { rubric, guideline } = loadRubricWithGuideline(join(folder, 'refunds.yaml'));
  rmSync(folder, { recursive: true });
  expect(rubric).toMatchObject({ name: 'refunds', strength: true, flags: [{ kind: 'red_line' }, { kind: 'stale' }] });
  expect(guideline).toMatchObject({ name: 'refunds', version: '1.0' });
});

test('the error it shows is the one that a file without the weight gives', () => {
  const broken = GUIDE_FILES['refunds.yaml']!.replace('    weight: 0.7\n', '');
  const shown = /`(refunds\.yaml, line \d+: [^`]*)`/.exec(GUIDE)![1]!;
  expect(() => parseRubric(broken, 'refunds.yaml')).toThrow(shown);
});

test('every field that a rubric may have is explained, and the example uses every part of one', () => {
  const fields = fieldsOf(z.toJSONSchema(rubricSchema, { io: 'input', unrepresentable: 'any' }));
  expect(fields.size).toBeGreaterThan(30);
  expect([...fields].filter((field) => !GUIDE.includes(`\`${field}\``))).toEqual([]);
  for (const part of ['dimensions', 'contexts', 'flags', 'require', 'levels', 'counter_example', 'when', 'because']) expect(GUIDE_FILES['refunds.yaml']).toContain(`${part}:`);
});

test('every line of a shell block is a command of its own, or of this one', () => {
  expect(GUIDE_COMMANDS.length).toBeGreaterThan(5);
  expect(GUIDE_COMMANDS.filter((line) => !line.startsWith('pairloop label-config '))).toEqual([]);
});

/** Names of the fields anywhere in a JSON schema. */
function fieldsOf(schema: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(schema)) for (const one of schema) fieldsOf(one, found);
  const node = z.record(z.string(), z.unknown()).safeParse(schema);
  if (!node.success || Array.isArray(schema)) return found;
  for (const [key, value] of Object.entries(node.data)) {
    const properties = key === 'properties' ? z.record(z.string(), z.unknown()).parse(value) : {};
    for (const name of Object.keys(properties)) found.add(name);
    for (const one of key === 'properties' ? Object.values(properties) : [value]) fieldsOf(one, found);
  }
  return found;
}
