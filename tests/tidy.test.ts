import { describe, expect, test } from 'vitest';
import { findAmbientCalls, findEnvironmentReads } from './tidy/ambient.js';
import { findForbiddenImports, findUnusedFiles } from './tidy/imports.js';
import { findMachinePaths, findMirrors, findResolvedAddresses } from './tidy/machine-traces.js';
import { describeFinding, isSource, parseSource, readRepository, type Finding, type SourceFile, type TextFile } from './tidy/repository.js';
import { findLeftovers, findLongFile, findLongFunctions } from './tidy/sizes.js';
import { findForeignWrites } from './tidy/table-writes.js';
import { findTaskDataMakers } from './tidy/task-data.js';

const repository = readRepository();
const sources = repository.filter(({ path }) => isSource(path)).map(parseSource);

const SOURCE_RULES: Readonly<Record<string, (file: SourceFile) => Finding[]>> = {
  'rooms import only the rooms they may': findForbiddenImports,
  'process.env is read in core/config.ts only': findEnvironmentReads,
  'pure folders take clock and chance as arguments': findAmbientCalls,
  'each table is written by its room only': findForeignWrites,
  'no function has more than 70 lines': findLongFunctions,
  'task data is made by release only': findTaskDataMakers,
};
const TEXT_RULES: Readonly<Record<string, (file: TextFile) => Finding[]>> = {
  'no file has more than 500 lines': findLongFile,
  'nothing is left for later in the code': findLeftovers,
  'no file names a folder of one machine': findMachinePaths,
  'no file names a package mirror': findMirrors,
  'the lock file has no download addresses': findResolvedAddresses,
};

function report(findings: readonly Finding[]): string {
  return findings.map(describeFinding).join('\n');
}

describe('the checkout', () => {
  test('is read: sources of every room, and the lock file', () => {
    const rooms = new Set(sources.map(({ path }) => path.split('/')[0]));
    for (const room of ['core', 'label-configs', 'frontend-plugin', 'ml-backend', 'webhooks', 'cli', 'tests', 'scripts']) expect(rooms).toContain(room);
    expect(repository.map(({ path }) => path)).toContain('package-lock.json');
    expect(repository.some(({ path }) => path.includes('node_modules') || path.startsWith('dist/'))).toBe(false);
  });

  test.each(Object.entries(SOURCE_RULES))('%s', (_, rule) => {
    expect(report(sources.flatMap(rule))).toBe('');
  });

  test.each(Object.entries(TEXT_RULES))('%s', (_, rule) => {
    expect(report(repository.flatMap(rule))).toBe('');
  });

  test('every file is imported by another', () => {
    expect(report(findUnusedFiles(sources))).toBe('');
  });
});

/** What a rule says about a planted file, one `line what` each. */
function said<F>(rule: (file: F) => Finding[], file: F): string[] {
  return rule(file).map(({ line, what }) => `${line} ${what}`);
}

function planted(path: string, text: string): SourceFile {
  return parseSource({ path, text });
}

