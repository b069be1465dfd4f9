import { gzipSync } from 'node:zlib';
import { build, type InlineConfig, type Rolldown } from 'vite';
import { packagePath } from '../../core/package-root.js';

/** What an annotator's browser may fetch before the first comparison is drawn, React apart. */
export const FIRST_LOAD_BYTES_MAX = 120 * 1024;
/** React as the view uses it, alone. */
const REACT = "export { createRoot } from 'react-dom/client'; export { flushSync } from 'react-dom'; export * from 'react'; export * from 'react/jsx-runtime';";

/** Sizes in bytes, each file gzipped by itself, as it is sent. */
export interface BundleBytes {
  /** The module and all that it imports at once. */
  readonly firstLoad: number;
  /** Of that, React. */
  readonly react: number;
  /** What is loaded when a pair needs it, largest first. */
  readonly later: readonly { readonly file: string; readonly bytes: number }[];
  /** Paths of the sources in the first load. */
  readonly modules: readonly string[];
}

/** Builds the view as `npm run build` does, without writing it, and measures what comes out. */
export async function measureBundle(): Promise<BundleBytes> {
  const chunks = await chunksOf({});
  const entry = chunks.find((one) => one.fileName === 'community.js')!;
  const atOnce = chunksAtOnce(chunks, entry);
  const later = chunks.filter((one) => !atOnce.includes(one)).map((one) => ({ file: one.fileName, bytes: gzipBytes([one]) }));
  return {
    firstLoad: gzipBytes(atOnce),
    react: await reactAlone(),
    later: later.toSorted((one, other) => other.bytes - one.bytes),
    modules: atOnce.flatMap((one) => one.moduleIds),
  };
}

async function chunksOf(config: InlineConfig): Promise<Rolldown.OutputChunk[]> {
  const built = await build({ configFile: packagePath('vite.config.ts'), logLevel: 'silent', ...config, build: { ...config.build, write: false } });
  if (!('output' in built)) throw new Error('one output was expected');
  return built.output.filter((one) => one.type === 'chunk');
}

function chunksAtOnce(chunks: readonly Rolldown.OutputChunk[], entry: Rolldown.OutputChunk): Rolldown.OutputChunk[] {
  const names = new Set([entry.fileName]);
  for (const name of names) chunks.find((one) => one.fileName === name)?.imports.forEach((other) => names.add(other));
  return chunks.filter((one) => names.has(one.fileName));
}

function gzipBytes(chunks: readonly Rolldown.OutputChunk[]): number {
  return chunks.reduce((sum, one) => sum + gzipSync(one.code, { level: 9 }).length, 0);
}

async function reactAlone(): Promise<number> {
  const name = 'react-alone';
  const plugin = { name, resolveId: (id: string) => (id === name ? packagePath(`${name}.js`) : null), load: (id: string) => (id === packagePath(`${name}.js`) ? REACT : null) };
  const chunks = await chunksOf({ plugins: [plugin], build: { rolldownOptions: { input: name, preserveEntrySignatures: 'strict' } } });
  return gzipBytes(chunksAtOnce(chunks, chunks.find((one) => one.isEntry)!));
}
