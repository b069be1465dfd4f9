import type { Db, Tx } from '../../core/database/connect.js';
import type { Guideline, Rubric } from '../../core/domain/rubric.js';
import { PairloopError } from '../../core/errors.js';
import { LabelStudioError, type LabelStudioClient } from '../../core/label-studio/client.js';
import { readLabelConfigChange, refusalsOf } from '../../core/label-studio/label-config-change.js';
import type { ProjectWire } from '../../core/label-studio/wire.js';
import { RANKING_MODEL_VERSION } from '../../core/domain/ranking.js';

/**
 * Annotations after which Label Studio calls a task labelled. In 1.23.2 `next_task` leaves labelled
 * tasks out, also when the request names one (get_not_solved_tasks_qs filters on is_labeled), and a
 * lock counts against the same number. How many votes a pair needs is Pairloop's decision and changes
 * with the votes, and a gold item goes to every rater; so Label Studio's number is one that no project
 * reaches. Its price: Label Studio's own progress bar stays at zero.
 */
const ANNOTATIONS_MAX = 10_000;
const WEBHOOK_PATH = '/pairloop/webhooks/label-studio';
const ML_BACKEND_PATH = '/pairloop/ml';
const SECRET_HEADER = 'x-pairloop-secret';
/** By its description a project is known as ours when the first installation was killed half way. */
const TITLE_LENGTH_MIN = 3;
/** More raters than a project can have in practice. */
const VOTES_MAX = 100;
const DESCRIPTION = 'Pairwise preferences, collected with Pairloop.';

export interface ProjectDeps {
  readonly db: Db;
  readonly labelStudio: LabelStudioClient;
}

export interface ProjectSettings {
  readonly title: string;
  /** Adopts this project of Label Studio instead of making one. */
  readonly labelStudioProjectId?: number;
  readonly labelConfig: string;
  readonly labelConfigHash: string;
  /** Kept whole, so that the project is judged by it as it was installed, whatever becomes of the files. */
  readonly rubric: Rubric;
  readonly guideline: Guideline;
  /** URL under which Label Studio reaches the gateway. */
  readonly publicUrl: string;
  readonly webhookSecret: string;
  /** Also register the ML backend; it has to answer by then. */
  readonly mlBackend?: boolean;
  /**
   * What becomes of a project that holds what the label config has no place for: `refuse` (the default), or `keep` the
   * label config, rubric and guideline that it has, and bring only the rest up to date.
   */
  readonly whenLost?: 'refuse' | 'keep';
  /** Left out: what the project has, at first 2 to 3 votes, agreement 0.66, journal required. */
  readonly votesMin?: number;
  readonly votesMax?: number;
  readonly agreementMin?: number;
  readonly journalRequired?: boolean;
}

export interface InstalledProject {
  readonly projectId: number;
  readonly labelStudioProjectId: number;
  /** Why the project kept the label config it had; null when it has the planned one. */
  readonly kept: string | null;
}

/**
 * Makes a Label Studio project one of Pairloop's, or brings it up to date: label config, queue, webhook
 * with its secret header, ML backend, and its row here. Called again it changes only what differs;
 * killed half way, the next call completes it. A project is found by its id if given, else by its title.
 *
 * @throws PairloopError when Label Studio refuses a setting, or no longer has the project, and before anything is
 * changed when the title or the numbers of votes cannot be (usage), when the label config would orphan what
 * annotators have stored there, or when tasks there lack what it shows.
 */
export async function installProject(deps: ProjectDeps, settings: ProjectSettings): Promise<InstalledProject> {
  refuseRule(settings);
  const known = await findLabelStudioProject(deps, settings);
  const kept = known === null ? null : await refusalOf(deps, known, settings);
  const wire = known === null ? await createProject(deps, settings) : await updateProject(deps, known, kept === null ? settings : { ...settings, labelConfig: known.label_config ?? '' });
  const projectId = await deps.db.transaction().execute(async (tx) => {
    if (kept !== null) return keepProject(tx, wire.id, settings);
    await storeGuideline(tx, settings.guideline);
    return storeProject(tx, wire.id, settings);
  });
  await registerWebhook(deps.labelStudio, wire.id, settings);
  if (settings.mlBackend === true) await registerMlBackend(deps.labelStudio, wire.id, settings);
  return { projectId, labelStudioProjectId: wire.id, kept };
}

