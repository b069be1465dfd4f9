import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { childEnvironment } from '../config.js';
import { PairloopError } from '../errors.js';
import { packagePath } from '../package-root.js';
import { tryLock, type ExclusiveLock } from './exclusive-lock.js';
import { endProcess, signalGroup } from './orphans.js';
import { readJsonFile, writePrivateFile } from './private-file.js';
import { identifyProcess } from './process-identity.js';
import { findPython, findUv, type Python } from './python.js';

const REQUIREMENTS = packagePath('core', 'running', 'label-studio-requirements.txt');
const MARKER = 'pairloop-installed.json';
const OTHERS_INSTALL_WITHIN_MS = 20 * 60_000;

const markerSchema = z.object({ requirementsSha256: z.string() });

export interface InstallOptions {
  /** The environment's folder; it may be shared by several data folders. */
  readonly folder: string;
  /** Takes what is being done, in a few words, each time that changes. */
  readonly report: (text: string) => void;
  readonly signal: AbortSignal;
}

interface Tool extends InstallOptions {
  readonly lock: ExclusiveLock;
  readonly logPath: string;
}

/**
 * Makes sure that the Python environment of the managed Label Studio is there, with exactly the locked packages, and
 * returns its Python. A marker with the hash of the list is written last: an install that was interrupted, or of another
 * list, is done anew. Two processes at once take turns.
 *
 * @throws PairloopError when Python is missing or the packages cannot be installed.
 */
export async function ensureLabelStudioEnvironment(options: InstallOptions): Promise<string> {
  const python = join(options.folder, 'bin', 'python');
  if (isLabelStudioInstalled(options.folder)) return python;
  mkdirSync(dirname(options.folder), { recursive: true });
  const lock = await waitForLock(options);
  try {
    if (!isLabelStudioInstalled(options.folder)) await install({ ...options, lock, logPath: `${options.folder}.log` });
  } finally {
    lock.release();
  }
  return python;
}

function requirementsSha256(): string {
  return createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
}

/** Whether the environment is whole, and its Python (often a link to the system's) still there. */
export function isLabelStudioInstalled(folder: string): boolean {
  const marker = readJsonFile(join(folder, MARKER), markerSchema);
  return marker?.requirementsSha256 === requirementsSha256() && existsSync(join(folder, 'bin', 'python'));
}

async function waitForLock({ folder, report, signal }: InstallOptions): Promise<ExclusiveLock> {
  const deadline = performance.now() + OTHERS_INSTALL_WITHIN_MS;
  for (;;) {
    const attempt = tryLock(`${folder}.lock`);
    if (attempt.lock !== undefined) {
      if (attempt.abandoned !== null) await endProcess(attempt.abandoned, 'SIGTERM', 5_000);
      return attempt.lock;
    }
    if (performance.now() > deadline) {
      throw new PairloopError(`Process ${attempt.owner?.pid ?? '?'} has been installing Label Studio into ${folder} for 20 minutes; end it, then start again.`);
    }
    report(`waiting for process ${attempt.owner?.pid ?? '?'}, which installs Label Studio into the same folder`);
    await sleep(1_000, undefined, { signal });
  }
}

async function install(tool: Tool): Promise<void> {
  const uv = await findUv();
  const python = await findPython(uv === undefined);
  rmSync(tool.folder, { recursive: true, force: true });
  rmSync(tool.logPath, { force: true });
  tool.report(`making a Python ${python.version} environment${uv === undefined ? '' : ' with uv'}`);
  if (uv === undefined) await installWithPip(tool, python);
  else await installWithUv(tool, python);
  writePrivateFile(join(tool.folder, MARKER), `${JSON.stringify({ requirementsSha256: requirementsSha256(), python: python.version })}\n`);
}

/** All packages are pinned and complete: nothing is left to resolve. Without it pip takes a third longer. */
const LOCKED = ['--no-deps', '--require-hashes'];

