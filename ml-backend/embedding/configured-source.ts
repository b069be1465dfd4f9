import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../core/config.js';
import { Endpoint } from '../endpoint/endpoint.js';
import type { EmbeddingSource } from './embedding-source.js';
import { openEndpointSource } from './endpoint-source.js';
import { openOnnxSource } from './onnx/onnx-source.js';

const TIMEOUT_MS = 120_000;

/** How to open the embedding source that the settings name; undefined when they name none. A budget counts from each opening. */
export function configuredSource({ embedding, embeddingFolder }: Pick<Config, 'embedding' | 'embeddingFolder'>): (() => Promise<EmbeddingSource>) | undefined {
  if (embeddingFolder !== undefined) return () => openOnnxSource(embeddingFolder);
  if (embedding === undefined) return undefined;
  const { url, apiKey, requestsPerMinute, tokensMax, model, charactersMax } = embedding;
  const clock = { now: () => Date.now(), sleep, random: () => Math.random() };
  // A request holds at least one token, so that the tokens bound the requests.
  const budget = { requests: tokensMax, tokens: tokensMax };
  return () => openEndpointSource(new Endpoint({ url, apiKey, timeoutMs: TIMEOUT_MS, requestsPerMinute, budget }, clock), { model, charactersMax });
}
