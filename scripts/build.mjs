// Compiles the package into dist/ when its sources are newer than the last build.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const SOURCES = ['core', 'label-configs', 'frontend-plugin', 'ml-backend', 'webhooks', 'cli'];
/** The view for the gateway, the one for Enterprise's ReactCode tag, and the page of `pairloop label-config preview`. */
const VITE_CONFIGS = ['vite.config.ts', 'vite.react-code.config.ts', 'vite.standalone.config.ts'];
const STAMP = join(ROOT, 'dist', 'build-stamp');

/** Name, size and time of every source: changes when any of them does. */
function sourceStamp() {
  const hash = createHash('sha256');
  const visit = (path) => {
    const status = statSync(path);
    if (status.isDirectory()) {
      for (const name of readdirSync(path).sort()) visit(join(path, name));
    } else {
      hash.update(`${path}\0${status.size}\0${status.mtimeMs}\n`);
    }
  };
  for (const source of [...SOURCES, 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', ...VITE_CONFIGS, 'vite.page.ts', 'scripts/lean-markdown.mjs']) {
    if (existsSync(join(ROOT, source))) visit(join(ROOT, source));
  }
  return hash.digest('hex');
}

/** Builds if needed. With `quiet`, says nothing unless it fails. */
export function build({ quiet = false } = {}) {
  if (!existsSync(join(ROOT, 'node_modules', 'typescript'))) {
    process.stderr.write('pairloop: the dependencies are not installed; run `npm ci` in the checkout first.\n');
    process.exit(1);
  }
  const stamp = sourceStamp();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp) return;
  if (!quiet) process.stderr.write('Building Pairloop…\n');
  const node = (script, ...args) =>
    execFileSync(process.execPath, [join(ROOT, 'node_modules', script), ...args], { cwd: ROOT, stdio: ['ignore', 2, 2] });
  node('typescript/bin/tsc', '-p', 'tsconfig.build.json');
  for (const config of VITE_CONFIGS) node('vite/bin/vite.js', 'build', '--config', config, '--logLevel', 'warn');
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, stamp);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build();
