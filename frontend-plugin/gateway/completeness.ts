import type { Db } from '../../core/database/connect.js';
import { applyRubric } from '../../core/domain/applied-rubric.js';
import { contextOf, type PromptContext } from '../../core/domain/prompt-context.js';
import type { Judgement } from '../../core/domain/vote.js';
import { readJudgement } from '../../core/label-studio/judgement.js';
import { readRegions } from '../../core/label-studio/result-regions.js';
import { acrossOrder, type Draft } from '../view/state/draft.js';
import { missingRequirements } from '../view/state/requirements.js';
import { findInstalledProject, type InstalledProject } from './installed-project.js';
import { Refusal } from './refusal.js';

const REASONS_MAX = 3;

/**
 * Refuses a judgement that lacks what the project's rubric asks for, by the view's own rules: where the
 * view is switched off, or a page is older than the rubric, its own check does not hold. A red line's
 * veto and the rationale on both_bad are among them.
 *
 * @param result as submitted, in canonical sides
 * @throws Refusal (403), in the form that makes Label Studio's page show what is missing and keep the work.
 */
export async function refuseIncomplete(db: Db, taskId: number, result: unknown): Promise<void> {
  const installed = await findInstalledProject(db, taskId);
  if (installed === undefined) return;
  const reading = readJudgement(readRegions(result), installed.opaqueId);
  const missing =
    'unusable' in reading
      ? ['Choose one verdict: A better, Tie, Both bad or B better.']
      : missingRequirements(draftOf(reading.judgement), applyRubric(installed.rubric, await readContext(db, installed))).map(({ reason }) => reason);
  if (missing.length === 0) return;
  const more = missing.length - REASONS_MAX;
  const detail = ['Not saved.', ...missing.slice(0, REASONS_MAX), ...(more > 0 ? [`And ${more} more.`] : [])].join(' ');
  throw new Refusal(403, detail, { displayReason: 'PAUSED' });
}

/** The judgement as its annotator saw it; native controls, which note no order, show the canonical sides. */
function draftOf({ verdict, strength, likert, flags, rationale, critique, policyReference, staleSource, staleDate, meta }: Judgement): Draft {
  const texts = { rationale: rationale ?? '', critique: critique ?? '', policyReference: policyReference ?? '', staleSource: staleSource ?? '', staleDate: staleDate ?? '' };
  return acrossOrder({ verdict, strength, likert, flags, ...texts }, meta?.displayed ?? 'ab');
}

/** The kind of the pair's prompt, as the task's data tells it to the view. */
async function readContext(db: Db, { pairId }: InstalledProject): Promise<PromptContext> {
  const { safety_flags: safetyFlags, ...pair } = await db
    .selectFrom('pair')
    .select(['domain', 'difficulty', 'safety_flags', 'prompt', 'messages', 'response_a', 'response_b', 'checks_a', 'checks_b'])
    .where('id', '=', pairId)
    .executeTakeFirstOrThrow();
  return contextOf({ ...pair, safety: safetyFlags.length > 0 });
}
