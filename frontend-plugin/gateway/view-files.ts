import express, { type RequestHandler } from 'express';

/** Files whose name carries a hash of their content, as vite writes them: `chunk-Bx3k9_aQ.js`. */
const HASHED_NAME = /-[\w-]{8}\.\w+$/;

/**
 * The view's bundle. A name with a content hash may be kept for ever; any other is asked for again each
 * time and answered 304 by ETag, so that an upgrade reaches every open browser at its next page.
 */
export function serveViewFiles(folder: string): RequestHandler {
  return express.static(folder, {
    index: false,
    redirect: false,
    dotfiles: 'ignore',
    cacheControl: false,
    setHeaders(res, path) {
      res.setHeader('Cache-Control', HASHED_NAME.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
      res.setHeader('X-Content-Type-Options', 'nosniff');
    },
  });
}
