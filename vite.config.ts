import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';
import { leanMarkdown } from './scripts/lean-markdown.mjs';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };

/**
 * The comparison view as a module that the gateway adds to Label Studio's pages. The module itself keeps its name; what it
 * loads when a pair needs it (mathematics, grammars) is named by its content, so that browsers may keep it for good.
 */
export default defineConfig({
  plugins: [leanMarkdown()],
  define: { 'process.env.NODE_ENV': '"production"', PAIRLOOP_VERSION: JSON.stringify(version) },
  // Set here, not by NODE_ENV, which is `test` where the tests build the bundle.
  oxc: { jsx: { runtime: 'automatic', development: false } },
  base: './',
  build: {
    outDir: 'dist/view',
    emptyOutDir: true,
    sourcemap: true,
    target: 'es2022',
    modulePreload: false,
    // What it may weigh is kept by tests/view/first-load.test.ts.
    chunkSizeWarningLimit: 1_000,
    rolldownOptions: {
      input: 'frontend-plugin/hosts/community.tsx',
      output: { entryFileNames: 'community.js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
});
