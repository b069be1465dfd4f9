import type { ServerResponse } from 'node:http';

interface RefusalOptions {
  /** Label Studio's page keeps the annotator's work and shows `detail` when this is `PAUSED`. */
  readonly displayReason?: 'PAUSED';
  readonly retryAfterS?: number;
  readonly cause?: unknown;
}

/** A request that the gateway answers itself instead of passing it on: a status and one sentence for the person. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly options: RefusalOptions = {},
  ) {
    super(detail, { cause: options.cause });
  }
}

/** Answers with a refusal in the shape of Label Studio's own errors, which its page understands. */
export function sendRefusal(res: ServerResponse, refusal: Refusal): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const { displayReason, retryAfterS } = refusal.options;
  const body = {
    status_code: refusal.status,
    detail: refusal.detail,
    exc_info: null,
    ...(displayReason === undefined ? {} : { display_context: { reason: displayReason } }),
  };
  if (retryAfterS !== undefined) res.setHeader('Retry-After', String(retryAfterS));
  sendJson(res, refusal.status, body);
}

/** Answers with one JSON document that no cache keeps. */
export function sendJson(res: ServerResponse, status: number, body: unknown): void {
  const bytes = Buffer.from(JSON.stringify(body));
  res.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': bytes.length,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  res.end(bytes);
}
