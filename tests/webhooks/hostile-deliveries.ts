import fc from 'fast-check';
import { event, wire, type WireOptions } from './annotation-wire.js';

/** One hostile request to the webhook service, with the answers that are right for it. */
export interface HostileDelivery {
  readonly kind: string;
  readonly method?: string;
  readonly path?: string;
  /** Beside the secret, which is sent unless it is set here; undefined leaves it out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body: string | Buffer;
  /** The length that is announced when it is not the body's: then the rest never comes. */
  readonly announced?: number;
  readonly answers: readonly number[];
}

/** Ids of annotations, tasks and users that nothing good uses. */
const strangeId = fc.integer({ min: 1_000_000, max: 1_000_500 });
const BODY_BYTES_MAX = 16 * 1024 * 1024;
const STORED = [200];
const NO_EVENT = [400];

const text = (value: unknown): string => JSON.stringify(value);
const created = (options: WireOptions, action = 'ANNOTATION_CREATED') => event(action, wire(options));
const strange: fc.Arbitrary<WireOptions> = fc.record({
  id: strangeId,
  task: fc.constantFrom(101, 102, 999),
  user: fc.integer({ min: 1, max: 5 }),
  verdict: fc.constantFrom('a', 'b', 'tie', 'both_bad'),
});

const oddValue = fc.oneof(
  fc.constantFrom<unknown>(null, '', -1, 0, 1.5, 2 ** 31, 2 ** 53, 1e308, true, [], {}, [[]], '\0', '\uD800', 'a\0b', '__proto__', "'; drop table vote; --", '0000-00-00T00:00:00Z', '2026-13-45T99:99:99Z'),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary' }),
);

/** A good event with one to four of its places, anywhere in it, holding something odd. Its ids stay strange. */
const wrongTypes = fc
  .tuple(strange, fc.constantFrom('ANNOTATION_CREATED', 'ANNOTATION_UPDATED', 'ANNOTATIONS_CREATED', 'ANNOTATIONS_DELETED', 'TASKS_DELETED'), fc.array(fc.tuple(fc.nat(), oddValue), { minLength: 1, maxLength: 4 }))
  .map(([options, action, changes]): HostileDelivery => {
    const ids = [{ id: options.id }];
    const contents: Record<string, object> = { ANNOTATIONS_CREATED: { annotation: [wire(options)] }, ANNOTATIONS_DELETED: { annotations: ids }, TASKS_DELETED: { tasks: ids } };
    const body = { action, ...(contents[action] ?? { annotation: wire(options) }), project: { id: 1 } };
    for (const [place, value] of changes) replaceAt(body, place, value);
    return { kind: 'wrong types', body: text(body), answers: STORED };
  });

function replaceAt(root: object, place: number, value: unknown): void {
  const places: [Record<string, unknown>, string][] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const key of Object.keys(node)) {
      if (key === 'action') continue;
      // An id may become odd, but not by chance a good one.
      if (key !== 'id' || typeof value !== 'number' || value > 1_000_000) places.push([node as Record<string, unknown>, key]);
      visit((node as Record<string, unknown>)[key]);
    }
  };
  visit(root);
  const chosen = places[place % places.length];
  if (chosen !== undefined) chosen[0][chosen[1]] = value;
}

const malformed = fc.oneof(
  fc.tuple(strange, fc.nat()).map(([options, at]) => {
    const whole = text(created(options));
    return whole.slice(0, at % (whole.length - 1));
  }),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.concat([Buffer.from([0xff]), bytes])),
).map((body): HostileDelivery => ({ kind: 'malformed', body, answers: NO_EVENT }));

const SECRET_HEADER = 'x-pairloop-secret';
const unauthenticated = strange.map((options): HostileDelivery => ({ kind: 'unauthenticated', headers: { [SECRET_HEADER]: undefined }, body: text(created(options)), answers: [401] }));
const wrongSecret = (secret: string) =>
  fc
    .tuple(strange, fc.oneof(fc.constantFrom('', secret.slice(1), `${secret}0`, secret.toUpperCase(), `${secret}, ${secret}`, 'Bearer x'), fc.stringMatching(/^[!-~]{1,80}$/)))
    .map(([options, given]): HostileDelivery => ({ kind: 'wrong secret', headers: { [SECRET_HEADER]: given }, body: text(created(options)), answers: [401] }));

/** What a good annotation was like before, told again or late: by other verdicts, of earlier times. */
const outOfOrder = (good: readonly WireOptions[]) =>
  fc
    .tuple(fc.constantFrom(...good), fc.constantFrom('a', 'b', 'tie', 'both_bad', 'left'), fc.constantFrom('ANNOTATION_CREATED', 'ANNOTATION_UPDATED'))
    .map(([options, verdict, action]): HostileDelivery => ({ kind: 'out of order', body: text(created({ ...options, verdict, version: 0 }, action)), answers: STORED }));
const replayed = (good: readonly WireOptions[]) =>
  fc.constantFrom(...good).map((options): HostileDelivery => ({ kind: 'replayed', body: text(created(options)), answers: STORED }));

const hugeIds = fc
  .tuple(fc.constantFrom('2147483648', '9007199254740993', '1e400', '-1', '1.5', '"1"', '99999999999999999999999999'), fc.constantFrom('ANNOTATION_CREATED', 'ANNOTATIONS_DELETED', 'TASKS_DELETED'))
  .map(([id, action]): HostileDelivery => ({ kind: 'huge ids', body: `{"action":"${action}","project":{"id":1},"annotation":{"id":${id},"updated_at":"2026-01-02T03:04:05Z"},"annotations":[{"id":${id}}],"tasks":[{"id":${id}}]}`, answers: STORED }));

