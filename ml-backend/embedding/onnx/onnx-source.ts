import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { PairloopError, messageOf } from '../../../core/errors.js';
import type { EmbeddingSource } from '../embedding-source.js';
import { readModelFolder, type ModelFolder } from './model-folder.js';
import { cutTokens, poolTokens } from './pooling.js';

/** No token is longer on average; what is beyond need not be cut into tokens. */
const CHARACTERS_PER_TOKEN_MAX = 32;

type Embed = (text: string) => Promise<Float32Array>;

/**
 * A sentence model on this machine's disk as a source: nothing is downloaded or sent anywhere. Each text is computed by itself, so that its
 * vector does not depend on what is embedded beside it: cut to the model's longest text, its tokens' vectors pooled as the model's
 * folder says (a model with a sentence output does it itself), scaled to length 1. The same machine and runtime give the same
 * numbers; others may differ in the last bits.
 *
 * @throws PairloopError (usage) when a file is missing or wrong, or the packages that run it are not installed.
 */
export async function openOnnxSource(folder: string): Promise<EmbeddingSource> {
  const model = await readModelFolder(folder);
  const embed = await openModel(model);
  const { length: dimension } = await embed('dimension');
  return {
    name: 'onnx',
    version: model.version,
    dimension,
    async embed(texts) {
      const vectors = [];
      for (const text of texts) vectors.push(await embed(text));
      return vectors;
    },
  };
}

async function openModel(model: ModelFolder): Promise<Embed> {
  const { Tensor, InferenceSession, Tokenizer } = await importPackages();
  const tokenizer = wrongFile(() => new Tokenizer(model.tokenizer, model.tokenizerConfig), 'tokenizer.json', 'describes no tokenizer that is known here');
  const session = await InferenceSession.create(model.modelPath).catch((error: unknown) => {
    throw new PairloopError(`${model.modelPath} cannot be run as an ONNX model: ${messageOf(error)}`, 'usage', { cause: error });
  });
  const end = tokenizer.encode('').ids.at(-1);
  return async (text) => {
    const ids = cutTokens(tokenizer.encode(text.slice(0, model.tokensMax * CHARACTERS_PER_TOKEN_MAX)).ids, model.tokensMax, end);
    const feeds: Record<string, Tensor> = {};
    for (const name of session.inputNames) feeds[name] = new Tensor('int64', BigInt64Array.from(inputNamed(name, ids, model)), [1, ids.length]);
    return sentenceVector(await session.run(feeds), session, { ids, model });
  };
}

function inputNamed(name: string, ids: readonly number[], { modelPath }: ModelFolder): bigint[] {
  if (name === 'input_ids') return ids.map(BigInt);
  if (name === 'attention_mask') return ids.map(() => 1n);
  if (name === 'token_type_ids') return ids.map(() => 0n);
  if (name === 'position_ids') return ids.map((_, at) => BigInt(at));
  throw new PairloopError(`${modelPath} asks for the input ${JSON.stringify(name)}, which is none of a sentence model's: input_ids, attention_mask, token_type_ids, position_ids.`, 'usage');
}

/** The sentence output if the model has one, else its first output pooled; of length 1. */
function sentenceVector(outputs: Record<string, Tensor>, { outputNames }: InferenceSession, { ids, model }: { ids: readonly number[]; model: ModelFolder }): Float32Array {
  const name = outputNames.includes('sentence_embedding') ? 'sentence_embedding' : outputNames[0]!;
  const { data, dims } = outputs[name]!;
  const pooled = dims.length === 2 && dims[0] === 1;
  if (!(data instanceof Float32Array) || !(pooled || (dims.length === 3 && dims[0] === 1 && dims[1] === ids.length))) {
    throw new PairloopError(`${model.modelPath} gives ${JSON.stringify(name)} of the shape (${dims.join(', ')}) for ${ids.length} tokens; it must be float32, of one vector for each token or for the text.`, 'usage');
  }
  const vector = pooled ? Float64Array.from(data) : poolTokens(data, ids.length, model.pooling);
  const length = Math.sqrt(vector.reduce((sum, number) => sum + number * number, 0));
  return Float32Array.from(vector, (number) => (length === 0 ? 0 : number / length));
}

function wrongFile<T>(make: () => T, file: string, what: string): T {
  try {
    return make();
  } catch (error) {
    throw new PairloopError(`The model's ${file} ${what}: ${messageOf(error)}`, 'usage', { cause: error });
  }
}

async function importPackages() {
  try {
    const [{ Tensor, InferenceSession }, { Tokenizer }] = await Promise.all([import('onnxruntime-node'), import('@huggingface/tokenizers')]);
    return { Tensor, InferenceSession, Tokenizer };
  } catch (error) {
    throw new PairloopError(
      `A local model needs two packages that are not part of Pairloop; run npm install --no-save --ignore-scripts onnxruntime-node@1 @huggingface/tokenizers@0.2 in its folder. (${messageOf(error)})`,
      'usage',
      { cause: error },
    );
  }
}
