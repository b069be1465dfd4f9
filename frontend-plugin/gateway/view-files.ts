import express, { type RequestHandler } from 'express';

/** What the view loads on demand: named by its content, so a name never means two things. */
const CHUNK = /[\\/]chunks[\\/][^\\/]+$/;

/**
 * The view's bundle. The module's name stays the same from version to version, so a browser asks for it again
 * each time and is answered 304 by ETag: an upgrade reaches every annotator with their next page. Its chunks are kept for good.
 */
export function serveViewFiles(folder: string): RequestHandler {
  return express.static(folder, {
    index: false,
    redirect: false,
    dotfiles: 'ignore',
    setHeaders(res, path) {
      res.setHeader('Cache-Control', CHUNK.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
      res.setHeader('X-Content-Type-Options', 'nosniff');
    },
  });
}
