import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { ArgsDef, CommandDef } from 'citty';
import { PairloopError } from '../core/errors.js';

/** A command that was asked for. */
export interface Call {
  /** As a person types it, such as `pairloop pairs import`. */
  readonly words: string;
  readonly command: CommandDef;
  /** The command whose subcommand it is; undefined for the outermost. */
  readonly parent: CommandDef | undefined;
  /** What stands behind the command's name. */
  readonly rawArgs: string[];
}

const commandsOf = (command: CommandDef): Record<string, unknown> | undefined => command.subCommands as Record<string, unknown> | undefined;

/** What citty takes for a command, itself or a function that loads it. */
async function load(entry: unknown): Promise<CommandDef> {
  return (typeof entry === 'function' ? await entry() : await entry) as CommandDef;
}

/**
 * The command that `argv` names, as deep as it names one: without any name, `main` itself.
 *
 * @throws PairloopError (usage) naming the word that is no command and those that are, or the option that stands before the command.
 */
export async function findCommand(main: CommandDef, argv: readonly string[]): Promise<Call> {
  let call: Call = { words: 'pairloop', command: main, parent: undefined, rawArgs: [...argv] };
  for (let children = commandsOf(main); children !== undefined; children = commandsOf(call.command)) {
    const [name, ...rawArgs] = call.rawArgs;
    if (name === undefined) return call;
    // A command that takes a file can have a second one beside it: `agreement plan` is no file called plan.
    const [second, ...behind] = rawArgs;
    if (second !== undefined && Object.hasOwn(children, `${name} ${second}`)) {
      return { words: `${call.words} ${name} ${second}`, command: await load(children[`${name} ${second}`]), parent: call.command, rawArgs: behind };
    }
    const names = Object.keys(children).join(', ');
    if (name.startsWith('-')) throw new PairloopError(`${call.words} has no option ${name}; a command comes first: ${names}.`, 'usage');
    if (!Object.hasOwn(children, name)) throw new PairloopError(`${call.words} has no command ${JSON.stringify(name)}; its commands are ${names}.`, 'usage');
    call = { words: `${call.words} ${name}`, command: await load(children[name]), parent: call.command, rawArgs };
  }
  return call;
}

/**
 * Refuses what the command would silently ignore or read as something else: citty takes any option and any number of arguments.
 *
 * @throws PairloopError (usage) naming the first option that the command does not have, that is without its value or that is missing, or the
 * argument that is one too many or missing.
 */
export function assertArguments({ words, command, rawArgs }: Call): void {
  const args = Object.entries((command.args ?? {}) as ArgsDef);
  const options = args.filter(([, arg]) => arg.type !== 'positional');
  const wanted = args.filter(([, arg]) => arg.type === 'positional').map(([name]) => name);
  const fail = (problem: string): never => {
    throw new PairloopError(`${words} ${problem}; ${words} --help tells more.`, 'usage');
  };
  const config: NonNullable<ParseArgsConfig['options']> = Object.fromEntries(
    options.map(([name, { type }]) => [name, { type: type === 'boolean' ? 'boolean' : 'string', ...(name.length === 1 ? { short: name } : {}) }]),
  );
  const { tokens, positionals } = parseArgs({ args: [...rawArgs], options: config, strict: false, allowPositionals: true, tokens: true });
  const given = tokens.filter((token) => token.kind === 'option');
  const names = options.map(([name]) => (name.length === 1 ? `-${name}` : `--${name}`)).join(', ');
  for (const { name, rawName, value } of given) {
    const option = config[name];
    if (option === undefined) return fail(`has no option ${rawName}${names === '' ? '' : `; its options are ${names}`}`);
    if (option.type === 'string' && (value === undefined || value === '')) return fail(`needs a value behind ${rawName}`);
  }
  if (positionals.length > wanted.length) return fail(`takes no argument ${JSON.stringify(positionals[wanted.length])}`);
  const needed = args.filter(([, arg]) => arg.type === 'positional' && arg.required !== false);
  if (positionals.length < needed.length) return fail(`needs ${wanted[positionals.length]!.toUpperCase()}`);
  const missing = options.find(([name, arg]) => arg.required === true && !given.some((token) => token.name === name));
  if (missing !== undefined) return fail(`needs ${missing[0].length === 1 ? '-' : '--'}${missing[0]}`);
}
