import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { PairloopError, messageOf } from '../../../core/errors.js';
import type { Pooling } from './pooling.js';

/** Characters of the SHA-256 that name a model. */
const VERSION_LENGTH = 16;
/** Longest text in tokens where the folder does not say, and the most that is believed: some folders say 10³⁰. */
const TOKENS_DEFAULT = 512;
const TOKENS_MAX = 32_768;

/** A sentence model as Hugging Face's exports lay it out. */
export interface ModelFolder {
  readonly modelPath: string;
  readonly tokenizer: object;
  readonly tokenizerConfig: object;
  readonly pooling: Pooling;
  readonly tokensMax: number;
  /** The beginning of the SHA-256 of every file that decides a vector. */
  readonly version: string;
}

const object = z.looseObject({});
const tokenizerConfigSchema = z.looseObject({ model_max_length: z.number().positive().optional() });
const sentenceConfigSchema = z.looseObject({ max_seq_length: z.number().int().positive().nullish() });
const poolingSchema = z.looseObject({ pooling_mode_cls_token: z.boolean().default(false), pooling_mode_mean_tokens: z.boolean().default(false), pooling_mode_lasttoken: z.boolean().default(false) });

/**
 * Reads such a folder: `model.onnx` or `onnx/model.onnx` (with `model.onnx_data` if there is one) and `tokenizer.json`; if present `tokenizer_config.json`,
 * `sentence_bert_config.json` (longest text) and `1_Pooling/config.json` (else the mean is taken).
 *
 * @throws PairloopError (usage) naming the file that is missing or cannot be read.
 */
export async function readModelFolder(folder: string): Promise<ModelFolder> {
  const modelPath = [join(folder, 'model.onnx'), join(folder, 'onnx', 'model.onnx')].find((path) => existsSync(path));
  if (modelPath === undefined) throw new PairloopError(`There is no model.onnx in ${folder}, nor in its folder onnx; give the folder of a sentence model exported to ONNX.`, 'usage');
  const tokenizerPath = join(folder, 'tokenizer.json');
  if (!existsSync(tokenizerPath)) throw new PairloopError(`There is no tokenizer.json in ${folder}; it belongs to the model, and says how a text is cut into tokens.`, 'usage');
  const configPath = join(folder, 'tokenizer_config.json');
  const sentencePath = join(folder, 'sentence_bert_config.json');
  const poolingPath = join(folder, '1_Pooling', 'config.json');
  const tokenizerConfig = await readJson(configPath, tokenizerConfigSchema);
  const { max_seq_length } = await readJson(sentencePath, sentenceConfigSchema);
  const said = max_seq_length ?? tokenizerConfig.model_max_length ?? TOKENS_DEFAULT;
  return {
    modelPath,
    tokenizer: await readJson(tokenizerPath, object),
    tokenizerConfig,
    pooling: existsSync(poolingPath) ? poolingOf(await readJson(poolingPath, poolingSchema), poolingPath) : 'mean',
    tokensMax: said > TOKENS_MAX ? TOKENS_DEFAULT : said,
    version: await hashFiles([modelPath, `${modelPath}_data`, tokenizerPath, configPath, sentencePath, poolingPath]),
  };
}

/** The file's document; of a file that is not there, that of `{}`. */
async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  try {
    return schema.parse(existsSync(path) ? JSON.parse(await readFile(path, 'utf8')) : {});
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new PairloopError(`${path} cannot be read: ${why}`, 'usage', { cause: error });
  }
}

function poolingOf(config: z.infer<typeof poolingSchema>, path: string): Pooling {
  if (config.pooling_mode_mean_tokens) return 'mean';
  if (config.pooling_mode_cls_token) return 'first';
  if (config.pooling_mode_lasttoken) return 'last';
  throw new PairloopError(`${path} asks for a pooling that is not there; the mean, the first (CLS) or the last token's vector can be taken.`, 'usage');
}

async function hashFiles(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) {
    hash.update(`${existsSync(path)}\0`);
    if (existsSync(path)) for await (const chunk of createReadStream(path)) hash.update(z.instanceof(Buffer).parse(chunk));
  }
  return hash.digest('hex').slice(0, VERSION_LENGTH);
}
