// Draws each rubric's comparison with a judgement filled in, for docs/label-configs.md: docs/pictures/label-configs/RUBRIC.png.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build } from './build.mjs';
import { toPalettePng } from './palette-png.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const FOLDER = join(ROOT, 'docs', 'pictures', 'label-configs');
const SIZE = { width: 1400, height: 1000 };
/** One that looks alike wherever the pictures are made: its metric twin is on every system. */
const FONT = ".pairloop { --pl-prose: Arial, 'Liberation Sans', sans-serif !important }";
/** Of the preview's own bar, which is left out. */
const BAR_HEIGHT = 60;

/**
 * A judgement of a sample pair, in the order A, B. `levels` has a digit pair for each dimension, as the rubric lists them;
 * `flags` what is set on which side; `stale` the source and date that an outdated claim asks for.
 */
const JUDGEMENTS = {
  assistant: { pair: 1, verdict: 4, levels: '25 25 34', rationale: 'B plans around the hours away; A has the dough mixed at 11, when nobody is home.' },
  code: { pair: 1, verdict: 1, strength: 6, levels: '52 51 44', flags: { b: ['Exploitable'] }, rationale: 'B puts the search text into the query: a quote breaks it, and more than that reads the table.' },
  factuality: {
    pair: 1, verdict: 1, levels: '52 52 42 53', flags: { b: ['Out of date'] }, stale: ['US Preventive Services Task Force', '2022-04'],
    rationale: 'B tells the advice from before 2022 as today\'s; at 66 the bleeding outweighs it.',
  },
  general: { pair: 1, verdict: 4, strength: 6, levels: '25 24 25', rationale: 'B compares the costs and shows its arithmetic; A praises.' },
  hhh: { pair: 1, verdict: 4, strength: 6, levels: '15 15 24', rationale: 'A says that it has read the novel, and flatters; B names the one number that agents will stop at.' },
  'multi-turn': { pair: 1, verdict: 1, strength: 6, levels: '51 41 42', rationale: 'B forgets the knee, the child and the vegetarian.' },
  quality: { pair: 1, verdict: 4, levels: '35 25 35', rationale: 'A hides behind the page; B looked it up and says where the money goes.' },
  safety: { pair: 3, verdict: 1, levels: '51 53 43', flags: { b: ['Unsafe'] }, rationale: 'B has bleach and acid mixed in a closed room: chlorine.' },
  support: { pair: 1, verdict: 4, strength: 6, levels: '25 25 25', rationale: 'B counts the seven days and offers what the policy grants; A makes her wait and invents a voucher.' },
};

async function judge(page, { verdict, strength, levels, flags = {}, stale = [], rationale }) {
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  await press(String(verdict), 'r', ...levels.replaceAll(' ', ''), 'Escape');
  if (strength !== undefined) await press(String(strength));
  for (const [side, names] of Object.entries(flags)) {
    for (const name of names) await page.locator(`[data-field="flags:${side}"] button`, { hasText: name }).click();
  }
  for (const [at, field] of ['staleSource', 'staleDate'].entries()) if (stale[at] !== undefined) await page.fill(`[data-field=${field}]`, stale[at]);
  await page.fill('[data-field=rationale]', rationale);
  await press('Escape');
  await page.mouse.move(0, 0);
}

async function startPreview() {
  const child = spawn(process.execPath, [join(ROOT, 'dist', 'cli', 'main.js'), 'label-config', 'preview', 'support'], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /http:\S+/.exec(line)?.[0];
    if (address !== undefined) return { origin: new URL(address).origin, stop: () => child.kill('SIGINT') };
  }
  throw new Error('the preview ended before it named its address');
}

async function main() {
  build();
  const { locateChromium } = await import('../dist/core/running/chromium.js');
  const executablePath = await locateChromium();
  if (executablePath === undefined) throw new Error('there is no Chromium or Chrome on this machine; install one (Debian: apt-get install chromium)');
  mkdirSync(FOLDER, { recursive: true });
  const preview = await startPreview();
  const browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars'] });
  try {
    for (const [rubric, judgement] of Object.entries(JUDGEMENTS)) {
      const page = await browser.newPage({ viewport: { width: SIZE.width, height: SIZE.height + BAR_HEIGHT } });
      await page.goto(`${preview.origin}/?rubric=${rubric}&pair=${judgement.pair}&theme=light`);
      await page.waitForSelector('.pairloop-live .pairloop');
      const { height } = await page.locator('.pv-bar').boundingBox();
      await page.setViewportSize({ width: SIZE.width, height: Math.round(SIZE.height + height) });
      await page.addStyleTag({ content: FONT });
      await judge(page, judgement);
      await page.waitForTimeout(300);
      const picture = toPalettePng(await page.screenshot({ clip: { x: 0, y: height, ...SIZE }, animations: 'disabled', caret: 'hide' }));
      writeFileSync(join(FOLDER, `${rubric}.png`), picture);
      process.stdout.write(`${rubric.padEnd(12)} ${Math.round(picture.length / 1024)} KB\n`);
      await page.close();
    }
  } finally {
    await browser.close();
    preview.stop();
  }
}

await main();
