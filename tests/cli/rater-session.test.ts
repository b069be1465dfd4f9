import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createRaterCall } from '../../cli/replay/rater-call.js';
import { playRater } from '../../cli/replay/rater-session.js';

// The gateway's place is taken by a server whose outages come at chosen moments.
let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

type Answer = (body: string, res: ServerResponse, req: IncomingMessage) => void;

async function serve(answer: Answer): Promise<string> {
  server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => answer(Buffer.concat(chunks).toString(), res, req));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function json(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify(body));
}

const PRESENTATION = { managed: true, displayed: 'ba', guideline: { version: '1', sha256: 's' }, label_config_hash: 'h' };
const PAIRS = new Map([
  ['opaque-1', { pairId: 'p1', sidesSwapped: true }],
  ['opaque-2', { pairId: 'p2', sidesSwapped: false }],
]);

interface Submission {
  readonly unique_id: string;
  readonly was_cancelled?: boolean;
  readonly result: { value: unknown; meta?: unknown }[];
}

test('a submission whose answer is lost is sent again under the same unique_id, and 409 means it is stored', async () => {
  const submissions: Submission[] = [];
  let served = 0;
  const url = await serve((body, res, req) => {
    if (req.url!.startsWith('/api/dm/actions')) {
      served += 1;
      if (served === 1) return void res.destroy();
      if (served > 3) return json(res, 404, { detail: 'There are no tasks' });
      return json(res, 200, { id: served, data: { pair: served === 2 ? 'opaque-1' : 'opaque-2' } });
    }
    if (req.url!.startsWith('/pairloop/api')) return json(res, 200, PRESENTATION);
    submissions.push(JSON.parse(body) as Submission);
    if (submissions.length === 1) return json(res, 502, { detail: 'broke off' });
    return json(res, submissions.length === 2 ? 409 : 201, {});
  });
  const outages: string[] = [];
  let votes = 0;
  await playRater({
    rater: 'r1',
    call: createRaterCall(url, 'token', (reason) => outages.push(reason)),
    projectId: 1,
    pairs: PAIRS,
    verdictOf: (pairId) => (pairId === 'p1' ? 'a' : undefined),
    isDone: async () => true,
    onVote: () => (votes += 1),
    now: () => new Date(0),
    signal: new AbortController().signal,
  });
  expect(votes).toBe(2);
  expect(outages).toEqual([expect.stringContaining('ECONNRESET'), expect.stringContaining('502 broke off')]);
  const [first, again, skip] = submissions as [Submission, Submission, Submission];
  expect(again).toEqual(first);
  // The file's A is canonical B here.
  expect(first.result[0]).toMatchObject({ value: { choices: ['b'] }, meta: { pairloop: { view: 'replay', displayed: 'ba' } } });
  expect(skip).toMatchObject({ was_cancelled: true, result: [] });
  expect(skip.unique_id).not.toBe(first.unique_id);
  expect(first.unique_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('a refusal is no outage: it stops the rater with its reason', async () => {
  const url = await serve((_body, res) => json(res, 403, { detail: 'You are paused: read the guideline.' }));
  const session = {
    rater: 'r1',
    call: createRaterCall(url, 'token', () => {}),
    projectId: 1,
    pairs: PAIRS,
    verdictOf: () => undefined,
    isDone: async () => false,
    onVote: () => {},
    now: () => new Date(0),
    signal: new AbortController().signal,
  };
  await expect(playRater(session)).rejects.toThrow('r1 got no next task: 403 You are paused: read the guideline.');
});
