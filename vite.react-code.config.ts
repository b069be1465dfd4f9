import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';
import { leanMarkdown } from './scripts/lean-markdown.mjs';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };

/**
 * The comparison view as one expression for Enterprise's ReactCode tag: React is the variable `React` of
 * whatever surrounds it, nothing is imported or fetched. White space between tokens stays, so that what XML
 * and Label Studio would misread can only be in a literal, where `protectCode` (label-configs) rewrites it.
 */
export default defineConfig({
  plugins: [leanMarkdown()],
  define: { 'process.env.NODE_ENV': '"production"', PAIRLOOP_VERSION: JSON.stringify(version) },
  oxc: { jsx: { runtime: 'classic', development: false } },
  build: {
    outDir: 'dist/react-code',
    emptyOutDir: true,
    target: 'es2022',
    minify: false,
    lib: { entry: 'frontend-plugin/hosts/react-code.tsx', name: 'makeComparison', formats: ['iife'], fileName: () => 'react-code.js' },
    rolldownOptions: {
      external: ['react'],
      output: { globals: { react: 'React' }, minify: { compress: true, mangle: true, codegen: { removeWhitespace: false } }, comments: false },
    },
  },
});
