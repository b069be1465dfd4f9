import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { LabelStudioClient } from '../../core/label-studio/client.js';
import { packagePath } from '../../core/package-root.js';
import { GUIDE_COMMANDS, GUIDE_FILES } from './guide.js';

const stack = inject('stack');
const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'pairloop-guide-'));

/** The words of a command line; quotes hold words together. */
const wordsOf = (line: string): string[] => [...line.matchAll(/"([^"]*)"|\S+/g)].map((match) => match[1] ?? match[0]);

beforeAll(async () => {
  for (const [name, text] of Object.entries(GUIDE_FILES)) writeFileSync(join(folder, name), text);
  const labelStudio = new LabelStudioClient(stack.labelStudio);
  const titles = new Set(GUIDE_COMMANDS.flatMap((line) => /--project "([^"]*)"/.exec(line)?.[1] ?? []));
  for (const title of titles) await labelStudio.createProject({ title });
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each(GUIDE_COMMANDS)('%s', async (line) => {
  const { stdout } = await run('node', [packagePath('dist', 'cli', 'main.js'), ...wordsOf(line).slice(1)], { cwd: folder, env: { ...process.env, PAIRLOOP_DATA: stack.dataDir } });
  expect(stdout.trim() === '').toBe(line.includes(' --out '));
  expect(Number(/Installed in ([\d.]+) s/.exec(stdout)?.[1] ?? Infinity) < 60).toBe(line.includes(' install '));
});
