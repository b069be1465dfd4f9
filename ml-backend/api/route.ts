import { z } from 'zod';
import type { Db } from '../../core/database/connect.js';
import type { Queue } from '../../core/queue.js';
import type { ImportOptions } from '../pool/import.js';

/** What the routes work with. */
export interface ApiDeps {
  readonly db: Db;
  readonly queue: Pick<Queue, 'send'>;
  /** How texts are redacted and sides are shuffled. */
  readonly importing: Pick<ImportOptions, 'redact' | 'redactionVersion' | 'canonicalSidesSecret'>;
  readonly now: () => Date;
}

const faultSchema = z.object({
  field: z.string().describe('Where in the body, query or path, such as `pairs[3].response_a`.'),
  value: z.unknown().describe('What stands there; left out when nothing does.').optional(),
  fix: z.string().describe('What it must be, or what to do.'),
});

/** Body of every refusal. */
export const refusalSchema = z.object({
  error: z.string().describe('What is wrong, in one sentence.'),
  faults: z.array(faultSchema).describe('Each thing that is wrong, at most ten; empty where no field is to blame.'),
});
export type ApiFault = z.infer<typeof faultSchema>;

/** A request that is answered with a status of its own and `refusalSchema`. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  constructor(
    readonly status: 400 | 401 | 404 | 409 | 413 | 503,
    message: string,
    readonly faults: readonly ApiFault[] = [],
  ) {
    super(message);
  }
}

interface Reply {
  readonly description: string;
  readonly schema: z.ZodType;
}

/** What a route is, for the document, and how it answers. */
export interface Route {
  readonly id: string;
  readonly method: 'get' | 'post' | 'patch';
  /** As OpenAPI has it: `/rounds/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly params: z.ZodObject | undefined;
  readonly query: z.ZodObject | undefined;
  readonly body: z.ZodType | undefined;
  readonly success: Reply & { readonly status: 200 | 201 };
  /** Refusals of its own, beside those that every route has. */
  readonly refusals: Readonly<Partial<Record<404 | 409, string>>>;
  readonly answer: (deps: ApiDeps, raw: { readonly params: unknown; readonly query: unknown; readonly body: unknown }) => Promise<unknown>;
}

interface RouteParts<P, Q, B> extends Omit<Route, 'params' | 'query' | 'body' | 'refusals' | 'answer'> {
  readonly params?: z.ZodObject & z.ZodType<P>;
  readonly query?: z.ZodObject & z.ZodType<Q>;
  readonly body?: z.ZodType<B>;
  readonly refusals?: Route['refusals'];
  readonly handle: (deps: ApiDeps, input: { readonly params: P; readonly query: Q; readonly body: B }) => Promise<unknown>;
}

/** A route whose inputs are parsed before it sees them. */
export function route<P, Q, B>({ handle, params, query, body, refusals = {}, ...parts }: RouteParts<P, Q, B>): Route {
  return {
    ...parts,
    params,
    query,
    body,
    refusals,
    answer: (deps, raw) =>
      handle(deps, {
        params: parse('path', params, raw.params) as P,
        query: parse('query', query, raw.query) as Q,
        body: parse('body', body, raw.body) as B,
      }),
  };
}

const FAULTS_MAX = 10;

function parse<T>(where: string, schema: z.ZodType<T> | undefined, given: unknown): T | undefined {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.slice(0, FAULTS_MAX).map((issue) => {
    // As it was sent, not as it was converted.
    const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | null | undefined)?.[key], given);
    const missing = value === undefined && issue.code === 'invalid_type';
    return { field: issue.path.length === 0 ? where : fieldOf(issue.path), ...(value === undefined ? {} : { value }), fix: missing ? 'is missing; give it' : issue.message };
  });
  throw new ApiRefusal(400, `The ${where} of the request has ${parsed.error.issues.length === 1 ? '1 fault' : `${parsed.error.issues.length} faults`}.`, faults);
}

function fieldOf(path: readonly PropertyKey[]): string {
  return path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('').replace(/^\./, '');
}

/** A whole number as it stands in a path or query. */
export function numberText(least: number, most = Number.MAX_SAFE_INTEGER): z.ZodType<number> {
  const said = `must be a whole number from ${least} to ${most}`;
  return z.coerce.number(said).refine((value) => Number.isInteger(value) && value >= least && value <= most, said).meta({ type: 'integer', minimum: least, maximum: most });
}
