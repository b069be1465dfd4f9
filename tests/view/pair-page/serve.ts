import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { packagePath } from '../../../core/package-root.js';

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A pair</title><link rel="icon" href="data:,">
<style>body{margin:0;padding:12px;font-family:system-ui,sans-serif;--pl-free-height:calc(100vh - 24px)}html[data-color-scheme=dark] body{background:#191814}</style></head>
<body><div class="pairloop-root"><div class="pairloop-place"></div></div><script type="module" src="/page.js"></script></body></html>`;

/** A page of the view's own components, built as the gateway's script is, with its chunks; nothing else is on it. */
export interface PairPage {
  readonly url: string;
  close(): Promise<void>;
}

/** Builds the page and serves it on a free port of this machine. */
export async function servePairPage(): Promise<PairPage> {
  const files = await buildPage();
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').slice(1);
    const body = path === '' ? PAGE : files.get(path);
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': path === '' ? 'text/html; charset=utf-8' : 'text/javascript; charset=utf-8' });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function buildPage(): Promise<Map<string, string>> {
  const built = await build({
    configFile: packagePath('vite.config.ts'),
    logLevel: 'warn',
    build: { write: false, sourcemap: false, rolldownOptions: { input: fileURLToPath(new URL('./main.tsx', import.meta.url)), output: { entryFileNames: 'page.js' } } },
  });
  if (!('output' in built)) throw new Error('one output was expected');
  return new Map(built.output.flatMap((one) => (one.type === 'chunk' ? [[one.fileName, one.code] as const] : [])));
}
