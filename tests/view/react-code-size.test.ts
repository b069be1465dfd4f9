import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { compileReactCodeConfig } from '../../label-configs/compile-react-code.js';
import { loadRubricWithGuideline } from '../../label-configs/rubric-file.js';
import { buildReactCodeBundle } from './react-code/harness.js';

/** The view as it travels in an Enterprise label config: no React, and nothing is loaded later. */
const BUNDLE_BYTES_MAX = 120 * 1024;

test('the Enterprise bundle is within its budget, has no React and loads nothing', async () => {
  const bundle = await buildReactCodeBundle();
  const { rubric, guideline } = loadRubricWithGuideline('support');
  const { xml } = compileReactCodeConfig(rubric, guideline, bundle);
  const [bytes, whole] = [bundle, xml].map((text) => gzipSync(text, { level: 9 }).length) as [number, number];
  const kilobytes = (count: number): string => `${(count / 1024).toFixed(1)} KB`;
  console.log(`Enterprise bundle: ${kilobytes(Buffer.byteLength(bundle))}, gzip ${kilobytes(bytes)} (at most ${kilobytes(BUNDLE_BYTES_MAX)}); label config of support: ${kilobytes(Buffer.byteLength(xml))}, gzip ${kilobytes(whole)}`);
  expect(bytes).toBeLessThanOrEqual(BUNDLE_BYTES_MAX);
  expect(bundle).not.toMatch(/\bimport\s*\(|\bcreateRoot\b|__SECRET_INTERNALS|__CLIENT_INTERNALS|\brequire\s*\(/);
  expect(bundle.match(/\bReact\b(?=\);?\s*$)/)).not.toBeNull();
}, 60_000);
