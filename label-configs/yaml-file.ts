import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { messageOf, PairloopError } from '../core/errors.js';

/** YAML text and where it stands, for errors. */
export interface YamlSource {
  readonly yaml: string;
  /** The file's name in errors. */
  readonly file: string;
  /** Line of the file on which the text begins, from 1. */
  readonly firstLine?: number;
}

/**
 * What a YAML text holds, by a schema. Throws a PairloopError that names file, line and field, what is wrong
 * there and, for a field that does not exist, those that do.
 */
export function readYaml<T>({ yaml, file, firstLine = 1 }: YamlSource, schema: z.ZodType<T>): T {
  const counter = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: counter });
  const lineAt = (offset: number): number => counter.linePos(offset).line + firstLine - 1;
  const broken = document.errors[0];
  if (broken !== undefined) {
    throw new PairloopError(`${file}, line ${lineAt(broken.pos[0])}: not readable as YAML: ${broken.message.split('\n')[0]}`, 'usage');
  }
  const parsed = schema.safeParse(valueOf(document, file));
  if (parsed.success) return parsed.data;
  const problem = parsed.error.issues[0]!;
  const unknown = problem.code === 'unrecognized_keys' ? problem.keys.slice(0, 1) : [];
  const offset = offsetOf(document, [...problem.path, ...unknown]);
  const field = problem.path.length === 0 ? 'the file' : problem.path.join('.');
  throw new PairloopError(`${file}, line ${offset === undefined ? firstLine : lineAt(offset)}: ${field}: ${inWords(problem, schema)}`, 'usage');
}

/** Aliases that name nothing, or multiply without end, are found only here. */
function valueOf(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new PairloopError(`${file}: not readable as YAML: ${messageOf(error)}`, 'usage', { cause: error });
  }
}

/** Offset of a field's key or item, or of the nearest thing around it when the field itself is missing. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  let node: unknown = document.contents;
  let offset = isNode(node) ? node.range?.[0] : undefined;
  for (const segment of path) {
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && String(key.value) === String(segment)) : undefined;
    const place: unknown = isSeq(node) ? node.items[Number(segment)] : pair?.key;
    if (!isNode(place) || !place.range) return offset;
    offset = place.range[0];
    node = pair === undefined ? place : pair.value;
  }
  return offset;
}

function inWords(problem: z.core.$ZodIssue, schema: z.ZodType): string {
  if (problem.code === 'unrecognized_keys') {
    const fields = fieldsAt(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), problem.path);
    return `there is no field ${problem.keys.map((key) => `"${key}"`).join(', ')}${fields.length === 0 ? '' : `; there are: ${fields.join(', ')}`}`;
  }
  if (problem.code === 'invalid_type' && problem.input === undefined && problem.message.endsWith('received undefined')) {
    return `is missing; write ${problem.expected === 'string' ? 'a text' : `a ${problem.expected}`}`;
  }
  return problem.message;
}

/** Names of the fields that an object has at a place of a JSON schema; none where there is no object. */
function fieldsAt(schema: unknown, path: readonly PropertyKey[]): string[] {
  const node = nodeSchema.safeParse(schema);
  if (!node.success) return [];
  const { properties, items, additionalProperties, anyOf } = node.data;
  const [segment, ...rest] = path;
  if (anyOf !== undefined) return anyOf.flatMap((one) => fieldsAt(one, path));
  if (segment === undefined) return Object.keys(properties ?? {});
  return fieldsAt(typeof segment === 'number' ? items : (properties?.[String(segment)] ?? additionalProperties), rest);
}

const nodeSchema = z.looseObject({
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
  additionalProperties: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
});
