import { defineCommand, renderUsage, runCommand, type CommandDef } from 'citty';
import { PairloopError } from '../core/errors.js';
import { commands } from './commands.js';

const main: CommandDef = defineCommand({
  meta: { name: 'pairloop', description: 'Human preferences between two model answers, collected in Label Studio.' },
  subCommands: commands,
});

/** Exit codes: 0 done, 1 failed, 2 wrong usage. Only expected failures are shown without a stack trace. */
async function run(argv: string[]): Promise<number> {
  if (argv.length === 0 || argv.includes('--help') || argv.includes('-h')) {
    await showHelp(argv.filter((one) => !one.startsWith('-')));
    return argv.length === 0 ? 2 : 0;
  }
  try {
    await runCommand(main, { rawArgs: argv });
    return typeof process.exitCode === 'number' ? process.exitCode : 0;
  } catch (error) {
    return reportFailure(error);
  }
}

function reportFailure(error: unknown): number {
  if (error instanceof PairloopError) {
    process.stderr.write(`pairloop: ${error.message}\n`);
    return error.kind === 'usage' ? 2 : 1;
  }
  if (error instanceof Error && error.name === 'CLIError') {
    process.stderr.write(`pairloop: ${error.message}. Try pairloop --help.\n`);
    return 2;
  }
  process.stderr.write(`pairloop: internal error, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}

async function showHelp(path: string[]): Promise<void> {
  let command: CommandDef = main;
  for (const name of path) {
    const children = command.subCommands as Record<string, () => Promise<CommandDef>> | undefined;
    const next = children?.[name];
    if (next === undefined) break;
    command = await next();
  }
  process.stdout.write(`${await renderUsage(command, command === main ? undefined : main)}\n`);
}

process.exitCode = await run(process.argv.slice(2));
