// Draws README's picture, docs/pictures/comparison-view.png, with tests/view/page-picture.ts, which is TypeScript as the tests
// are. Starts a whole system and a headless Chromium of its own.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import { toPalettePng } from './palette-png.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const { module } = await runnerImport(join(ROOT, 'tests', 'view', 'page-picture.ts'), { configFile: false, root: ROOT, logLevel: 'error' });
writeFileSync(join(ROOT, 'docs', 'pictures', 'comparison-view.png'), toPalettePng(await module.drawPage()));
