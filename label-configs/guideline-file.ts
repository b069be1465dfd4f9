import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import { z } from 'zod';
import type { Guideline } from '../core/domain/rubric.js';
import { messageOf, PairloopError } from '../core/errors.js';
import { packagePath } from '../core/package-root.js';
import { readYaml } from './yaml-file.js';

const FRONT_MATTER = /^---\r?\n(?<head>[\s\S]*?)\r?\n---\r?\n/;
const OWN_FILE = /\.md$/i;
const headSchema = z.object({
  version: z.string({ error: ({ input }) => (input === undefined ? "is missing; write version: '1.0'" : 'must be text; put it in quotes') }).min(1, 'is empty; write a version'),
});

/**
 * The guideline that a rubric names: one that ships (`support`), or, where it ends in `.md`, a file of the team's own,
 * its path relative to `rubricFile`. Markdown after a front matter with its `version`. `sha256` is of the
 * whole file's bytes, `markdown` is without the front matter. Throws a PairloopError when there is no such
 * file or it has no version, with file and line.
 */
export function loadGuideline(nameOrPath: string, rubricFile?: string): Guideline {
  const own = OWN_FILE.test(nameOrPath);
  const path = own ? resolve(rubricFile === undefined ? '.' : dirname(rubricFile), nameOrPath) : packagePath('label-configs', 'guidelines', `${nameOrPath}.md`);
  const shown = own ? relative('.', path) : `label-configs/guidelines/${nameOrPath}.md`;
  if (own && !existsSync(path)) {
    throw new PairloopError(`There is no guideline ${shown}${rubricFile === undefined ? '' : `, which ${relative('.', rubricFile)} names`}; a path is relative to the rubric's file.`, 'usage');
  }
  if (!own && (!/^[\w-]+$/.test(nameOrPath) || !existsSync(path))) {
    throw new PairloopError(`There is no guideline "${nameOrPath}"; choose one of: ${guidelineNames().join(', ')}. A file of your own ends in .md.`, 'usage');
  }
  return parseGuideline(readBytes(path, shown), shown);
}

function readBytes(path: string, shown: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new PairloopError(`${shown} cannot be read: ${messageOf(error)}`, 'usage', { cause: error });
  }
}

/** A guideline from a file's bytes (UTF-8), named after the file; `file` is its path in errors. */
export function parseGuideline(bytes: Uint8Array, file: string): Guideline {
  const text = new TextDecoder().decode(bytes);
  const front = FRONT_MATTER.exec(text);
  if (front === null) throw new PairloopError(`${file}, line 1: begin the file with "---", a line "version: '1.0'" and "---".`, 'usage');
  const { version } = readYaml({ yaml: front.groups!['head']!, file, firstLine: 2 }, headSchema);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { name: basename(file).replace(OWN_FILE, ''), version, sha256, markdown: text.slice(front[0].length).trim() };
}

function guidelineNames(): string[] {
  return readdirSync(packagePath('label-configs', 'guidelines'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => file.slice(0, -'.md'.length))
    .sort();
}
