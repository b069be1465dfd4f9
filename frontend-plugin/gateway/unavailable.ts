import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal, sendRefusal } from './refusal.js';

const RETRY_AFTER_S = 5;

/**
 * Says that Label Studio did not answer: a page that tries again by itself for a browser, JSON for
 * everything else. 503 when it cannot be reached at all, 502 when it broke off.
 */
export function sendUnavailable(req: IncomingMessage, res: ServerResponse, error: Error & { code?: string }): void {
  const isDown = error.code === 'ECONNREFUSED' || error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN';
  const status = isDown ? 503 : 502;
  const detail = isDown
    ? 'Label Studio cannot be reached. It may be starting; `pairloop status` says more. Your work stays in this page, try again in a moment.'
    : 'Label Studio broke the connection before it answered, so it is not known whether this was carried out; look before you repeat it.';
  if (res.headersSent || req.headers.accept?.includes('text/html') !== true) {
    sendRefusal(res, new Refusal(status, detail, { retryAfterS: RETRY_AFTER_S }));
    return;
  }
  const page = Buffer.from(waitingPage(req.method === 'GET'));
  res.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': page.length,
    'Cache-Control': 'no-store',
    'Retry-After': String(RETRY_AFTER_S),
  });
  res.end(page);
}

function waitingPage(mayReload: boolean): string {
  const refresh = mayReload ? `<meta http-equiv="refresh" content="${RETRY_AFTER_S}">` : '';
  const next = mayReload
    ? 'This page tries again by itself every few seconds.'
    : 'Go back and try again in a moment.';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">${refresh}
<title>Label Studio is not available</title>
<style>body{font:16px/1.5 system-ui,sans-serif;color:#1f2328;background:#f6f8fa;display:grid;place-items:center;min-height:100vh;margin:0}
main{max-width:34rem;padding:2rem;background:#fff;border:1px solid #d1d9e0;border-radius:12px}h1{font-size:1.25rem;margin:0 0 .5rem}
@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}main{background:#161b22;border-color:#30363d}}</style>
</head><body><main><h1>Label Studio is not available</h1>
<p>Pairloop is running, but the Label Studio behind it does not answer. It may be starting, or being restarted.</p>
<p>What you have submitted is stored. ${next}</p>
<p><small>Administrators: <code>pairloop status</code> and <code>pairloop doctor</code> say more.</small></p></main></body></html>
`;
}
