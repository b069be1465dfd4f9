import { defineCommand } from 'citty';
import { describe, expect, it } from 'vitest';
import { assertArguments, findCommand } from '../../cli/command-line.js';
import { commands } from '../../cli/commands.js';
import { run } from '../../cli/run.js';
import { packagePath } from '../../core/package-root.js';

const main = defineCommand({ meta: { name: 'pairloop' }, subCommands: commands });

const check = async (line: string): Promise<void> => assertArguments(await findCommand(main, line.split(' ').filter((word) => word !== '')));

async function leaves(path: string[] = []): Promise<string[]> {
  const { command } = await findCommand(main, path);
  const names = Object.keys((command.subCommands as object | undefined) ?? {});
  return names.length === 0 ? [path.join(' ')] : (await Promise.all(names.map((name) => leaves([...path, name])))).flat();
}

describe('findCommand', () => {
  it('finds a command of a group, and what stands behind its name', async () => {
    const call = await findCommand(main, ['pairs', 'import', 'pairs.jsonl', '--json']);
    expect(call).toMatchObject({ words: 'pairloop pairs import', rawArgs: ['pairs.jsonl', '--json'], command: { meta: { name: 'import' } }, parent: { meta: { name: 'pairs' } } });
  });

  it('names the misspelt command and those there are', async () => {
    await expect(check('staus')).rejects.toMatchObject({ kind: 'usage', message: expect.stringMatching(/^pairloop has no command "staus"; its commands are agreement, .*status/) });
    await expect(check('rater puase')).rejects.toMatchObject({ kind: 'usage', message: 'pairloop rater has no command "puase"; its commands are list, show, pause, resume.' });
    await expect(check('constructor')).rejects.toMatchObject({ kind: 'usage' });
  });

  it('refuses an option before the command', async () => {
    await expect(check('--json status')).rejects.toMatchObject({ kind: 'usage', message: expect.stringContaining('has no option --json; a command comes first') });
  });
});

describe('assertArguments', () => {
  it('refuses an unknown option in every command, and names it', async () => {
    const all = await leaves();
    expect(all.length).toBeGreaterThan(15);
    for (const words of all) {
      await expect(check(`${words} --sede 3`), words).rejects.toMatchObject({ kind: 'usage', message: expect.stringContaining(`pairloop ${words} has no option --sede`) });
    }
    await expect(check('agreement votes.jsonl -x')).rejects.toThrow('has no option -x; its options are --project, --by, --dimension, --level, --seed, --resamples, --json;');
    await expect(check('agreement votes.jsonl --sede=3')).rejects.toThrow('has no option --sede;');
    await expect(check('status --no-such')).rejects.toThrow('has no option --no-such;');
  });

  it('takes the options a command has, in every way they can be written', async () => {
    const lines = [
      'agreement votes.jsonl --seed 3 --level=ordinal --json',
      'select --embeddings x.npy -k 20 --weight -1',
      'select --embeddings x.npy --k=20',
      'select --embeddings x.npy -k20 --json',
      'rater pause a@example.com --reason --odd',
      'explain -- --odd-id',
    ];
    for (const line of lines) await expect(check(line), line).resolves.toBeUndefined();
  });

  it('refuses an option without its value, and what is missing or one too many', async () => {
    await expect(check('agreement votes.jsonl --seed')).rejects.toThrow('pairloop agreement needs a value behind --seed;');
    await expect(check('batch create -k')).rejects.toThrow('pairloop batch create needs a value behind -k;');
    await expect(check('explain')).rejects.toThrow('pairloop explain needs PAIR;');
    await expect(check('explain one two')).rejects.toThrow('pairloop explain takes no argument "two";');
    await expect(check('rater pause a@example.com')).rejects.toThrow('pairloop rater pause needs --reason;');
    await expect(check('select -k 3')).rejects.toThrow('pairloop select needs --embeddings;');
  });
});

async function pairloop(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const printed = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({ write: (text: string) => (printed[name] += text) });
  return { code: await run(argv, { stdout: stream('stdout'), stderr: stream('stderr') }), stdout: printed.stdout, stderr: printed.stderr };
}

describe('run', () => {
  it('shows the help of a subcommand, without colours where there is no terminal', async () => {
    const { code, stdout } = await pairloop('pairs', 'import', '--help');
    expect(code).toBe(0);
    expect(stdout).toContain('USAGE pairloop pairs import [OPTIONS] <FILE>');
    expect(stdout).toContain('--consent-reference=<TEXT>');
  });

  it('exits with 2 and one sentence on wrong usage', async () => {
    const { code, stdout, stderr } = await pairloop('agreement', packagePath('samples', 'votes.jsonl'), '--sede', '3');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe('pairloop: pairloop agreement has no option --sede; its options are --project, --by, --dimension, --level, --seed, --resamples, --json; pairloop agreement --help tells more.\n');
  });

  it('shows what there is when a command is named only in part, and exits with 2', async () => {
    const { code, stdout, stderr } = await pairloop('rater');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('USAGE pairloop rater list|show|pause|resume');
  });
});
