import express, { type RequestHandler } from 'express';

/**
 * The view's bundle. Its name stays the same from version to version, so a browser asks for it again each
 * time and is answered 304 by ETag: an upgrade reaches every annotator with their next page.
 */
export function serveViewFiles(folder: string): RequestHandler {
  return express.static(folder, {
    index: false,
    redirect: false,
    dotfiles: 'ignore',
    setHeaders(res) {
      res.setHeader('Cache-Control', 'no-cache');
      res.setHeader('X-Content-Type-Options', 'nosniff');
    },
  });
}
