import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Db, Tx } from '../../core/database/connect.js';
import { record } from '../../core/database/ledger-record.js';
import { toPair } from '../../core/database/pair.js';
import { PairloopError, messageOf } from '../../core/errors.js';
import { ROW_KINDS, acceptedLine, rowKind, type RowKind } from './accepted-row.js';
import { datasetCard } from './dataset-card.js';
import { SCHEMA_VERSION, readManifest, type Manifest, type ManifestFile } from './manifest.js';
import { UNFINISHED_PREFIX, writeWholeFile } from './whole-file.js';

const FOLDERS: Readonly<Record<RowKind, string>> = { preference: 'data', ties: 'ties' };
const PART_NAME = /^part-\d{5,}-[0-9a-f]{8}\.jsonl$/;
const MANIFEST_NAME = 'manifest.json';

export interface AcceptedFolderDeps {
  readonly db: Db;
  /** Folder that holds the accepted folders of all projects. */
  readonly acceptedDir: string;
  readonly now: () => Date;
}

/**
 * Brings a project's accepted folder in line with its accepted pairs. Files of at most 1,000 rows carry
 * their content's hash in their name and are never changed; the dataset card and then the manifest are
 * renamed into place once all they name is on disk; only then are files of earlier pushes removed.
 * Killed anywhere, the folder holds the last whole state, and the next push completes it. Pushes of one
 * project follow one another.
 *
 * @returns the folder and how many accepted pairs it holds
 * @throws PairloopError when the folder cannot be written.
 */
export async function pushAccepted(deps: AcceptedFolderDeps, projectId: number): Promise<{ folder: string; accepted: number }> {
  return deps.db.connection().execute(async (connection) => {
    await sql`select pg_advisory_lock(hashtext('pairloop.push_accepted'), ${projectId}::int)`.execute(connection);
    try {
      return await push({ ...deps, db: connection }, projectId);
    } finally {
      await sql`select pg_advisory_unlock(hashtext('pairloop.push_accepted'), ${projectId}::int)`.execute(connection);
    }
  });
}

async function push(deps: AcceptedFolderDeps, projectId: number): Promise<{ folder: string; accepted: number }> {
  await waitForVotes(deps.db, projectId);
  const folder = join(deps.acceptedDir, await folderName(deps.db, projectId));
  try {
    const snapshot = deps.db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only');
    const manifest = await snapshot.execute((tx) => writeParts(tx, folder, projectId, deps.now()));
    await recordPush(deps.db, projectId, manifest, await readManifest(join(folder, MANIFEST_NAME)));
    await publish(folder, manifest);
    await removeRemains(folder, manifest);
    return { folder, accepted: manifest.counts.accepted };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new PairloopError(`The accepted folder ${folder} cannot be written (${messageOf(error)}); make it writable, or free its disk.`, 'failure', {
      cause: error,
    });
  }
}

/**
 * A transaction that changed accepted pairs may find this push's job still waiting, add no second one,
 * and commit a moment later. It holds the project's row until then; so does this wait.
 */
async function waitForVotes(db: Db, projectId: number): Promise<void> {
  const row = await db.selectFrom('project').select('id').where('id', '=', projectId).forShare().executeTakeFirst();
  if (row === undefined) throw new PairloopError(`There is no project ${projectId}.`);
}

/** The title in letters a file system takes; with the project's id when an earlier project has the same. */
async function folderName(db: Db, projectId: number): Promise<string> {
  const projects = await db.selectFrom('project').select(['id', 'title']).where('id', '<=', projectId).orderBy('id').execute();
  const names = projects.map(({ title }) => slugOf(title));
  const name = names.at(-1)!;
  return name === '' || names.indexOf(name) < names.length - 1 ? `${name === '' ? 'project' : name}-${projectId}` : name;
}

/** Lower case, accents dropped, all else that is no letter or digit a hyphen; may be empty. */
function slugOf(title: string): string {
  const plain = title.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  return plain.replaceAll(/[^\p{L}\p{N}]+/gu, '-').slice(0, 80).replaceAll(/^-+|-+$/g, '');
}

async function writeParts(tx: Tx, folder: string, projectId: number, now: Date): Promise<Manifest> {
  const before = await readManifest(join(folder, MANIFEST_NAME));
  const states = await readPartStates(tx, projectId);
  const files: ManifestFile[] = [];
  for (const [part, state] of states) {
    const kept = before?.part_states[part] === state ? await wholeFiles(folder, before.files.filter((file) => file.part === part)) : null;
    files.push(...(kept ?? (await writePart(tx, folder, projectId, part))));
  }
  return describeFolder(tx, projectId, { files, part_states: Object.fromEntries(states), now });
}

/** Digest of every part's accepted pairs, by part in ascending order. */
async function readPartStates(tx: Tx, projectId: number): Promise<Map<number, string>> {
  const { rows } = await sql<{ part: number; state: string }>`
    select accepted_pair.part, md5(string_agg(
      concat_ws('|', pair_id, verdict, vote_count, agreement, strengths, flags, pair.consent is null, pair.redaction_version), ',' order by pair_id)) as state
    from accepted_pair join pair on pair.id = accepted_pair.pair_id
    where project_id = ${projectId} group by part order by part`.execute(tx);
  return new Map(rows.map((row) => [row.part, row.state]));
}

/** The files when each is there in its full length, else null. */
async function wholeFiles(folder: string, files: readonly ManifestFile[]): Promise<readonly ManifestFile[] | null> {
  for (const file of files) {
    const size = await stat(join(folder, file.path)).then((status) => status.size, () => -1);
    if (size !== file.bytes) return null;
  }
  return files;
}