describe('each rule catches a planted fault, and lets the right way pass', () => {
  test('forbidden imports', () => {
    const reach = (path: string, text: string): string[] => said(findForbiddenImports, planted(path, text));
    expect(reach('webhooks/quality/gold.ts', "import { a } from '../../core/errors.js';\nimport { b } from '../../ml-backend/rounds/round.js';")).toEqual([
      "2 imports '../../ml-backend/rounds/round.js' from ml-backend/",
    ]);
    expect(reach('core/queue.ts', "export * from '../webhooks/jobs.js';")).toHaveLength(1);
    expect(reach('ml-backend/jobs.ts', "const room = await import('../webhooks/jobs.js');")).toHaveLength(1);
    expect(reach('ml-backend/jobs.ts', "let x: import('../frontend-plugin/gateway/gateway.js').Gateway;")).toHaveLength(1);
    expect(reach('frontend-plugin/gateway/worker.ts', "new Worker(new URL('../../webhooks/worker.js', import.meta.url));")).toHaveLength(1);
    expect(reach('webhooks/jobs.ts', "import { createTestDatabase } from '../tests/support/test-database.js';")).toHaveLength(1);
    expect(reach('cli/commands/up.ts', "import { a } from '../../webhooks/jobs.js';\nimport { b } from '../../ml-backend/jobs.js';")).toEqual([]);
    expect(reach('frontend-plugin/view/x.tsx', "import { b } from '../../label-configs/compile.js';\nimport express from 'express';")).toEqual([]);
    expect(reach('webhooks/quality/gold.test.ts', "import { b } from '../../ml-backend/rounds/round.js';")).toEqual([]);
  });

  test('files that nobody imports', () => {
    const files = [
      planted('cli/main.ts', "import './commands.js';"),
      planted('cli/commands.ts', "import('./commands/up.js');"),
      planted('cli/commands/up.ts', ''),
      planted('core/tested.ts', ''),
      planted('core/forgotten.ts', "import './forgotten.js';"),
      planted('core/tested.test.ts', "import './tested.js';\nimport '../tests/support/shared.js';"),
      planted('tests/support/shared.ts', ''),
    ];
    expect(findUnusedFiles(files).map(({ path, what }) => `${path} ${what}`)).toEqual([
      'core/tested.ts only a test imports this file',
      'core/forgotten.ts no file imports this file',
    ]);
  });

  test('reads of the environment', () => {
    const lines = ["const a = process.env.HOME;", "const b = process['env'];", 'const { env } = process;', "import { env as e } from 'node:process';"];
    for (const line of lines) expect(said(findEnvironmentReads, planted('webhooks/jobs.ts', line)), line).toEqual(['1 reads process.env']);
    expect(said(findEnvironmentReads, planted('core/config.ts', lines[0]!))).toEqual([]);
    expect(said(findEnvironmentReads, planted('webhooks/jobs.ts', "const text = 'process.env'; // process.env\nprocess.exitCode = 1;"))).toEqual([]);
  });

  test('clock and chance in pure folders', () => {
    const lines = ['Math.random()', 'Date.now()', 'new Date()', 'new Date', 'Date()', 'performance.now()', 'globalThis.Math.random()', 'randomUUID()'];
    for (const line of lines) {
      for (const folder of ['webhooks/statistics', 'ml-backend/selection', 'ml-backend/numerics', 'core/domain', 'label-configs']) {
        expect(said(findAmbientCalls, planted(`${folder}/x.ts`, `let a;\na = ${line};`)), `${folder}: ${line}`).toEqual([expect.stringMatching(/^2 takes the time or chance/)]);
      }
      expect(said(findAmbientCalls, planted('core/queue.ts', line))).toEqual([]);
    }
    expect(said(findAmbientCalls, planted('core/domain/x.ts', 'new Date(vote.at); now(); random.next(); // Math.random()'))).toEqual([]);
  });

  test('writes of a foreign table', () => {
    const writes = (path: string, text: string): string[] => said(findForeignWrites, planted(path, text));
    for (const method of ['insertInto', 'updateTable', 'deleteFrom']) {
      expect(writes('ml-backend/rounds/x.ts', `\nawait db.${method}('vote').execute();`)).toEqual(['2 ml-backend/ writes the table vote, which webhooks/ owns']);
      expect(writes('webhooks/intake/x.ts', `await db.${method}('vote').execute();`)).toEqual([]);
      expect(writes('cli/commands/x.ts', `await db.${method}('vote as v').execute();`)).toHaveLength(1);
      expect(writes('webhooks/intake/x.ts', `await db.${method}(table).execute();`)).toEqual(['1 writes table, which is no table of ours by that name']);
    }
    for (const statement of ['insert into vote (a)', 'update vote set a = 1', 'UPDATE "vote" SET a = 1', 'update vote as v set a = 1', 'delete from vote', 'truncate table vote']) {
      expect(writes('cli/x.ts', `await sql\`${statement} \${value}\`.execute(db);`), statement).toHaveLength(1);
      expect(writes('cli/x.ts', `await client.query('${statement}');`), statement).toHaveLength(1);
      expect(writes('webhooks/x.ts', `await client.query('${statement}');`), statement).toEqual([]);
      expect(writes('tests/x.ts', `await client.query('${statement}');`), statement).toEqual([]);
    }
    expect(writes('cli/x.ts', "await sql`delete from ${sql.table('vote')}`.execute(db);")).toHaveLength(1);
    expect(writes('cli/x.ts', "say('update vote counts, then insert into the table'); await sql`select * from vote for update`;")).toEqual([]);
    expect(writes('core/database/migrations/0009-x.ts', 'sql`update vote set a = 1`;')).toEqual([]);
  });

  test('long functions and files', () => {
    const body = (lines: number): string => Array.from({ length: lines }, () => '  call();').join('\n');
    expect(said(findLongFunctions, planted('core/x.ts', `\nfunction longOne() {\n${body(69)}\n}`))).toEqual(['2 longOne has 71 lines, more than 70']);
    expect(said(findLongFunctions, planted('core/x.ts', `const longOne = () => {\n${body(69)}\n};`))).toEqual(['1 longOne has 71 lines, more than 70']);
    expect(said(findLongFunctions, planted('core/x.ts', `/** ${body(9)} */\nfunction shortOne() {\n${body(68)}\n}`))).toEqual([]);
    expect(said(findLongFunctions, planted('core/x.test.ts', `describe('x', () => {\n${body(80)}\n});`))).toEqual([]);
    expect(said(findLongFunctions, planted('core/x.test.ts', `test('x', () => {\n${body(80)}\n});`))).toHaveLength(1);
    expect(said(findLongFile, { path: 'core/x.ts', text: 'a;\n'.repeat(501) })).toEqual(['501 the file has 501 lines, more than 500']);
    expect(said(findLongFile, { path: 'core/x.ts', text: 'a;\n'.repeat(500) })).toEqual([]);
  });

  test('work left for later', () => {
    for (const mark of ['TO_DO', 'FIX_ME', 'X_XX'].map((word) => word.replace('_', ''))) {
      expect(said(findLeftovers, { path: 'core/x.ts', text: `call();\n// ${mark}: later` })).toEqual([`2 says ${mark}`]);
    }
    expect(said(findLeftovers, { path: 'core/x.ts', text: "const masked = 'XXXX'; // method, todo list" })).toEqual([]);
  });

  test('folders of one machine', () => {
    const folder = (name: string): string => ['', name, 'shared', 'a.jsonl'].join('/');
    for (const name of ['work', 'root', 'opt/pypi', 'home/ann']) {
      expect(said(findMachinePaths, { path: 'README.md', text: `see\n\`${folder(name)}\`` }), name).toEqual([expect.stringMatching(/^2 names a folder of one machine/)]);
    }
    const fine = ['a/work/b', './root/x', 'https://example.org/work/x', '/workers/x', '<a href="/user/login">', 'and/or'];
    for (const text of fine) expect(said(findMachinePaths, { path: 'README.md', text }), text).toEqual([]);
  });

  test('package mirrors and download addresses', () => {
    const index = ['--extra', 'index', 'url'].join('-');
    const lines = [`pip install ${index} x`, ['registry', 'https:', '', 'packages.example'].join('='), ['https:', '', 'pypi.corp.example'].join('/'), ['https:/', 'mirror.example', 'x'].join('/')];
    for (const text of lines) expect(said(findMirrors, { path: 'x.txt', text }), text).toHaveLength(1);
    expect(said(findMirrors, { path: 'README.md', text: 'https://pypi.org/project/x https://registry.npmjs.org/x, a mirrored verdict' })).toEqual([]);
    const lock = `{\n  "resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz"\n}`;
    expect(said(findResolvedAddresses, { path: 'package-lock.json', text: lock })).toEqual([expect.stringMatching(/^2 has a download address/)]);
    expect(said(findResolvedAddresses, { path: 'package-lock.json', text: '{ "resolved": "core", "link": true }' })).toEqual([]);
  });

  test('task data made outside release', () => {
    const make = (path: string, text: string): string[] => said(findTaskDataMakers, planted(path, text));
    const ways = [
      "send({ pair: id, prompt_text: 'x' });",
      'const data: TaskData = { pair };',
      'send(x as TaskData);',
      'send(taskDataSchema.parse(x));',
      'function build(): TaskData { return x; }',
      'const build = async (): Promise<TaskData[]> => x;',
    ];
    for (const text of ways) {
      expect(make('webhooks/quality/batch.ts', text), text).toEqual([expect.stringMatching(/^1 makes task data/)]);
      expect(make('webhooks/privacy/release.ts', text), text).toEqual([]);
    }
    const reads = ['const task = taskDataSchema.parse(store.task);', 'interface Props { task: TaskData }', 'function show(task: TaskData): void {}'];
    for (const text of reads) expect(make('frontend-plugin/view/x.tsx', text), text).toEqual([]);
    expect(make('webhooks/quality/batch.ts', 'const data: TaskData = release(pair); send(task.prompt_text);')).toEqual([]);
    expect(make('frontend-plugin/hosts/x.ts', "send({ prompt_text: 'x' });")).toHaveLength(1);
  });
});