const deepNesting = fc.tuple(fc.integer({ min: 500, max: 200_000 }), fc.constantFrom('body', 'result', 'value'), strangeId).map(([depth, place, id]): HostileDelivery => {
  const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`;
  if (place === 'body') return { kind: 'deep nesting', body: deep, answers: NO_EVENT };
  const result = place === 'result' ? deep : `[{"from_name":"verdict","type":"choices","value":${deep}}]`;
  return { kind: 'deep nesting', body: `{"action":"ANNOTATION_CREATED","project":{"id":1},"annotation":{"id":${id},"task":101,"updated_at":"2026-01-02T03:04:05Z","result":${result}}}`, answers: [200, 400] };
});

const POLLUTION = '"__proto__":{"polluted":true,"counted":true},"constructor":{"prototype":{"polluted":true}}';
const pollution = fc.tuple(strangeId, fc.constantFrom('event', 'annotation', 'region', 'meta')).map(([id, place]): HostileDelivery => {
  const at = (name: string): string => (place === name ? `${POLLUTION},` : '');
  const region = `{${at('region')}"from_name":"verdict","type":"choices","value":{"choices":["a"]},"meta":{"pairloop":{${at('meta')}"displayed":"ab"}}}`;
  return { kind: 'prototype pollution', body: `{${at('event')}"action":"ANNOTATION_CREATED","project":{"id":1},"annotation":{${at('annotation')}"id":${id},"task":101,"completed_by":1,"updated_at":"2026-01-02T03:04:05Z","result":[${region}]}}`, answers: STORED };
});

const unknownActions = fc
  .tuple(strange, fc.oneof(fc.stringMatching(/^[A-Z][A-Z_]{0,70}$/), fc.constantFrom<unknown>('__proto__', 'constructor', 'toString', 'annotation_created', 'ANNOTATION_CREATED\0', '', null, 7, ['ANNOTATION_CREATED'], { name: 'x' })))
  .map(([options, action]): HostileDelivery => ({ kind: 'unknown action', body: text({ ...created(options), action }), answers: [200, 400] }));

const lists = fc.tuple(fc.array(strange, { maxLength: 5 }), oddValue, fc.constantFrom('body', 'single', 'mixed')).map(([many, odd, place]): HostileDelivery => {
  if (place === 'body') return { kind: 'lists', body: text(many.map((one) => created(one))), answers: NO_EVENT };
  const annotations = many.map((one) => wire(one));
  return { kind: 'lists', body: text(place === 'single' ? event('ANNOTATION_CREATED', annotations) : event('ANNOTATIONS_CREATED', [...annotations, odd])), answers: STORED };
});

const unknownDeletions = fc
  .tuple(fc.array(fc.integer({ min: 5_000_000, max: 6_000_000 }), { maxLength: 50 }), fc.boolean())
  .map(([ids, ofTasks]): HostileDelivery => {
    const list = ids.map((id) => ({ id }));
    return { kind: 'deletion of unknown ids', body: text({ action: ofTasks ? 'TASKS_DELETED' : 'ANNOTATIONS_DELETED', project: { id: 1 }, ...(ofTasks ? { tasks: list } : { annotations: list }) }), answers: STORED };
  });

const wrongContentType = fc
  .tuple(strange, fc.constantFrom('text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'image/png', ''), fc.constantFrom(undefined, 'gzip', 'br', 'nonsense'))
  .map(([options, type, encoding]): HostileDelivery => ({ kind: 'wrong content type', headers: { 'content-type': type, 'content-encoding': encoding }, body: text(created(options)), answers: encoding === undefined ? STORED : [415] }));

/** All in order, but no annotator of the gateway submitted it. */
const aroundTheGateway = strange.map((options): HostileDelivery => ({ kind: 'around the gateway', body: text(created(options)), answers: STORED }));
const otherProject = strange.map((options): HostileDelivery => ({ kind: 'of another project', body: text(event('ANNOTATION_CREATED', wire({ ...options, project: 77 }), 77)), answers: STORED }));
const oversized = fc.integer({ min: BODY_BYTES_MAX + 1, max: 2 ** 40 }).map((announced): HostileDelivery => ({ kind: 'oversized', body: '{"action":"', announced, answers: [413] }));
/** What is announced never comes: no answer is right but none, until the service gives it up. */
const slow = fc.tuple(strange, fc.boolean()).map(([options, known]): HostileDelivery => {
  const body = text(created(options));
  return { kind: 'slow body', ...(known ? {} : { headers: { [SECRET_HEADER]: 'unknown' } }), body: body.slice(0, 40), announced: body.length, answers: known ? [0] : [401] };
});
const wrongPlace = fc
  .tuple(strange, fc.constantFrom(['PUT', '/label-studio'], ['GET', '/label-studio'], ['POST', '/label-studio/x'], ['POST', '/'], ['POST', '/%00'], ['DELETE', '/label-studio']))
  .map(([options, [method, path]]): HostileDelivery => ({ kind: 'wrong place', method: method!, path: path!, body: text(created(options)), answers: [404, 400] }));

/** Requests of every kind; `good` are the annotations that count, in the state that counts. */
export function hostileDeliveries(secret: string, good: readonly WireOptions[]): fc.Arbitrary<HostileDelivery> {
  const usual = [wrongTypes, malformed, unauthenticated, wrongSecret(secret), outOfOrder(good), replayed(good), hugeIds, deepNesting, pollution, unknownActions, lists, unknownDeletions, wrongContentType, aroundTheGateway, otherProject, wrongPlace];
  return fc.oneof(...usual.map((arbitrary) => ({ arbitrary, weight: 6 })), { arbitrary: oversized, weight: 3 }, { arbitrary: slow, weight: 2 });
}
