import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };

/** The page of `pairloop label-config preview`, with chunks of its own for what a pair needs (mathematics, grammars). */
export default defineConfig({
  define: { 'process.env.NODE_ENV': '"production"', PAIRLOOP_VERSION: JSON.stringify(version) },
  oxc: { jsx: { runtime: 'automatic', development: false } },
  base: './',
  build: {
    outDir: 'dist/standalone',
    emptyOutDir: true,
    sourcemap: true,
    target: 'es2022',
    modulePreload: false,
    // One page of this machine: nothing is gained by splitting what it needs at once.
    chunkSizeWarningLimit: 1_000,
    rolldownOptions: {
      input: 'frontend-plugin/hosts/standalone.tsx',
      output: { entryFileNames: 'standalone.js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
});
