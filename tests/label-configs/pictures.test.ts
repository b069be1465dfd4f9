import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { packagePath } from '../../core/package-root.js';
import { listRubrics } from '../../label-configs/rubric-file.js';

const BYTES_MAX = 150 * 1024;
/** PNG's colour type of a picture with a palette. */
const INDEXED = 3;

test.each(listRubrics())('%s has its picture, made by npm run docs:pictures', (rubric) => {
  const png = readFileSync(packagePath('docs', 'pictures', 'label-configs', `${rubric}.png`));
  expect(png.toString('latin1', 1, 4)).toBe('PNG');
  expect({ width: png.readUInt32BE(16), height: png.readUInt32BE(20), colours: png[25] }).toEqual({ width: 1400, height: 1000, colours: INDEXED });
  expect(png.length).toBeLessThanOrEqual(BYTES_MAX);
});
