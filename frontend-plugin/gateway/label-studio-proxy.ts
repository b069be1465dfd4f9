import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createProxyServer } from 'http-proxy-3';
import type { Logger } from '../../core/logging.js';
import { keepHeaders } from './exchange.js';
import { HTML_BYTES_MAX, decodeBody, injectScript } from './inject.js';
import { sendUnavailable } from './unavailable.js';

const UPSTREAM_MS_MAX = 300_000;

/** Label Studio behind the gateway: everything streamed as it is, the view's script added to its app pages. */
export interface LabelStudioProxy {
  web(req: IncomingMessage, res: ServerResponse): void;
  socket(req: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/**
 * Host and Set-Cookie stay as they are, so that Label Studio builds its links and cookies for the public
 * address. Without an agent each request has its own connection: kept-alive ones to Label Studio's
 * development server broke repeatedly, also under a POST, which must never be sent again.
 */
export function createLabelStudioProxy(labelStudioUrl: string, log: Logger): LabelStudioProxy {
  const proxy = createProxyServer({ target: labelStudioUrl, xfwd: true, proxyTimeout: UPSTREAM_MS_MAX, selfHandleResponse: true });
  proxy.on('proxyRes', (answer, req, res) => {
    if (mayHoldAppPage(req, answer)) passPage(answer, res).catch(() => res.destroy());
    else passOn(answer, res);
  });
  proxy.on('error', (error, req, res) => {
    log.warn({ failure: error.message, method: req.method, path: pathOf(req) }, 'Label Studio did not answer');
    if (res instanceof Socket) res.destroy();
    else sendUnavailable(req, res as ServerResponse, error);
  });
  return {
    web(req, res) {
      // Pages are asked for unpacked, since they may be changed on their way.
      if (req.method === 'GET' && req.headers.accept?.includes('text/html') === true) req.headers['accept-encoding'] = 'identity';
      proxy.web(req, res, {});
    },
    socket(req, socket, head) {
      proxy.ws(req, socket, head);
    },
  };
}

function pathOf(req: IncomingMessage): string {
  return (req.url ?? '').split('?', 1)[0] ?? '';
}

function mayHoldAppPage(req: IncomingMessage, { statusCode, headers }: IncomingMessage): boolean {
  return (
    req.method === 'GET' &&
    statusCode === 200 &&
    headers['content-type']?.startsWith('text/html') === true &&
    headers['content-disposition'] === undefined &&
    headers['content-range'] === undefined &&
    Number(headers['content-length'] ?? 0) <= HTML_BYTES_MAX
  );
}

function passOn(answer: IncomingMessage, res: ServerResponse, begun: readonly Buffer[] = []): void {
  res.writeHead(answer.statusCode ?? 502, answer.statusMessage, withoutConnection(answer.rawHeaders));
  for (const chunk of begun) res.write(chunk);
  answer.pipe(res);
  answer.on('error', () => res.destroy());
  answer.on('aborted', () => res.destroy());
}

const CONNECTION_HEADERS = new Set(['connection', 'keep-alive', 'transfer-encoding']);

function withoutConnection(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, i) => !CONNECTION_HEADERS.has(rawHeaders[i - (i % 2)]!.toLowerCase()));
}

/** Holds a page back until it is whole, adds the script and gives it a new length. A page that turns out too large is streamed. */
async function passPage(answer: IncomingMessage, res: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > HTML_BYTES_MAX) return passOn(answer, res, chunks);
  }
  const sent = Buffer.concat(chunks);
  const page = decodeBody(sent, answer.headers['content-encoding'])?.toString('utf8');
  const changed = page === undefined ? undefined : injectScript(page);
  if (changed === undefined || changed === page) {
    res.writeHead(answer.statusCode ?? 200, answer.statusMessage, keepHeaders(answer.rawHeaders, sent.length));
    res.end(sent);
    return;
  }
  const body = Buffer.from(changed);
  const dropped = ['content-encoding', 'etag', 'last-modified', 'content-md5'];
  res.writeHead(answer.statusCode ?? 200, answer.statusMessage, keepHeaders(answer.rawHeaders, body.length, dropped));
  res.end(body);
}
