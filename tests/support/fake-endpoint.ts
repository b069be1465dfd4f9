import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeRequest {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the endpoint answers; `silent` never answers, `drop` closes the connection. */
export type FakeReply = { readonly status?: number; readonly headers?: Record<string, string>; readonly body: unknown } | 'silent' | 'drop';

export interface FakeEndpoint {
  /** Up to and including /v1. */
  readonly url: string;
  readonly requests: readonly FakeRequest[];
  close(): Promise<void>;
}

/** An HTTP server on loopback that answers its nth request (from 0) as told; a body that is no text is sent as JSON. */
export async function startFakeEndpoint(answer: (request: FakeRequest, nth: number) => FakeReply | Promise<FakeReply>): Promise<FakeEndpoint> {
  const requests: FakeRequest[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part as Buffer);
    const request = { path: incoming.url, headers: incoming.headers, body: Buffer.concat(parts).toString('utf8') };
    const reply = await answer(request, requests.push(request) - 1);
    if (reply === 'silent') return;
    if (reply === 'drop') return void outgoing.destroy();
    outgoing.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
    outgoing.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body));
  });
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
