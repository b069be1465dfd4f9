import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { IncomingPair, Pair } from '../core/domain/pair.js';
import { packagePath } from '../core/package-root.js';
import type { PreviewedRubric } from '../frontend-plugin/preview/preview-reply.js';
import { redactPair } from '../ml-backend/pool/incoming-content.js';
import { parsePairsFile } from '../ml-backend/pool/pairs-file.js';
import { createRedactor, type Redactor } from '../webhooks/privacy/redact.js';
import { release } from '../webhooks/privacy/release.js';

/** A page to look at, no tool to read a whole pool with. */
const PAIRS_MAX = 200;

/** For a rubric that has no sample pairs of its own. */
const FALLBACK = 'general';

/** The pairs that a preview shows, as an annotator would see them: redacted, and nothing but what release lets out. */
export interface PreviewPairs {
  /** Those of a rubric, read anew; at least one. */
  of(rubric: string): Promise<PreviewedRubric['pairs']>;
}

/**
 * Sample pairs from `samples/preview/RUBRIC.jsonl`, or for every rubric the first 200 of `file`, which is read now.
 *
 * @throws PairloopError (usage) naming every fault when `file` cannot be read as pairs.
 */
export async function createPreviewPairs(file: string | undefined): Promise<PreviewPairs> {
  const redactor = createRedactor(randomBytes(32).toString('hex'));
  const read = async (path: string): Promise<PreviewedRubric['pairs']> => {
    const { pairs } = await parsePairsFile(path);
    return pairs.slice(0, PAIRS_MAX).map((pair) => ({ id: pair.id, task: release(toPair(pair, redactor)) }));
  };
  if (file === undefined) return { of: (rubric) => read(samplesOf(rubric)) };
  const given = await read(file);
  return { of: async () => given };
}

function samplesOf(rubric: string): string {
  const own = packagePath('samples', 'preview', `${rubric}.jsonl`);
  return existsSync(own) ? own : packagePath('samples', 'preview', `${FALLBACK}.jsonl`);
}

/**
 * A pair as the import would make it, with the file's sides. A pair without consent may be looked at here:
 * it goes to whoever has its file, on the machine where the file is, and nowhere else.
 */
function toPair(incoming: IncomingPair, { redact, version }: Redactor): Pair {
  const { pair } = redactPair(incoming, redact);
  return {
    id: pair.id,
    opaqueId: randomUUID(),
    domain: pair.domain,
    prompt: pair.prompt ?? null,
    messages: pair.messages ?? null,
    responseA: pair.response_a,
    responseB: pair.response_b,
    checksA: pair.checks_a ?? null,
    checksB: pair.checks_b ?? null,
    generationA: null,
    generationB: null,
    difficulty: pair.difficulty ?? null,
    safetyFlags: pair.safety_flags,
    consent: pair.consent ?? { basis: 'legitimate_interest', reference: 'looked at in a preview by the holder of the file' },
    redactionVersion: version,
    sidesSwapped: false,
  };
}