function refuseRule({ title, votesMin, votesMax }: ProjectSettings): void {
  if (title.trim().length < TITLE_LENGTH_MIN) throw new PairloopError(`The title ${JSON.stringify(title)} is too short; Label Studio wants at least ${TITLE_LENGTH_MIN} characters.`, 'usage');
  for (const votes of [votesMin, votesMax]) {
    if (votes !== undefined && !(Number.isInteger(votes) && votes >= 1 && votes <= VOTES_MAX)) {
      throw new PairloopError(`A pair cannot get ${votes} votes; give a whole number from 1 to ${VOTES_MAX}.`, 'usage');
    }
  }
  if (votesMin !== undefined && votesMax !== undefined && votesMin > votesMax) {
    throw new PairloopError(`Every pair gets ${votesMin} votes, but at most ${votesMax}; raise the most or lower the least.`, 'usage');
  }
}

async function findLabelStudioProject(deps: ProjectDeps, settings: ProjectSettings): Promise<ProjectWire | null> {
  const { title, labelStudioProjectId } = settings;
  if (labelStudioProjectId !== undefined) return readProject(deps, labelStudioProjectId, title);
  const row = await deps.db.selectFrom('project').select('label_studio_id').where('title', '=', title).executeTakeFirst();
  if (row !== undefined) return readProject(deps, row.label_studio_id, title);
  const projects = await deps.labelStudio.projects();
  return projects.find((one) => one.title === title && one['description'] === DESCRIPTION) ?? null;
}

async function readProject(deps: ProjectDeps, id: number, title: string): Promise<ProjectWire> {
  try {
    return await deps.labelStudio.project(id);
  } catch (error) {
    if (!(error instanceof LabelStudioError) || error.status !== 404) throw error;
    throw new PairloopError(
      `Label Studio has no project ${id} (${JSON.stringify(title)}). Was it deleted, or is this another Label Studio? Choose another title, or name the right project.`,
      'failure',
      { cause: error },
    );
  }
}

/** A suggestion would bias the vote, so predictions order the queue but are never shown. */
function projectSettings(settings: ProjectSettings): Record<string, unknown> & { title: string } {
  return {
    title: settings.title,
    label_config: settings.labelConfig,
    sampling: 'Uncertainty sampling',
    maximum_annotations: ANNOTATIONS_MAX,
    overlap_cohort_percentage: 100,
    skip_queue: 'REQUEUE_FOR_OTHERS',
    show_skip_button: true,
    enable_empty_annotation: false,
    show_collab_predictions: false,
    evaluate_predictions_automatically: false,
    reveal_preannotations_interactively: false,
    show_ground_truth_first: false,
  };
}

function createProject(deps: ProjectDeps, settings: ProjectSettings): Promise<ProjectWire> {
  const ours = { description: DESCRIPTION, model_version: RANKING_MODEL_VERSION };
  return deps.labelStudio.createProject({ ...projectSettings(settings), ...ours });
}

/**
 * Switching predictions off clears the project's model version unless it is sent along, and one that no
 * prediction has yet is refused; where it is missing, the first shipped batch sets it.
 */
async function updateProject(deps: ProjectDeps, known: ProjectWire, settings: ProjectSettings): Promise<ProjectWire> {
  const version = known.model_version === RANKING_MODEL_VERSION ? { model_version: RANKING_MODEL_VERSION } : {};
  return deps.labelStudio.updateProject(known.id, { ...projectSettings(settings), ...version });
}

/**
 * Label Studio would let texts and single choices go with a label config that has no place for them:
 * they would stay stored, but no annotator would see them again, and the next update would drop them.
 * Nor does it look whether the tasks have what a label config shows. Null: nothing speaks against it.
 */
