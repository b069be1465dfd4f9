import { readFileSync } from 'node:fs';
import { defineConfig, type UserConfig } from 'vite';
import { leanMarkdown } from './scripts/lean-markdown.mjs';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };

/**
 * A host that loads as one module into a page, `dist/<folder>/<host>.js`. The module keeps its name; what it loads when a
 * pair needs it (mathematics, grammars) is named by its content, so that browsers may keep it for good.
 */
export function pageModule(host: string, folder: string): UserConfig {
  return defineConfig({
    plugins: [leanMarkdown()],
    define: { 'process.env.NODE_ENV': '"production"', PAIRLOOP_VERSION: JSON.stringify(version) },
    // Set here, not by NODE_ENV, which is `test` where the tests build the bundle.
    oxc: { jsx: { runtime: 'automatic', development: false } },
    base: './',
    build: {
      outDir: `dist/${folder}`,
      emptyOutDir: true,
      sourcemap: true,
      target: 'es2022',
      modulePreload: false,
      // What the view may weigh is kept by tests/view/first-load.test.ts.
      chunkSizeWarningLimit: 1_000,
      rolldownOptions: {
        input: `frontend-plugin/hosts/${host}.tsx`,
        output: { entryFileNames: `${host}.js`, chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  });
}
