import { expect, test } from 'vitest';
import { recogniseCall } from './call.js';
import { originFault } from './origin.js';
import { decodeBody, injectScript } from './inject.js';
import { brotliCompressSync, gzipSync } from 'node:zlib';

test.each([
  ['POST', '/api/dm/actions?id=next_task&project=3', { kind: 'next-task', projectId: 3 }],
  ['POST', '/api/dm/actions/?id=delete_tasks&id=next_task&project=2&project=3', { kind: 'next-task', projectId: 3 }],
  ['POST', '/api/dm/actions?id=delete_tasks&project=3', { kind: 'other' }],
  ['GET', '/api/projects/12/next', { kind: 'next-task', projectId: 12 }],
  ['POST', '/api/tasks/5/annotations/', { kind: 'create', taskId: 5, skipped: false }],
  ['POST', '/api/t%61sks/5/annotations?was_cancelled=True', { kind: 'create', taskId: 5, skipped: true }],
  ['GET', '/api/tasks/5/annotations', { kind: 'other' }],
  ['POST', '/api/tasks/5/annotations/7/drafts', { kind: 'other' }],
  ['PATCH', '/api/annotations/7', { kind: 'change', annotationId: 7, change: 'update' }],
  ['PUT', '/api/annotations/7/?a=b', { kind: 'change', annotationId: 7, change: 'update' }],
  ['DELETE', '/api/annotations/7/', { kind: 'change', annotationId: 7, change: 'delete' }],
  ['POST', '/api/annotations/7/convert-to-draft', { kind: 'change', annotationId: 7, change: 'delete' }],
  ['POST', '/user/login/', { kind: 'session' }],
  ['GET', '/logout', { kind: 'session' }],
])('%s %s', (method, url, expected) => {
  expect(recogniseCall(method, url)).toEqual(expected);
});

test.each(['/x/../api/tasks/5/annotations', '//api/tasks/5/annotations', '/x%5C..%5Capi', '/%E0%A4%A', 'http://elsewhere/', '/x/%2e%2e/y'])(
  'the path %s could be read in two ways and is refused',
  (url) => {
    expect(() => recogniseCall('POST', url)).toThrow(expect.objectContaining({ status: 400 }));
  },
);

test('a state-changing request with a cookie must come from a page of ours', () => {
  const fault = (method: string, headers: Record<string, string>) => originFault({ method, headers }, 'https://pairs.example');
  const cookie = 'sessionid=x';
  expect(fault('GET', { cookie, origin: 'https://evil.example' })).toBeUndefined();
  expect(fault('POST', { origin: 'https://evil.example' })).toBeUndefined();
  expect(fault('POST', { cookie, origin: 'https://pairs.example' })).toBeUndefined();
  expect(fault('PATCH', { cookie, referer: 'https://pairs.example/projects/1' })).toBeUndefined();
  expect(fault('POST', { cookie, origin: 'http://10.0.0.5:8085', host: '10.0.0.5:8085' })).toBeUndefined();
  for (const origin of ['https://evil.example', 'null', 'https://pairs.example.evil.example', 'https://pairs.example:8443']) {
    expect(fault('POST', { cookie, origin, host: 'pairs.example' })).toContain(origin);
  }
  expect(fault('DELETE', { cookie })).toContain('neither Origin nor Referer');
});

test('the script goes into app pages only, and only once', () => {
  const page = '<head></head><script id="app-settings"></script>';
  const once = injectScript(page);
  expect(once).toBe('<head><script type="module" src="/pairloop/view/community.js"></script></head><script id="app-settings"></script>');
  for (const other of [once, '<head></head><p>documentation</p>', 'id="app-settings" without a head']) expect(injectScript(other)).toBe(other);
});

test('packed pages are unpacked, unknown packings are left alone, bombs are refused', () => {
  const page = Buffer.from('<head></head>');
  expect(decodeBody(gzipSync(page), 'gzip')).toEqual(page);
  expect(decodeBody(brotliCompressSync(page), 'br')).toEqual(page);
  expect(decodeBody(page, undefined)).toEqual(page);
  expect(decodeBody(page, 'zstd')).toBeUndefined();
  expect(() => decodeBody(gzipSync(Buffer.alloc(6_000_000)), 'gzip')).toThrow('larger than');
});
