import { runCommand, type ArgsDef, type CommandDef } from 'citty';
import { vi } from 'vitest';

/** Runs a command in this process and gives what it printed; what it throws is thrown. */
export async function runInProcess<T extends ArgsDef>(command: CommandDef<T>, rawArgs: string[]): Promise<{ stdout: string; stderr: string }> {
  const printed = { stdout: '', stderr: '' };
  const capture = (stream: 'stdout' | 'stderr') =>
    vi.spyOn(process[stream], 'write').mockImplementation((chunk) => {
      printed[stream] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      return true;
    });
  const spies = [capture('stdout'), capture('stderr')];
  try {
    await runCommand(command, { rawArgs });
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return printed;
}
