// How fast the built-in featuriser is beside scikit-learn's hashing of the same n-grams, and how well it tells near-duplicates
// from other texts: runs tests/ml-backend/bench/bench-embedding.ts, which is TypeScript as the tests are, on the built package.
//   npm run bench:embedding [-- --data PAIRS.jsonl[.gz]] [--json] [--report]
// Ends with exit code 1 when an aim is missed, unless --report.
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runnerImport } from 'vite';
import { build } from './build.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
build();
const { embedText } = await import(pathToFileURL(join(ROOT, 'dist', 'ml-backend', 'embedding', 'hashed-ngrams.js')).href);
const { module } = await runnerImport(join(ROOT, 'tests', 'ml-backend', 'bench', 'bench-embedding.ts'), { configFile: false, root: ROOT, logLevel: 'error' });
process.exitCode = module.benchEmbedding(process.argv.slice(2), embedText, ROOT);
