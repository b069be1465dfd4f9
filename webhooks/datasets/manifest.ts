import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { VERDICTS } from '../../core/domain/verdict.js';
import { ROW_KINDS } from './accepted-row.js';

/** Grows when a reader of the manifest or of the rows has to change. */
export const SCHEMA_VERSION = 1;

const manifestFileSchema = z.object({
  /** Relative to the folder. */
  path: z.string(),
  kind: z.enum(ROW_KINDS),
  part: z.number().int().positive(),
  rows: z.number().int().positive(),
  bytes: z.number().int().positive(),
  sha256: z.string(),
});
export type ManifestFile = z.infer<typeof manifestFileSchema>;

/**
 * What an accepted folder holds. The files it names are whole, and every accepted pair is in exactly one of
 * them; files it does not name are remains of another push and no part of the dataset.
 */
const manifestSchema = z.object({
  schema_version: z.literal(SCHEMA_VERSION),
  created_at: z.iso.datetime(),
  project: z.object({ id: z.number().int(), label_studio_id: z.number().int(), title: z.string() }),
  rubric: z.string(),
  guideline: z.object({ version: z.string(), sha256: z.string() }),
  label_config_hash: z.string(),
  /** The rule by which votes decide now; each pair was accepted under it or an earlier one. */
  rule: z.object({ votes_min: z.number().int(), votes_max: z.number().int(), agreement_min: z.number() }),
  /** The newest counted vote the folder reflects; null before the first. */
  last_vote: z.object({ annotation_id: z.number().int(), submitted_at: z.iso.datetime() }).nullable(),
  counts: z.object({
    accepted: z.number().int(),
    by_verdict: z.record(z.enum(VERDICTS), z.number().int()),
    by_domain: z.record(z.string(), z.number().int()),
  }),
  files: z.array(manifestFileSchema),
  /** Digest of each part's accepted pairs in the database, to know an unchanged part without writing it again. */
  part_states: z.record(z.string(), z.string()),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** The manifest at a path; null when there is none that this version understands, and the folder is then written anew. */
export async function readManifest(path: string): Promise<Manifest | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
