import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import { rubricSchema, type Rubric } from '../core/domain/rubric.js';
import { PairloopError } from '../core/errors.js';
import { packagePath } from '../core/package-root.js';

const FOLDER = packagePath('label-configs', 'rubrics');

/** Names of the rubrics that ship with Pairloop, in alphabetical order. */
export function listRubrics(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

/**
 * The rubric in `label-configs/rubrics/NAME.yaml`. Throws a PairloopError naming the rubrics there are when
 * there is none of that name, and one naming file, line and field when the file breaks the schema.
 */
export function loadRubric(name: string): Rubric {
  const path = packagePath('label-configs', 'rubrics', `${name}.yaml`);
  if (!/^[\w-]+$/.test(name) || !existsSync(path)) {
    throw new PairloopError(`There is no rubric "${name}"; choose one of: ${listRubrics().join(', ')}.`, 'usage');
  }
  const rubric = parseRubric(readFileSync(path, 'utf8'), `label-configs/rubrics/${name}.yaml`);
  if (rubric.name !== name) {
    throw new PairloopError(`label-configs/rubrics/${name}.yaml: its name is "${rubric.name}"; make it "${name}", like the file's.`);
  }
  return rubric;
}

/** A rubric from YAML text; `file` is its name in errors. Throws a PairloopError with line and field. */
export function parseRubric(yaml: string, file: string): Rubric {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines });
  const broken = document.errors[0];
  if (broken !== undefined) {
    const line = lines.linePos(broken.pos[0]).line;
    throw new PairloopError(`${file}, line ${line}: not readable as YAML: ${broken.message.split('\n')[0]}`);
  }
  const parsed = rubricSchema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  const problem = parsed.error.issues[0]!;
  const field = problem.path.length === 0 ? 'the file' : problem.path.join('.');
  throw new PairloopError(`${file}, line ${lineOf(document, problem.path, lines)}: ${field}: ${problem.message}`);
}

/** Line of the field, or of the nearest thing around it when the field itself is missing. */
function lineOf(document: Document, path: readonly PropertyKey[], lines: LineCounter): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
