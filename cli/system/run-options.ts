import type { Config } from '../../core/config.js';
import { configuredSource } from '../../ml-backend/embedding/configured-source.js';
import type { RunOptions } from '../../ml-backend/rounds/round.js';

/** How rounds run here: this machine's clocks, and the embedding source of the settings. */
export function runOptions(config: Pick<Config, 'embedding' | 'embeddingFolder'>): RunOptions {
  const openEmbeddingSource = configuredSource(config);
  return { now: () => new Date(), clockMs: () => performance.now(), ...(openEmbeddingSource === undefined ? {} : { openEmbeddingSource }) };
}
