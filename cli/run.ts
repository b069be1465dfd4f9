import { stripVTControlCharacters } from 'node:util';
import { defineCommand, renderUsage, runCommand, type CommandDef } from 'citty';
import { PairloopError } from '../core/errors.js';
import { assertArguments, findCommand, type Call } from './command-line.js';
import { commands } from './commands.js';

const main: CommandDef = defineCommand({
  meta: { name: 'pairloop', description: 'Human preferences between two model answers, collected in Label Studio.' },
  subCommands: commands,
});

const isHelp = (argument: string): boolean => argument === '--help' || argument === '-h';

/** Where a command's help and the failures go. */
export interface Streams {
  readonly stdout: Stream;
  readonly stderr: Stream;
}
interface Stream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/**
 * Runs one command of `pairloop`. Exit codes: 0 done, 1 failed, 2 wrong usage. Only failures that nobody expected are shown with a stack trace.
 * A command named only in part shows what there is, on stderr.
 */
export async function run(argv: readonly string[], streams: Streams): Promise<number> {
  try {
    const call = await findCommand(main, argv.filter((argument) => !isHelp(argument)));
    const isAsked = argv.some(isHelp);
    if (isAsked || call.command.subCommands !== undefined) {
      await showHelp(call, isAsked ? streams.stdout : streams.stderr);
      return isAsked ? 0 : 2;
    }
    assertArguments(call);
    await runCommand(call.command, { rawArgs: call.rawArgs });
    return typeof process.exitCode === 'number' ? process.exitCode : 0;
  } catch (error) {
    return reportFailure(error, streams.stderr);
  }
}

function reportFailure(error: unknown, stderr: Stream): number {
  if (error instanceof PairloopError) {
    stderr.write(`pairloop: ${error.message}\n`);
    return error.kind === 'usage' ? 2 : 1;
  }
  stderr.write(`pairloop: internal error, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}

async function showHelp({ command, parent, words }: Call, stream: Stream): Promise<void> {
  const outer = parent === undefined ? undefined : { ...parent, meta: { name: words.split(' ').slice(0, -1).join(' ') } };
  const usage = await renderUsage(command, outer);
  stream.write(`${stream.isTTY === true ? usage : stripVTControlCharacters(usage)}\n`);
}
