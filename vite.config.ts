import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };

/** The comparison view as one script that the gateway adds to Label Studio's pages. */
export default defineConfig({
  define: { 'process.env.NODE_ENV': '"production"', PAIRLOOP_VERSION: JSON.stringify(version) },
  // Set here, not by NODE_ENV, which is `test` where the tests build the bundle.
  oxc: { jsx: { runtime: 'automatic', development: false } },
  build: {
    outDir: 'dist/view',
    emptyOutDir: true,
    sourcemap: true,
    target: 'es2022',
    lib: { entry: 'frontend-plugin/hosts/community.tsx', name: 'pairloop', formats: ['iife'], fileName: () => 'community.js' },
  },
});
