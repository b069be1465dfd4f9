import { z } from 'zod';
import { packageVersion } from '../../core/package-root.js';
import { API_ROUTES } from './api-routes.js';
import { refusalSchema, type Route } from './route.js';

/** Where the API stands below the ML backend. */
export const API_PATH = '/api';

/** What any route may refuse with, and why. */
const COMMON_REFUSALS = {
  400: 'A part of the request is not what it must be; `faults` names field, value and fix.',
  401: 'The token is missing or wrong.',
  503: 'The database does not answer, or too many bodies are being read; try again.',
} as const;
const BODY_REFUSALS = { 413: 'The body is too large.' } as const;

/** The API as an OpenAPI 3.1 document, made of the schemas that the requests are parsed with. */
export function openApiDocument(): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of API_ROUTES) (paths[`${API_PATH}${route.path}`] ??= {})[route.method] = operationOf(route);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Pairloop for ML engineers',
      version: packageVersion(),
      description: 'Pairs, priorities, selection rounds and their rankings. The token is that of `pairloop api token`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/pairloop/ml', description: "Below the gateway's address." }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Refusal: jsonSchema(refusalSchema, 'output') },
    },
  };
}

function operationOf(route: Route): object {
  const refusals = { ...COMMON_REFUSALS, ...(route.body === undefined ? {} : BODY_REFUSALS), ...route.refusals };
  const content = (schema: object) => ({ 'application/json': { schema } });
  const { status, description, schema } = route.success;
  return {
    operationId: route.id,
    summary: route.summary,
    ...(route.params === undefined && route.query === undefined ? {} : { parameters: [...parametersOf('path', route.params), ...parametersOf('query', route.query)] }),
    ...(route.body === undefined ? {} : { requestBody: { required: true, content: content(jsonSchema(route.body, 'input')) } }),
    responses: {
      [status]: { description, content: content(jsonSchema(schema, 'output')) },
      ...Object.fromEntries(Object.entries(refusals).map(([code, reason]) => [code, { description: reason, content: content({ $ref: '#/components/schemas/Refusal' }) }])),
    },
  };
}

function parametersOf(place: 'path' | 'query', fields: z.ZodObject | undefined): object[] {
  if (fields === undefined) return [];
  return Object.entries(fields.shape).map(([name, schema]) => {
    const { description, ...rest } = jsonSchema(schema, 'input');
    return { name, in: place, required: place === 'path', ...(description === undefined ? {} : { description }), schema: rest };
  });
}

function jsonSchema(schema: z.core.$ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
}
