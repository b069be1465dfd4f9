import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { loadConfig } from '../../../core/config.js';
import { configuredSource } from '../../../ml-backend/embedding/configured-source.js';
import { readModelFolder } from '../../../ml-backend/embedding/onnx/model-folder.js';
import { openOnnxSource } from '../../../ml-backend/embedding/onnx/onnx-source.js';
import { cutTokens, poolTokens } from '../../../ml-backend/embedding/onnx/pooling.js';

const MODEL = fileURLToPath(new URL('../../oracles/onnx-model', import.meta.url));
const cases = z.array(z.object({ text: z.string(), vector: z.array(z.number()) })).parse(JSON.parse(readFileSync(join(MODEL, 'cases.json'), 'utf8')));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pairloop-onnx-'));
  cpSync(MODEL, folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const isInstalled = (name: string): boolean => {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
};
const canRun = isInstalled('onnxruntime-node') && isInstalled('@huggingface/tokenizers');

describe.skipIf(!canRun)('a model that is run (needs npm install --no-save --ignore-scripts onnxruntime-node@1 @huggingface/tokenizers@0.2)', () => {
  test('gives the vectors of NumPy and the Rust tokenizers, whatever is embedded beside', async () => {
    const source = await openOnnxSource(folder);
    expect(source).toMatchObject({ name: 'onnx', dimension: 8, version: expect.stringMatching(/^[0-9a-f]{16}$/) as string });
    const vectors = await source.embed(cases.map(({ text }) => text));
    for (const [at, { vector }] of cases.entries()) {
      expect(vectors[at]).toHaveLength(8);
      for (const [place, number] of vector.entries()) expect(vectors[at]![place]).toBeCloseTo(number, 6);
    }
    expect((await source.embed([cases[2]!.text]))[0]).toEqual(vectors[2]);
  });
  test('a file that is no model, and one that is no tokenizer', async () => {
    writeFileSync(join(folder, 'model.onnx'), 'not a model');
    await expect(openOnnxSource(folder)).rejects.toThrow(/model\.onnx cannot be run as an ONNX model: /);
    cpSync(join(MODEL, 'model.onnx'), join(folder, 'model.onnx'));
    writeFileSync(join(folder, 'tokenizer.json'), '{"model": {"type": "Abacus"}}');
    await expect(openOnnxSource(folder)).rejects.toThrow(/tokenizer\.json describes no tokenizer that is known here/);
  });
});

test.skipIf(canRun)('without its packages, says how to install them', async () => {
  await expect(openOnnxSource(folder)).rejects.toThrow(/^A local model needs two packages that are not part of Pairloop; run npm install --no-save --ignore-scripts onnxruntime-node@1 @huggingface\/tokenizers@0\.2 in its folder/);
});

describe('the folder', () => {
  test('of the settings is opened when the first round asks, and is not taken beside an endpoint', async () => {
    const config = loadConfig({ PAIRLOOP_EMBEDDING_FOLDER: join(folder, 'nowhere') });
    await expect(configuredSource(config)!()).rejects.toThrow(/There is no model\.onnx in .*nowhere/);
    expect(() => loadConfig({ PAIRLOOP_EMBEDDING_FOLDER: folder, PAIRLOOP_EMBEDDING_URL: 'http://127.0.0.1:9/v1', PAIRLOOP_EMBEDDING_MODEL: 'm' })).toThrow(/Both PAIRLOOP_EMBEDDING_FOLDER and an embedding endpoint are set/);
  });
  test('names what is missing', async () => {
    await expect(openOnnxSource(join(folder, 'nowhere'))).rejects.toThrow(/There is no model\.onnx in .*nowhere, nor in its folder onnx; give the folder of a sentence model exported to ONNX\./);
    rmSync(join(folder, 'tokenizer.json'));
    await expect(openOnnxSource(folder)).rejects.toThrow(/There is no tokenizer\.json in /);
  });
  test('names a file that is no JSON, or holds something else', async () => {
    writeFileSync(join(folder, 'tokenizer_config.json'), '{"model_max_length": "long"}');
    await expect(readModelFolder(folder)).rejects.toThrow(/tokenizer_config\.json cannot be read: .*[^]*model_max_length/);
    writeFileSync(join(folder, 'tokenizer_config.json'), '{');
    await expect(readModelFolder(folder)).rejects.toThrow(/tokenizer_config\.json cannot be read: /);
  });
  test('says how to pool and how long a text may be; each changes the version', async () => {
    const plain = await readModelFolder(folder);
    expect(plain).toMatchObject({ pooling: 'mean', tokensMax: 12 });
    mkdirSync(join(folder, '1_Pooling'));
    writeFileSync(join(folder, '1_Pooling', 'config.json'), '{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}');
    writeFileSync(join(folder, 'sentence_bert_config.json'), '{"max_seq_length": 5}');
    const other = await readModelFolder(folder);
    expect(other).toMatchObject({ pooling: 'first', tokensMax: 5 });
    expect(other.version).not.toBe(plain.version);
    writeFileSync(join(folder, '1_Pooling', 'config.json'), '{"pooling_mode_max_tokens": true}');
    await expect(readModelFolder(folder)).rejects.toThrow(/asks for a pooling that is not there/);
  });
});

test('pooling takes the mean, the first or the last of the tokens', () => {
  const numbers = Float32Array.of(1, 2, 3, 4, 5, 9);
  expect([...poolTokens(numbers, 3, 'mean')]).toEqual([3, 5]);
  expect([...poolTokens(numbers, 3, 'first')]).toEqual([1, 2]);
  expect([...poolTokens(numbers, 3, 'last')]).toEqual([5, 9]);
});

test('a cut text keeps its end token, if texts have one', () => {
  expect(cutTokens([2, 7, 8, 9, 3], 4, 3)).toEqual([2, 7, 8, 3]);
  expect(cutTokens([2, 7, 8, 9], 3, undefined)).toEqual([2, 7, 8]);
  expect(cutTokens([2, 7, 3], 3, 3)).toEqual([2, 7, 3]);
});
