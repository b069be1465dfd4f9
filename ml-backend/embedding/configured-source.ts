import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../core/config.js';
import { Endpoint } from '../endpoint/endpoint.js';
import type { EmbeddingSource } from './embedding-source.js';
import { openEndpointSource } from './endpoint-source.js';
import { openOnnxSource } from './onnx/onnx-source.js';

const TIMEOUT_MS = 120_000;

/**
 * How to open the embedding source that the settings name; undefined when they name none. A budget counts from each opening. What the
 * first one learns of the vectors' length is kept, so that a round with nothing to embed asks the endpoint for nothing.
 */
export function configuredSource({ embedding, embeddingFolder }: Pick<Config, 'embedding' | 'embeddingFolder'>): (() => Promise<EmbeddingSource>) | undefined {
  if (embeddingFolder !== undefined) return () => openOnnxSource(embeddingFolder);
  if (embedding === undefined) return undefined;
  const { url, apiKey, requestsPerMinute, tokensMax, model, charactersMax } = embedding;
  const clock = { now: () => Date.now(), sleep, random: () => Math.random() };
  // A request holds at least one token, so that the tokens bound the requests.
  const budget = { requests: tokensMax, tokens: tokensMax };
  let dimension: number | undefined;
  return async () => {
    const endpoint = new Endpoint({ url, apiKey, timeoutMs: TIMEOUT_MS, requestsPerMinute, budget }, clock);
    const source = await openEndpointSource(endpoint, { model, charactersMax, dimension });
    ({ dimension } = source);
    return source;
  };
}