async function installWithUv(tool: Tool, python: Python): Promise<void> {
  const environment = { UV_PYTHON_DOWNLOADS: 'never', UV_NO_PROGRESS: '1' };
  const target = join(tool.folder, 'bin', 'python');
  await runTool(tool, 'uv', ['venv', '--python', python.path, tool.folder], environment);
  await runTool(tool, 'uv', ['pip', 'install', '--python', target, ...LOCKED, '-r', buildRequirements(tool)], environment);
  tool.report('installing Label Studio with uv');
  await runTool(tool, 'uv', ['pip', 'install', '--python', target, ...LOCKED, '--no-build-isolation', '-r', REQUIREMENTS], environment);
}

async function installWithPip(tool: Tool, python: Python): Promise<void> {
  const environment = { PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1', PYTHONUNBUFFERED: '1' };
  await runTool(tool, python.path, ['-m', 'venv', tool.folder], environment);
  const pip = [join(tool.folder, 'bin', 'python'), '-m', 'pip', 'install', '--progress-bar', 'off', '--no-compile', ...LOCKED] as const;
  const [command, ...args] = pip;
  await runTool(tool, command, [...args, '-r', buildRequirements(tool)], environment);
  await runTool(tool, command, [...args, '--no-build-isolation', '-r', REQUIREMENTS], environment, pipProgress(tool.report));
}

/** A few packages come as source only. What builds them is installed first, from the same list, so that nothing unlocked runs. */
function buildRequirements(tool: Tool): string {
  const blocks = readFileSync(REQUIREMENTS, 'utf8').split(/\n(?=\w)/);
  const path = join(tool.folder, 'build-requirements.txt');
  writePrivateFile(path, `${blocks.filter((block) => block.startsWith('setuptools==')).join('\n')}\n`);
  return path;
}

/** pip first names the packages that this platform does not need, then each one it fetches, then unpacks all of them. */
function pipProgress(report: (text: string) => void): (line: string) => void {
  let total = (readFileSync(REQUIREMENTS, 'utf8').match(/^[\w.-]+==/gm) ?? []).length;
  let fetched = 0;
  return (line) => {
    if (line.startsWith('Ignoring ')) total -= 1;
    if (line.startsWith('Installing collected packages')) report(`unpacking ${total} packages of Label Studio`);
    if (!line.startsWith('Collecting ')) return;
    fetched += 1;
    report(`fetching Label Studio: ${fetched} of ${total} packages`);
  };
}

/** Runs an installer, its output going to the log; ends it when the signal comes. */
async function runTool(
  tool: Tool,
  command: string,
  args: readonly string[],
  environment: Record<string, string>,
  onLine: (line: string) => void = () => {},
): Promise<void> {
  const log = openSync(tool.logPath, 'a', 0o600);
  const child = spawn(command, args, { env: childEnvironment('all', environment), detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const abort = (): void => {
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGTERM');
  };
  tool.signal.addEventListener('abort', abort, { once: true });
  if (child.pid !== undefined) tool.lock.setWorker(identifyProcess(child.pid) ?? null);
  const read = async (stream: Readable): Promise<void> => {
    for await (const line of createInterface({ input: stream })) {
      writeSync(log, `${line}\n`);
      onLine(line);
    }
  };
  const output = Promise.all([read(child.stdout), read(child.stderr)]);
  try {
    const how = await new Promise<string | undefined>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('close', (code, signal) => resolve(code === 0 ? undefined : `ended with ${signal ?? `exit code ${code}`}`));
    });
    await output;
    if (tool.signal.aborted) throw new PairloopError('The installation of Label Studio was stopped; the next start does it anew.');
    if (how !== undefined) throw failedTool(tool, `${command} ${args.slice(0, 3).join(' ')}`, how);
  } finally {
    tool.signal.removeEventListener('abort', abort);
    tool.lock.setWorker(null);
    closeSync(log);
  }
}

function failedTool(tool: Tool, what: string, how: string): PairloopError {
  const lines = readFileSync(tool.logPath, 'utf8').trimEnd().split('\n');
  const reason = lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? '';
  return new PairloopError(
    `Label Studio could not be installed into ${tool.folder}: \`${what} …\` ${how} (${reason.trim().slice(0, 300)}). Check that the Python package index can be reached and the disk has 1.5 GB free; the whole output is in ${tool.logPath}.`,
  );
}
