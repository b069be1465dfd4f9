import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { packagePath } from '../../core/package-root.js';

/** The machine that a benchmark ran on, such as `2 × Some Processor`. */
export function describeMachine(): string {
  return `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`;
}

/** The commit that a benchmark measured, and whether there were changes on top of it. */
export function describeCommit(): string {
  const git = (...args: string[]): string => execFileSync('git', ['-C', packagePath(), ...args]).toString().trim();
  return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain') === '' ? '' : ' with changes'}`;
}
