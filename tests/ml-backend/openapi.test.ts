import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openApiDocument } from '../../ml-backend/api/openapi.js';

const schemaObject = z.record(z.string(), z.unknown());
const media = z.strictObject({ 'application/json': z.strictObject({ schema: schemaObject }) });
const parameter = z.strictObject({ name: z.string(), in: z.enum(['path', 'query']), required: z.boolean(), description: z.string().optional(), schema: schemaObject });
const operation = z.strictObject({
  operationId: z.string().regex(/^[a-zA-Z]+$/),
  summary: z.string().min(1),
  parameters: z.array(parameter).optional(),
  requestBody: z.strictObject({ required: z.literal(true), content: media }).optional(),
  responses: z.record(z.string().regex(/^[1-5]\d\d$/), z.strictObject({ description: z.string().min(1), content: media })),
});
/** What OpenAPI 3.1.0 asks of a document, as far as this one goes; strict, so that a field it does not know is a fault. */
const documentSchema = z.strictObject({
  openapi: z.literal('3.1.0'),
  info: z.strictObject({ title: z.string(), version: z.string(), description: z.string(), license: z.strictObject({ name: z.string(), identifier: z.string() }) }),
  servers: z.array(z.strictObject({ url: z.string(), description: z.string() })),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  paths: z.record(z.string().startsWith('/'), z.partialRecord(z.enum(['get', 'post', 'patch']), operation)),
  components: z.strictObject({ securitySchemes: z.record(z.string(), z.strictObject({ type: z.literal('http'), scheme: z.literal('bearer') })), schemas: z.record(z.string(), schemaObject) }),
});

/** The document as it is sent. */
const sent: unknown = JSON.parse(JSON.stringify(openApiDocument()));
const document = documentSchema.parse(sent);
const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.values(methods).map((one) => ({ path, ...one })));

describe('the OpenAPI document', () => {
  test('names every operation once, and every security scheme it asks for', () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(ids).toHaveLength(new Set(ids).size);
    expect(ids.length).toBeGreaterThan(7);
    for (const name of document.security.flatMap((one) => Object.keys(one))) expect(Object.keys(document.components.securitySchemes)).toContain(name);
  });

  test.each(operations)('$operationId: the path has exactly the parameters it is written with, each once; one success', ({ path, parameters = [], responses }) => {
    const written = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(parameters.filter((one) => one.in === 'path').map(({ name, required }) => [name, required])).toEqual(written.map((name) => [name, true]));
    const names = parameters.map((one) => `${one.in} ${one.name}`);
    expect(names).toHaveLength(new Set(names).size);
    expect(Object.keys(responses).filter((status) => status.startsWith('2'))).toHaveLength(1);
  });

  test.each(operations)('$operationId: its schemas are JSON Schemas that can be read, and every reference leads somewhere', ({ parameters = [], requestBody, responses }) => {
    const bodies = [...(requestBody === undefined ? [] : [requestBody]), ...Object.values(responses)].map(({ content }) => content['application/json'].schema);
    for (const schema of [...parameters.map((one) => one.schema), ...bodies]) {
      expect(Object.keys(schema), 'a schema that says something').not.toEqual([]);
      const reference = schema['$ref'];
      const read = typeof reference === 'string' ? document.components.schemas[reference.replace('#/components/schemas/', '')] : schema;
      expect(read, String(reference)).toBeDefined();
      expect(() => z.fromJSONSchema(read as Parameters<typeof z.fromJSONSchema>[0])).not.toThrow();
    }
    expect(JSON.stringify(bodies)).not.toContain('$schema');
  });

  test('says of a round what the parser takes', () => {
    const body = document.paths['/api/rounds']!.post!.requestBody!.content['application/json'].schema;
    const taken = z.fromJSONSchema(body as Parameters<typeof z.fromJSONSchema>[0]);
    expect(taken.safeParse({ project: 7, options: { k: 5, strategy: 'kmeans++', budgets: { code: 2 } } }).success).toBe(true);
    for (const wrong of [{}, { project: 7, options: { k: 0 } }, { project: 7, options: { k: 1.5 } }, { project: 7, options: { strategy: 'best' } }, { project: 7, colour: 1 }, { project: 7, options: { colour: 1 } }]) {
      expect(taken.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false);
    }
  });
});
