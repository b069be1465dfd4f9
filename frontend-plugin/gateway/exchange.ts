import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** One whole answer of Label Studio, small enough to be held. */
export interface Reply {
  readonly status: number;
  readonly statusMessage: string;
  /** Name and value alternating, as they came; so that several Set-Cookie stay several. */
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Exchange {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Headers that belong to one connection, not to the message; and the ones that are set anew here. */
const NOT_FORWARDED = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'content-length',
  'accept-encoding',
]);
const REPLY_BYTES_MAX = 10_000_000;
const EXCHANGE_MS_MAX = 60_000;

/** Nothing of the request can have reached Label Studio when connecting fails with one of these. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** No answer came; `mayHaveArrived` tells whether the request can have been carried out all the same. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
  readonly mayHaveArrived: boolean;
  constructor(cause: Error & { code?: string }) {
    super(cause.code ?? cause.message, { cause });
    this.mayHaveArrived = !NEVER_SENT.has(cause.code ?? '');
  }
}

/**
 * Sends one request to Label Studio and waits for the whole answer, also when the client has gone away
 * meanwhile. Each request has its own connection: kept-alive ones break under Label Studio's development
 * server, and a submission must not be sent twice.
 *
 * @throws ExchangeError when no whole answer came within a minute.
 */
export function exchange(labelStudioUrl: string, { method, path, headers, body }: Exchange): Promise<Reply> {
  const target = new URL(labelStudioUrl);
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
  const kept = Object.entries(headers).filter(([name]) => !NOT_FORWARDED.has(name));
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(new ExchangeError(error));
    const request = send(
      {
        hostname: target.hostname.replace(/^\[|\]$/g, ''),
        port: target.port || (target.protocol === 'https:' ? 443 : 80),
        method,
        path: target.pathname.replace(/\/$/, '') + path,
        headers: { ...Object.fromEntries(kept), 'content-length': body.length, 'accept-encoding': 'identity', connection: 'close' },
        agent: false,
        signal: AbortSignal.timeout(EXCHANGE_MS_MAX),
      },
      (answer) => readReply(answer).then(resolve, fail),
    );
    request.on('error', fail);
    request.end(body);
  });
}

async function readReply(answer: IncomingMessage): Promise<Reply> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > REPLY_BYTES_MAX) throw new Error(`the answer is larger than ${REPLY_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return {
    status: answer.statusCode ?? 502,
    statusMessage: answer.statusMessage ?? '',
    rawHeaders: answer.rawHeaders,
    headers: answer.headers,
    body: Buffer.concat(chunks),
  };
}

/** Passes Label Studio's answer on as it came. */
export function sendReply(res: ServerResponse, reply: Reply): void {
  res.writeHead(reply.status, reply.statusMessage, keepHeaders(reply.rawHeaders, reply.body.length));
  res.end(reply.body);
}

/** Raw headers of an answer without those of its connection, with a new length; `dropped` are left out as well. */
export function keepHeaders(rawHeaders: readonly string[], length: number, dropped: readonly string[] = []): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase();
    if (!NOT_FORWARDED.has(name) && !dropped.includes(name)) kept.push(rawHeaders[i]!, rawHeaders[i + 1]!);
  }
  return [...kept, 'Content-Length', String(length)];
}
