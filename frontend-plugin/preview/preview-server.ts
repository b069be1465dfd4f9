import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { messageOf, PairloopError } from '../../core/errors.js';
import { closeServer, listenAt } from '../../core/http-listening.js';
import { packagePath } from '../../core/package-root.js';
import { serveViewFiles } from '../gateway/view-files.js';
import { editorFolder } from './editor-files.js';
import { PREVIEW_POLICY, previewPage } from './preview-page.js';
import type { PreviewedRubric } from './preview-reply.js';

/** Loopback only: the page shows whatever pairs it was started on, to whoever asks. */
const HOST = '127.0.0.1';
const CLOSE_MS_MAX = 2_000;

export interface PreviewOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly rubrics: readonly string[];
  /** Reads a rubric, its guideline and its sample pairs from disk; asked at each load of the page. */
  readonly load: (rubric: string) => Promise<PreviewedRubric>;
}

export interface Preview {
  /** Address of the page, such as `http://127.0.0.1:41873`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts the server behind the preview page: the page, the comparison's script, Label Studio's editor, and
 * for each rubric what its files say now. It answers its own address only, so that no other site's page can
 * read from it under a name that leads here.
 *
 * @throws PairloopError when the port is in use, or a part of the page is not installed or not built.
 */
export async function startPreview(options: PreviewOptions): Promise<Preview> {
  const view = packagePath('dist', 'standalone');
  if (!existsSync(join(view, 'standalone.js'))) throw new PairloopError('The comparison for the preview is not built; run `npm run build` in the checkout.');
  const server = createServer();
  server.on('request', createApp(options, server, { view, editor: editorFolder() }));
  await listenAt(server, { name: 'The preview', host: HOST, port: options.port, remedy: 'choose another port with --port' });
  return { url: `http://${HOST}:${portOf(server)}`, close: () => closeServer(server, CLOSE_MS_MAX) };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function createApp({ rubrics, load }: PreviewOptions, server: Server, folders: { readonly view: string; readonly editor: string }): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use((req: Request, res: Response, next: NextFunction) => {
    const port = portOf(server);
    if (req.headers.host !== `${HOST}:${port}` && req.headers.host !== `localhost:${port}`) {
      res.status(403).type('text').send(`This is the preview at http://${HOST}:${port}; open that address.\n`);
      return;
    }
    res.set({ 'Content-Security-Policy': PREVIEW_POLICY, 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer', 'Cache-Control': 'no-store' });
    next();
  });
  app.get('/', (_req, res) => void res.type('html').send(previewPage()));
  app.get('/api/rubrics', (_req, res) => void res.json({ rubrics }));
  app.get('/api/rubric', async (req, res) => {
    const name = String(req.query['name']);
    if (!rubrics.includes(name)) return void res.status(404).json({ error: `There is no rubric ${JSON.stringify(name.slice(0, 100))} in this preview; there are ${rubrics.join(', ')}.` });
    try {
      res.json(await load(name));
    } catch (error) {
      res.status(422).json({ error: messageOf(error) });
    }
  });
  app.use('/view', serveViewFiles(folders.view));
  app.use('/editor', serveViewFiles(folders.editor));
  app.use((_req: Request, res: Response) => void res.status(404).type('text').send('There is nothing here; the preview is at /.\n'));
  return app;
}
