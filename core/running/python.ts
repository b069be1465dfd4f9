import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { childEnvironment } from '../config.js';
import { PairloopError } from '../errors.js';

const run = promisify(execFile);
const NAMES = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
/** The locked packages have ready-made files for these. */
const MINOR_MIN = 10;
const MINOR_MAX = 13;
const QUESTION = `
import json, sys
def has(name):
    try:
        __import__(name)
        return True
    except Exception:
        return False
print(json.dumps({"path": sys.executable, "version": list(sys.version_info[:3]), "venv": has("venv") and has("ensurepip")}))`;

const answerSchema = z.object({ path: z.string().min(1), version: z.array(z.number()).length(3), venv: z.boolean() });

export interface Python {
  readonly path: string;
  /** Such as 3.11.7. */
  readonly version: string;
  /** Whether it can make environments by itself; Debian and Ubuntu ship that apart. */
  readonly hasVenv: boolean;
}

/** The version of uv on PATH; undefined when there is none. */
export async function findUv(): Promise<string | undefined> {
  try {
    return (await run('uv', ['--version'])).stdout.trim();
  } catch {
    return undefined;
  }
}

/**
 * The Python the managed Label Studio is to run on: the first on PATH of a version it can use, one that can make
 * environments before one that cannot.
 *
 * @throws PairloopError naming what was found and which package to install.
 */
export async function findPython(needsVenv: boolean): Promise<Python> {
  const found = (await Promise.all(NAMES.map(ask))).filter((python) => python !== undefined);
  const usable = found.filter(isUsable);
  const chosen = usable.find((python) => python.hasVenv) ?? usable[0];
  if (chosen === undefined) {
    const others = found.length === 0 ? 'none is on PATH' : `found only ${[...new Set(found.map((one) => one.version))].join(', ')}`;
    throw new PairloopError(
      `The managed Label Studio needs Python 3.${MINOR_MIN} to 3.${MINOR_MAX}, and ${others}: install it (Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python@3.13), or set LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY to a Label Studio of your own.`,
    );
  }
  if (needsVenv && !chosen.hasVenv) {
    throw new PairloopError(
      `Python ${chosen.version} at ${chosen.path} cannot make environments (its modules venv and ensurepip are missing): install them with \`apt-get install python3-venv\` (Debian, Ubuntu), or install uv.`,
    );
  }
  return chosen;
}

async function ask(name: string): Promise<Python | undefined> {
  try {
    const { stdout } = await run(name, ['-c', QUESTION], { timeout: 20_000, env: childEnvironment('base', {}) });
    const answer = answerSchema.parse(JSON.parse(stdout));
    return { path: answer.path, version: answer.version.join('.'), hasVenv: answer.venv };
  } catch {
    return undefined;
  }
}

function isUsable(python: Python): boolean {
  const [major, minor] = python.version.split('.').map(Number);
  return major === 3 && minor !== undefined && minor >= MINOR_MIN && minor <= MINOR_MAX;
}
