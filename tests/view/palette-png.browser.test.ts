import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { expect, inject, test } from 'vitest';
import { z } from 'zod';
import { packagePath } from '../../core/package-root.js';
import { CHROMIUM_FLAGS } from '../support/chromium.js';

const { path: executablePath } = inject('chromium');
const scriptSchema = z.object({ toPalettePng: z.custom<(png: Buffer) => Buffer>((value) => typeof value === 'function') });
const TEXT = '<p>The same picture</p><p style="background: #fde">with few colours.</p>';

test.skipIf(executablePath === null).each([
  ['text', '#fff', 0.2],
  ['text on a gradient', 'linear-gradient(90deg, #fff, #46a)', 2],
])('a screenshot of %s is the same picture to the browser with a palette, and smaller', async (_, background, meanMax) => {
  const { toPalettePng } = scriptSchema.parse(await import(pathToFileURL(packagePath('scripts', 'palette-png.mjs')).href));
  const browser = await chromium.launch({ executablePath: executablePath ?? '', args: CHROMIUM_FLAGS });
  try {
    const page = await browser.newPage({ viewport: { width: 400, height: 200 } });
    await page.setContent(`<body style="font: 20px sans-serif; background: ${background}">${TEXT}`);
    const before = await page.screenshot();
    const after = toPalettePng(before);
    expect(after.length).toBeLessThan(before.length);
    const difference = await page.evaluate(async (pictures) => {
      const pixels = await Promise.all(
        pictures.map(async (base64) => {
          const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
          const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
          context.drawImage(bitmap, 0, 0);
          return context.getImageData(0, 0, bitmap.width, bitmap.height).data;
        }),
      );
      const [one, other] = [pixels[0]!, pixels[1]!];
      const steps = one.map((value, at) => Math.abs(value - (other[at] ?? 255)));
      return { sameSize: one.length === other.length, mean: steps.reduce((sum, step) => sum + step, 0) / steps.length };
    }, [before.toString('base64'), after.toString('base64')]);
    expect(difference.sameSize).toBe(true);
    expect(difference.mean).toBeLessThanOrEqual(meanMax);
  } finally {
    await browser.close();
  }
});