async function writePart(tx: Tx, folder: string, projectId: number, part: number): Promise<ManifestFile[]> {
  const lines = await readLines(tx, projectId, part);
  const files: ManifestFile[] = [];
  for (const kind of ROW_KINDS.filter((one) => lines[one].length > 0)) {
    const content = `${lines[kind].join('\n')}\n`;
    const sha256 = createHash('sha256').update(content).digest('hex');
    const path = `${FOLDERS[kind]}/part-${String(part).padStart(5, '0')}-${sha256.slice(0, 8)}.jsonl`;
    await writeWholeFile(join(folder, path), content);
    files.push({ path, kind, part, rows: lines[kind].length, bytes: Buffer.byteLength(content), sha256 });
  }
  return files;
}

/** A part's rows by kind, in the order of pair ids. A pair whose consent is gone is not exported. */
async function readLines(tx: Tx, projectId: number, part: number): Promise<Record<RowKind, string[]>> {
  const rows = await tx
    .selectFrom('accepted_pair')
    .innerJoin('pair', 'pair.id', 'accepted_pair.pair_id')
    .selectAll('pair')
    .select(['accepted_pair.verdict', 'accepted_pair.agreement', 'accepted_pair.vote_count', 'accepted_pair.strengths', 'accepted_pair.flags'])
    .where('accepted_pair.project_id', '=', projectId)
    .where('accepted_pair.part', '=', part)
    .where('pair.consent', 'is not', null)
    .where('pair.redaction_version', 'is not', null)
    .orderBy('pair.id')
    .execute();
  const lines: Record<RowKind, string[]> = { preference: [], ties: [] };
  for (const row of rows) {
    const { verdict, agreement, vote_count: votes, strengths, flags } = row;
    lines[rowKind(verdict)].push(acceptedLine({ pair: toPair(row), verdict, agreement, votes, strengths, flags }));
  }
  return lines;
}

interface Written {
  readonly files: ManifestFile[];
  readonly part_states: Record<string, string>;
  readonly now: Date;
}

async function describeFolder(tx: Tx, projectId: number, { files, part_states, now }: Written): Promise<Manifest> {
  const project = await tx.selectFrom('project').selectAll().where('id', '=', projectId).executeTakeFirstOrThrow();
  const lastVote = await tx
    .selectFrom('vote')
    .select(['annotation_id', 'submitted_at'])
    .where('project_id', '=', projectId)
    .where('counted', '=', true)
    .orderBy('submitted_at', 'desc')
    .orderBy('annotation_id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return {
    schema_version: SCHEMA_VERSION,
    created_at: now.toISOString(),
    project: { id: project.id, label_studio_id: project.label_studio_id, title: project.title },
    rubric: project.rubric,
    guideline: { version: project.guideline_version, sha256: project.guideline_sha256 },
    label_config_hash: project.label_config_hash,
    rule: { votes_min: project.votes_min, votes_max: project.votes_max, agreement_min: project.agreement_min },
    last_vote: lastVote === undefined ? null : { annotation_id: lastVote.annotation_id, submitted_at: lastVote.submitted_at.toISOString() },
    counts: {
      accepted: files.reduce((sum, file) => sum + file.rows, 0),
      by_verdict: { a: 0, b: 0, tie: 0, both_bad: 0, ...(await countBy(tx, projectId, 'verdict')) },
      by_domain: await countBy(tx, projectId, 'domain'),
    },
    files,
    part_states,
  };
}

async function countBy(tx: Tx, projectId: number, column: 'domain' | 'verdict'): Promise<Record<string, number>> {
  const { rows } = await sql<{ name: string; count: number }>`
    select ${sql.ref(column)} as name, count(*) as count from accepted_pair join pair on pair.id = accepted_pair.pair_id
    where project_id = ${projectId} and pair.consent is not null and pair.redaction_version is not null
    group by name order by name`.execute(tx);
  return Object.fromEntries(rows.map((row) => [row.name, row.count]));
}

/** Recorded before it is published, when the files are others than before: what a reader can load is always on record. */
async function recordPush(db: Db, project: number, { files, counts }: Manifest, before: Manifest | null): Promise<void> {
  const digest = filesDigest(files);
  if (before !== null && filesDigest(before.files) === digest) return;
  await db.transaction().execute((tx) => record(tx, 'accepted.pushed', [{ project, accepted: counts.accepted, files: files.length, files_sha256: digest }]));
}

function filesDigest(files: readonly ManifestFile[]): string {
  return createHash('sha256').update(JSON.stringify(files.map(({ path, sha256 }) => [path, sha256]))).digest('hex');
}

/** The manifest last: by then all it names is in place. */
async function publish(folder: string, manifest: Manifest): Promise<void> {
  await writeWholeFile(join(folder, 'README.md'), datasetCard(manifest));
  await writeWholeFile(join(folder, MANIFEST_NAME), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Removes part files the manifest does not name, and unfinished ones; leaves what is not ours. */
async function removeRemains(folder: string, manifest: Manifest): Promise<void> {
  const named = new Set(manifest.files.map((file) => file.path));
  for (const name of ['', ...Object.values(FOLDERS)]) {
    const entries = await readdir(join(folder, name)).catch(() => []);
    for (const entry of entries) {
      const remains = entry.startsWith(UNFINISHED_PREFIX) || (name !== '' && PART_NAME.test(entry) && !named.has(`${name}/${entry}`));
      if (remains) await rm(join(folder, name, entry), { force: true });
    }
  }
}
