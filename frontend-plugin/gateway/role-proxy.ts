import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { createProxyServer } from 'http-proxy-3';
import type { Logger } from '../../core/logging.js';
import { Refusal, sendRefusal } from './refusal.js';

const ROLE_MS_MAX = 120_000;

/**
 * Passes requests on to one of Pairloop's own roles, whose credentials come in the request itself
 * (the webhook's secret header). Browser cookies are Label Studio's and stay here, and so does the
 * header by which roles know each other.
 *
 * @param name how the role is called in the answer when it is down.
 * @param isPublic whether a path of the role may be reached from outside.
 */
export function createRoleProxy(
  name: string,
  url: string,
  isPublic: (path: string) => boolean,
  log: Logger,
): (req: IncomingMessage, res: ServerResponse) => void {
  const proxy = createProxyServer({ target: url, xfwd: true, proxyTimeout: ROLE_MS_MAX });
  proxy.on('error', (error, req, res) => {
    log.warn({ failure: error.message, method: req.method, role: name }, 'a role did not answer');
    if (res instanceof Socket) return;
    sendRefusal(res as ServerResponse, new Refusal(502, `The ${name} does not answer (${error.message}); \`pairloop status\` says more.`, { retryAfterS: 5 }));
  });
  return (req, res) => {
    const path = (req.url ?? '/').split('?', 1)[0]!;
    if (!isPlain(path) || !isPublic(path)) {
      sendRefusal(res, new Refusal(404, `The ${name} has no public path ${JSON.stringify(path.slice(0, 200))}.`));
      return;
    }
    delete req.headers.cookie;
    delete req.headers['x-pairloop-internal'];
    proxy.web(req, res);
  };
}

/** A path that every server reads alike: no encoding, no empty or dot segments. */
function isPlain(path: string): boolean {
  return path === '/' || (/^(\/[\w.~-]+)+\/?$/.test(path) && !/\/\.{1,2}(\/|$)/.test(path));
}
