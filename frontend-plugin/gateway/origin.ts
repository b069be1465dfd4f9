import type { IncomingMessage } from 'node:http';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether a request comes from a page of another site. A browser sends its cookies along whatever page
 * asks, and Label Studio's API takes session requests without a CSRF token, so a state-changing request
 * with a cookie must name us in Origin (or, without one, in Referer). Ours is the public address and the
 * one the request itself was sent to.
 *
 * @returns the sentence to refuse with, or undefined when the request is fine.
 */
export function originFault(
  request: Pick<IncomingMessage, 'method' | 'headers'>,
  publicUrl: string,
): string | undefined {
  if (SAFE_METHODS.has(request.method ?? 'GET') || request.headers.cookie === undefined) return undefined;
  return foreignPage(request, publicUrl);
}

/** The same for a WebSocket, which is opened with a GET: here a cookie is enough to ask for the page's address. */
export function socketOriginFault(request: Pick<IncomingMessage, 'headers'>, publicUrl: string): string | undefined {
  return request.headers.cookie === undefined ? undefined : foreignPage(request, publicUrl);
}

function foreignPage(request: Pick<IncomingMessage, 'headers'>, publicUrl: string): string | undefined {
  const given = request.headers.origin ?? request.headers.referer;
  if (given === undefined) {
    return 'This change carries a session cookie but neither Origin nor Referer, so it cannot be told from a forged one; send an Origin header, or use a token instead of the cookie.';
  }
  const host = hostOf(given);
  if (host !== undefined && (host === hostOf(publicUrl) || host === request.headers.host?.toLowerCase())) return undefined;
  return `This change was asked for by a page of ${given.slice(0, 200)}, not of this site, and was refused; open ${publicUrl} and do it there.`;
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined;
}
