import { z } from 'zod';
import { strengthSchema, verdictSchema } from '../../core/domain/verdict.js';
import { changesBetween, type Draft } from '../view/state/draft.js';

/** Keys of ours in the browser's storage; the rest of a key names annotator, task and annotation. */
const PREFIX = 'pairloop:work:';
const COPIES_MAX = 20;
const COPY_CHARACTERS_MAX = 60_000;

const names = z.array(z.string());
const level = z.number().optional();
const draftSchema = z.object({
  verdict: verdictSchema.nullable(),
  strength: strengthSchema.nullable(),
  likert: z.record(z.string(), z.object({ a: level, b: level })),
  flags: z.object({ a: names, b: names }),
  rationale: z.string(),
  critique: z.string(),
  policyReference: z.string(),
  staleSource: z.string(),
  staleDate: z.string(),
});
const copySchema = z.object({ at: z.number(), base: draftSchema, draft: draftSchema });

/**
 * Copies, in this browser, of judgements that Label Studio has not stored yet, not even as a draft. Each is kept with
 * the state that Label Studio does have (`base`): a copy is worth restoring only where that is still so, whatever
 * the clocks say. Drafts are in canonical sides. Storage that is full or closed keeps nothing and breaks nothing.
 */
export class KeptWork {
  constructor(
    private readonly storage: () => Storage,
    private readonly now: () => number,
  ) {}

  /** Keeps `draft` as what follows `base`; the same as `base`, there is nothing to keep. */
  keep(key: string, base: Draft, draft: Draft): void {
    if (isSame(base, draft)) return this.drop(key);
    const copy = JSON.stringify({ at: this.now(), base, draft });
    if (copy.length > COPY_CHARACTERS_MAX) return;
    this.attempt((storage) => {
      storage.setItem(PREFIX + key, copy);
      for (const old of copiesIn(storage).slice(COPIES_MAX)) storage.removeItem(old.key);
    });
  }

  /** The copy that follows `stored`, what Label Studio has now; undefined without one. A copy that follows anything else is gone. */
  take(key: string, stored: Draft): Draft | undefined {
    const copy = this.attempt((storage) => read(storage, PREFIX + key));
    if (copy !== undefined && isSame(copy.base, stored)) return copy.draft;
    this.drop(key);
    return undefined;
  }

  /** Label Studio has stored `base` by now: what a copy holds beyond it follows it from now on. */
  rebase(key: string, base: Draft): void {
    const copy = this.attempt((storage) => read(storage, PREFIX + key));
    if (copy !== undefined) this.keep(key, base, copy.draft);
  }

  drop(key: string): void {
    this.attempt((storage) => storage.removeItem(PREFIX + key));
  }

  private attempt<T>(work: (storage: Storage) => T): T | undefined {
    try {
      return work(this.storage());
    } catch {
      // Storage may be full, or closed to this page.
      return undefined;
    }
  }
}

function isSame(one: Draft, other: Draft): boolean {
  return changesBetween(one, other).length === 0;
}

function read(storage: Storage, key: string): z.infer<typeof copySchema> | undefined {
  try {
    return copySchema.safeParse(JSON.parse(storage.getItem(key) ?? 'null')).data;
  } catch {
    return undefined;
  }
}

/** Newest first; unreadable ones count as the oldest. */
function copiesIn(storage: Storage): { key: string; at: number }[] {
  const keys = Array.from({ length: storage.length }, (_, at) => storage.key(at)).filter((key) => key?.startsWith(PREFIX) === true);
  return keys.map((key) => ({ key: key ?? '', at: read(storage, key ?? '')?.at ?? 0 })).toSorted((one, other) => other.at - one.at);
}
