import { gzipSync } from 'node:zlib';
import { build, type InlineConfig, type Rolldown } from 'vite';
import { expect, test } from 'vitest';
import { packagePath } from '../../core/package-root.js';

/** What an annotator's browser fetches before the first comparison is drawn, React apart. */
const FIRST_LOAD_BYTES_MAX = 120 * 1024;
/** React as the view uses it, alone. */
const REACT = "export { createRoot } from 'react-dom/client'; export * from 'react'; export * from 'react/jsx-runtime';";

async function chunksOf(config: InlineConfig): Promise<Rolldown.OutputChunk[]> {
  const built = await build({ configFile: packagePath('vite.config.ts'), logLevel: 'silent', ...config, build: { ...config.build, write: false } });
  if (!('output' in built)) throw new Error('one output was expected');
  return built.output.filter((one) => one.type === 'chunk');
}

/** The bytes of a chunk and all that it imports at once, each gzipped as it is sent. */
function bytesAtOnce(chunks: readonly Rolldown.OutputChunk[], entry: Rolldown.OutputChunk): number {
  const names = new Set([entry.fileName]);
  for (const name of names) chunks.find((one) => one.fileName === name)?.imports.forEach((other) => names.add(other));
  return chunks.filter((one) => names.has(one.fileName)).reduce((sum, one) => sum + gzipSync(one.code, { level: 9 }).length, 0);
}

async function reactAlone(): Promise<number> {
  const name = 'react-alone';
  const plugin = { name, resolveId: (id: string) => (id === name ? packagePath(`${name}.js`) : null), load: (id: string) => (id === packagePath(`${name}.js`) ? REACT : null) };
  const chunks = await chunksOf({ plugins: [plugin], build: { rolldownOptions: { input: name, preserveEntrySignatures: 'strict' } } });
  return bytesAtOnce(chunks, chunks.find((one) => one.isEntry)!);
}

test('the first load is within its budget, and what is loaded later is not in it', async () => {
  const chunks = await chunksOf({});
  const entry = chunks.find((one) => one.fileName === 'community.js')!;
  const [all, react] = [bytesAtOnce(chunks, entry), await reactAlone()];
  const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`;
  console.log(`first load, gzip: ${kilobytes(all)}, of which React ${kilobytes(react)}, the rest ${kilobytes(all - react)} (at most ${kilobytes(FIRST_LOAD_BYTES_MAX)})`);
  for (const chunk of chunks.filter((one) => one !== entry)) console.log(`${chunk.fileName}: ${kilobytes(gzipSync(chunk.code, { level: 9 }).length)}`);
  expect(all - react).toBeLessThanOrEqual(FIRST_LOAD_BYTES_MAX);
  expect(react).toBeGreaterThan(30 * 1024);
  expect(entry.moduleIds.filter((id) => /temml|highlight\.js|lowlight/.test(id))).toEqual([]);
}, 60_000);
