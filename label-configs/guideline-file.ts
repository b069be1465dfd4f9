import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import type { Guideline } from '../core/domain/rubric.js';
import { PairloopError } from '../core/errors.js';
import { packagePath } from '../core/package-root.js';

const FRONT_MATTER = /^---\r?\n(?<head>[\s\S]*?)\r?\n---\r?\n/;
const headSchema = z.object({ version: z.string('must be text; put it in quotes').min(1) });

/**
 * The guideline in `label-configs/guidelines/NAME.md`: Markdown after a front matter with its `version`.
 * `sha256` is of the whole file's bytes, `markdown` is without the front matter. Throws a PairloopError
 * when there is no such file or it has no version.
 */
export function loadGuideline(name: string): Guideline {
  const path = packagePath('label-configs', 'guidelines', `${name}.md`);
  if (!/^[\w-]+$/.test(name) || !existsSync(path)) {
    throw new PairloopError(`There is no guideline "${name}"; choose one of: ${guidelineNames().join(', ')}.`, 'usage');
  }
  return parseGuideline(readFileSync(path), name);
}

/** A guideline from a file's bytes (UTF-8); the file's name is `label-configs/guidelines/NAME.md` in errors. */
export function parseGuideline(bytes: Uint8Array, name: string): Guideline {
  const file = `label-configs/guidelines/${name}.md`;
  const text = new TextDecoder().decode(bytes);
  const front = FRONT_MATTER.exec(text);
  if (front === null) throw new PairloopError(`${file}, line 1: begin the file with "---", a line "version: …" and "---".`);
  const { version } = readHead(front.groups!['head']!, file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { name, version, sha256, markdown: text.slice(front[0].length).trim() };
}

function readHead(head: string, file: string): z.infer<typeof headSchema> {
  try {
    const parsed = headSchema.safeParse(parse(head));
    if (parsed.success) return parsed.data;
    const problem = parsed.error.issues[0]!;
    throw new PairloopError(`${file}: ${problem.path.join('.') || 'the front matter'}: ${problem.message}`);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw new PairloopError(`${file}: the front matter is not readable as YAML: ${error.message.split('\n')[0]}`, 'failure', { cause: error });
  }
}

function guidelineNames(): string[] {
  return readdirSync(packagePath('label-configs', 'guidelines'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => file.slice(0, -'.md'.length))
    .sort();
}
