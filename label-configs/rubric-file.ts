import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { rubricSchema, type Guideline, type Rubric } from '../core/domain/rubric.js';
import { messageOf, PairloopError } from '../core/errors.js';
import { packagePath } from '../core/package-root.js';
import { loadGuideline } from './guideline-file.js';
import { readYaml } from './yaml-file.js';

const FOLDER = packagePath('label-configs', 'rubrics');
const OWN_FILE = /\.ya?ml$/i;

/** Names of the rubrics that ship with Pairloop, in alphabetical order. */
export function listRubrics(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

/** A rubric and the guideline it names: what a project is installed with. */
export interface RubricWithGuideline {
  readonly rubric: Rubric;
  readonly guideline: Guideline;
}

/**
 * A rubric by the name of one that ships, or by the path of a team's own `.yaml` or `.yml` file. Throws a
 * PairloopError naming the rubrics there are when there is none of that name, and one naming file, line
 * and field when the file breaks the schema. A team's rubric may not have the name of one that ships,
 * or a vote's rubric would not say which was meant.
 */
export function loadRubric(nameOrPath: string): Rubric {
  const file = rubricPath(nameOrPath);
  const shown = file.startsWith(FOLDER) ? `label-configs/rubrics/${nameInFolder(file)}.yaml` : nameOrPath;
  const rubric = parseRubric(readText(file, nameOrPath), shown);
  if (file.startsWith(FOLDER)) {
    const expected = nameInFolder(file);
    if (rubric.name !== expected) throw new PairloopError(`${shown}: its name is "${rubric.name}"; make it "${expected}", like the file's.`);
  } else if (listRubrics().includes(rubric.name)) {
    throw new PairloopError(`${shown}: name: a rubric that ships with Pairloop is called "${rubric.name}"; give yours a name of its own.`, 'usage');
  }
  return rubric;
}

/** `loadRubric` with the guideline that the rubric names; a path there is relative to the rubric's file. */
export function loadRubricWithGuideline(nameOrPath: string): RubricWithGuideline {
  const rubric = loadRubric(nameOrPath);
  return { rubric, guideline: loadGuideline(rubric.guideline, rubricPath(nameOrPath)) };
}

function rubricPath(nameOrPath: string): string {
  if (OWN_FILE.test(nameOrPath)) return resolve(nameOrPath);
  const path = packagePath('label-configs', 'rubrics', `${nameOrPath}.yaml`);
  if (/^[\w-]+$/.test(nameOrPath) && existsSync(path)) return path;
  throw new PairloopError(
    `There is no rubric "${nameOrPath}"; choose one of: ${listRubrics().join(', ')}. A file of your own ends in .yaml or .yml.`,
    'usage',
  );
}

function nameInFolder(path: string): string {
  return path.slice(FOLDER.length + 1).replace(OWN_FILE, '');
}

function readText(path: string, shown: string): string {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) {
    throw new PairloopError(`There is no file ${shown}; the rubrics that ship are named without an ending: ${listRubrics().join(', ')}.`, 'usage');
  }
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new PairloopError(`${shown} cannot be read: ${messageOf(error)}`, 'usage', { cause: error });
  }
}

/** A rubric from YAML text; `file` is its name in errors. Throws a PairloopError with line and field. */
export function parseRubric(yaml: string, file: string): Rubric {
  return readYaml({ yaml, file }, rubricSchema);
}