async function refusalOf({ db, labelStudio }: ProjectDeps, known: ProjectWire, settings: ProjectSettings): Promise<string | null> {
  const reasons = refusalsOf(await readLabelConfigChange(labelStudio, known, settings.labelConfig));
  if (reasons.length === 0) return null;
  const refusal = `The label config of the rubric "${settings.rubric.name}" does not fit Label Studio project ${known.id} (${JSON.stringify(known.title)}): ${reasons.join('; ')}.`;
  const row = await db.selectFrom('project').select('id').where('label_studio_id', '=', known.id).executeTakeFirst();
  if (settings.whenLost === 'keep' && row !== undefined) return refusal;
  throw new PairloopError(`${refusal} Nothing was changed; make a new project under another title, or keep the project's rubric.`);
}

/** A version's text is never changed: its hash is its key. */
async function storeGuideline(tx: Tx, { sha256, name, version, markdown }: Guideline): Promise<void> {
  await tx
    .insertInto('guideline')
    .values({ sha256, name, version, markdown })
    .onConflict((conflict) => conflict.column('sha256').doNothing())
    .execute();
}

async function storeProject(tx: Tx, labelStudioId: number, settings: ProjectSettings): Promise<number> {
  const values = {
    ...ruleValues(settings),
    rubric: settings.rubric.name,
    rubric_definition: JSON.stringify(settings.rubric),
    guideline_version: settings.guideline.version,
    guideline_sha256: settings.guideline.sha256,
    label_config_hash: settings.labelConfigHash,
  };
  const row = await tx
    .insertInto('project')
    .values({ label_studio_id: labelStudioId, ...values })
    .onConflict((conflict) => conflict.column('label_studio_id').doUpdateSet(values))
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

async function keepProject(tx: Tx, labelStudioId: number, settings: ProjectSettings): Promise<number> {
  const row = await tx.updateTable('project').set(ruleValues(settings)).where('label_studio_id', '=', labelStudioId).returning('id').executeTakeFirstOrThrow();
  return row.id;
}

/** What a project is called and decides by, whatever its rubric. */
function ruleValues({ title, votesMin, votesMax, agreementMin, journalRequired }: ProjectSettings) {
  return {
    title,
    ...(votesMin === undefined ? {} : { votes_min: votesMin }),
    ...(votesMax === undefined ? {} : { votes_max: votesMax }),
    ...(agreementMin === undefined ? {} : { agreement_min: agreementMin }),
    ...(journalRequired === undefined ? {} : { journal_required: journalRequired }),
  };
}

async function registerWebhook(labelStudio: LabelStudioClient, project: number, settings: ProjectSettings): Promise<void> {
  const url = `${settings.publicUrl}${WEBHOOK_PATH}`;
  const headers = { [SECRET_HEADER]: settings.webhookSecret };
  let registered = false;
  for (const webhook of await labelStudio.webhooks(project)) {
    if (webhook.project !== project || !webhook.url.endsWith(WEBHOOK_PATH)) continue;
    const current = webhook.url === url && webhook.is_active && webhook.headers[SECRET_HEADER] === settings.webhookSecret;
    if (current && !registered) registered = true;
    else await labelStudio.deleteWebhook(webhook.id);
  }
  if (!registered) await labelStudio.createWebhook({ project, url, headers });
}

async function registerMlBackend(labelStudio: LabelStudioClient, project: number, settings: ProjectSettings): Promise<void> {
  const url = `${settings.publicUrl}${ML_BACKEND_PATH}`;
  const ours = (await labelStudio.mlBackends(project)).filter((one) => one.url.endsWith(ML_BACKEND_PATH));
  for (const other of ours.filter((one) => one.url !== url)) await labelStudio.deleteMlBackend(other.id);
  if (!ours.some((one) => one.url === url)) {
    await labelStudio.createMlBackend({ project, url, title: 'Pairloop', is_interactive: false });
  }
}
