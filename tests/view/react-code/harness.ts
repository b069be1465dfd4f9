import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build, type InlineConfig, type Rolldown } from 'vite';
import { packagePath } from '../../../core/package-root.js';
import type { ExportedTask } from './platform.js';

/** The React versions a frame can have; Enterprise's is not documented, its community edition 1.23.2 has 18.3.1. */
export const REACTS = ['18', '19'] as const;
export type ReactVersion = (typeof REACTS)[number];

export interface Harness {
  /** Address of the page, where `window.platform` is. */
  url(react: ReactVersion, sandbox?: 'none'): string;
  close(): Promise<void>;
}

/** The Enterprise bundle, built anew as `npm run build` does it. */
export async function buildReactCodeBundle(): Promise<string> {
  return await buildText({ configFile: packagePath('vite.react-code.config.ts') });
}

/** A page that does what Label Studio Enterprise documents of the ReactCode tag, with a label config and tasks. */
export async function startHarness(config: string, tasks: readonly ExportedTask[]): Promise<Harness> {
  const files = new Map<string, readonly [type: string, body: string]>([
    ['/', ['text/html', PAGE]],
    ['/config.xml', ['application/xml', config]],
    ['/tasks.json', ['application/json', JSON.stringify(tasks)]],
    ['/platform.js', ['text/javascript', await buildScript('platform.ts', 'es', [])]],
  ]);
  for (const react of REACTS) {
    files.set(`/frame-${react}.html`, ['text/html', FRAME.replace('SCRIPT', `frame-${react}.js`)]);
    const alias = react === '18' ? [{ find: /^react(-dom)?(\/client)?$/, replacement: 'react$1-18$2' }] : [];
    files.set(`/frame-${react}.js`, ['text/javascript', await buildScript('frame.ts', 'iife', alias)]);
  }
  const server = createServer((request, response) => {
    const [type, body] = files.get(new URL(request.url ?? '/', 'http://harness').pathname) ?? [];
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': `${type ?? 'text/plain'}; charset=utf-8` }).end(body);
  });
  const port = await listen(server);
  return {
    url: (react, sandbox) => `http://127.0.0.1:${port}/?react=${react}${sandbox === undefined ? '' : `&sandbox=${sandbox}`}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function buildScript(entry: string, format: 'es' | 'iife', alias: { find: RegExp; replacement: string }[]): Promise<string> {
  return await buildText({
    configFile: false,
    resolve: { alias },
    define: { 'process.env.NODE_ENV': '"production"' },
    build: { target: 'es2022', lib: { entry: join(import.meta.dirname, entry), name: 'harness', formats: [format] } },
  });
}

async function buildText(config: InlineConfig): Promise<string> {
  const built = await build({ root: packagePath(), logLevel: 'error', ...config, build: { ...config.build, write: false } });
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((one) => ('output' in one ? one.output : []));
  const chunks = outputs.filter((one): one is Rolldown.OutputChunk => one.type === 'chunk');
  if (chunks.length !== 1) throw new Error(`The build has ${chunks.length} chunks, not one.`);
  return chunks[0]!.code;
}

const PAGE = `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Platform</title><link rel="icon" href="data:,">
<style>body { margin: 0; font: 14px sans-serif } iframe { display: block; width: 100%; border: 0 } #bar { height: 110px; box-sizing: border-box; padding: 8px }</style>
<div id="editor"></div><div id="bar"><button name="submit" onclick="platform.submit()">Submit</button></div>
<script type="module" src="platform.js"></script>`;

/** The documentation says that Tailwind is loaded in the frame: here is what its reset does to our elements. */
const FRAME = `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Frame</title><link rel="icon" href="data:,">
<style>
*, ::before, ::after { box-sizing: border-box; border: 0 solid #e5e7eb; margin: 0; padding: 0 }
html { line-height: 1.5; font-family: ui-sans-serif, system-ui, sans-serif }
h1, h2, h3, h4, h5, h6 { font-size: inherit; font-weight: inherit } a { color: inherit; text-decoration: inherit }
ol, ul, menu { list-style: none } table { border-collapse: collapse; text-indent: 0 }
button, input, select, textarea { font: inherit; color: inherit; background-color: transparent; border-radius: 0 }
code, kbd, pre { font-family: ui-monospace, monospace; font-size: 1em } img, svg, video { display: block; max-width: 100% }
</style>
<div id="root"></div><script src="SCRIPT"></script>`;
