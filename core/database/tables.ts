import type { ColumnType, Generated, GeneratedAlways } from 'kysely';
import type { CodeChecks, Consent, Difficulty, Generation, Message } from '../domain/pair.js';
import type { DisplayedOrder, Strength, Verdict } from '../domain/verdict.js';
import type { VoteMeta } from '../domain/vote.js';
import type { LedgerFacts, LedgerKind } from './ledger-record.js';

/** A jsonb column: read as a value, written as JSON text (pg would send an array as a PostgreSQL array). */
type Json<T> = ColumnType<T, string, string>;
/** A jsonb column with a default. */
type JsonGiven<T> = ColumnType<T, string | undefined, string>;
type JsonOrNull<T> = ColumnType<T | null, string | null | undefined, string | null>;
type CreatedAt = ColumnType<Date, Date | undefined, Date>;
/** Written as ISO 8601 text too: Label Studio's times have microseconds, which a Date would cut off. */
type PreciseOrNull = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;

// ---- core ----
interface SettingTable {
  key: string;
  value: Json<unknown>;
  updated_at: CreatedAt;
}

interface PairSaltTable {
  pair_id: string;
  salt: Buffer;
}
interface LedgerRecordTable {
  id: GeneratedAlways<number>;
  kind: LedgerKind;
  facts: Json<LedgerFacts>;
  recorded_at: GeneratedAlways<Date>;
}

// ---- ml-backend ----
interface PairImportTable {
  id: GeneratedAlways<number>;
  file_name: string;
  content_sha256: string;
  pair_count: number;
  imported_at: CreatedAt;
}
export interface PairTable {
  id: string;
  opaque_id: string;
  import_id: number;
  purpose: 'pool' | 'gold';
  domain: string;
  prompt: string | null;
  messages: JsonOrNull<Message[]>;
  response_a: string;
  response_b: string;
  sides_swapped: boolean;
  checks_a: JsonOrNull<CodeChecks>;
  checks_b: JsonOrNull<CodeChecks>;
  generation_a: JsonOrNull<Generation>;
  generation_b: JsonOrNull<Generation>;
  difficulty: Difficulty | null;
  safety_flags: Json<string[]>;
  consent: JsonOrNull<Consent>;
  redaction_version: string | null;
  redaction_counts: JsonOrNull<Record<string, number>>;
  source: string | null;
  uncertainty: number | null;
  priority: number | null;
  content_sha256: string;
  created_at: CreatedAt;
}
interface PairEmbeddingTable {
  pair_id: string;
  embedder: string;
  vector: Buffer;
  texts_sha256: Buffer | null;
}
export type RoundState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
interface SelectionRoundTable {
  id: GeneratedAlways<number>;
  project_id: number;
  state: Generated<RoundState>;
  strategy: string;
  weight: number;
  k: number;
  /** As `roundOptionsSchema` of ml-backend has them, without strategy, weight and k; parse them before use. */
  options: JsonGiven<unknown>;
  batch_id: number | null;
  head: string | null;
  prepared_at: Date | null;
  progress_step: 'embedding' | 'picking' | null;
  progress_done: number | null;
  progress_total: number | null;
  embedder: string | null;
  uncertainty_source: string | null;
  code_version: string | null;
  inputs_sha256: string | null;
  pool_size: number | null;
  elapsed_ms: number | null;
  failure: string | null;
  created_at: CreatedAt;
  finished_at: Date | null;
}
interface RewardHeadTable {
  id: GeneratedAlways<number>;
  project_id: number;
  version: string;
  embedder: string;
  trained_at: Date;
  accepted_seen: number;
  prompts: number;
  inverse_regularisation: number;
  temperature: number;
  weights: Buffer;
  held_out: JsonOrNull<unknown>;
}
interface SelectionInputTable {
  round_id: number;
  place: number;
  pair_id: string;
  domain: string;
  is_center: boolean;
  uncertainty: number | null;
  priority: number | null;
  vector_sha256: Buffer;
  prompt: number | null;
}
interface SelectionPickTable {
  round_id: number;
  rank: number;
  pair_id: string;
  score: number;
}

// ---- webhooks ----
interface GuidelineTable {
  sha256: string;
  name: string;
  version: string;
  markdown: string;
  stored_at: CreatedAt;
}
interface ProjectTable {
  id: GeneratedAlways<number>;
  label_studio_id: number;
  title: string;
  rubric: string;
  /** A Rubric as it was when installed; parse it before use, a later version of the schema may know more. */
  rubric_definition: JsonOrNull<unknown>;
  guideline_version: string;
  guideline_sha256: string;
  label_config_hash: string;
  votes_min: Generated<number>;
  votes_max: Generated<number>;
  agreement_min: Generated<number>;
  journal_required: Generated<boolean>;
  /** A RaterPolicy as it was when chosen; parse it before use. Null: the default. */
  rater_policy: JsonOrNull<unknown>;
  listed_at: Date | null;
  fully_listed_at: Date | null;
  created_at: CreatedAt;
}
interface BatchTable {
  id: GeneratedAlways<number>;
  project_id: number;
  round_id: number | null;
  state: Generated<'building' | 'shipped'>;
  created_at: CreatedAt;
  shipped_at: Date | null;
}
interface BatchItemTable {
  id: GeneratedAlways<number>;
  batch_id: number;
  pair_id: string;
  kind: 'pair' | 'gold';
  position: number;
  task_id: number | null;
  released_at: Date | null;
  settled: Generated<boolean>;
}
interface RaterTable {
  id: string;
  label_studio_user_id: number;
  state: Generated<'active' | 'paused'>;
  state_reason: string | null;
  created_at: CreatedAt;
}
interface RaterStateChangeTable {
  id: GeneratedAlways<number>;
  rater_id: string;
  from_state: string;
  to_state: string;
  reason: string;
  decided_by: string;
  changed_at: CreatedAt;
  project_id: number | null;
  fact_id: string | null;
}
interface RaterFactTable {
  id: string;
  rater_id: string;
  project_id: number | null;
  annotation_id: number | null;
  at: Date;
  /** A Fact of webhooks/quality/rater-policy; parse it before use. */
  fact: Json<unknown>;
}
interface RaterStandingTable {
  rater_id: string;
  project_id: number;
  state: 'training' | 'active' | 'warned' | 'paused' | 'retraining';
  reason: string | null;
  gold_share: number;
  updated_at: CreatedAt;
}
interface AssignmentTable {
  batch_item_id: number;
  rater_id: string;
  leased_at: CreatedAt;
  expires_at: Date;
}
interface DeliveryTable {
  id: GeneratedAlways<number>;
  received_at: CreatedAt;
  action: string;
  label_studio_project_id: number | null;
  body: Json<unknown>;
  body_sha256: string;
  applied_at: Date | null;
  ignored_reason: string | null;
  failure: string | null;
}
interface AnnotationTable {
  id: number;
  task_id: number | null;
  label_studio_project_id: number | null;
  label_studio_user_id: number | null;
  unique_id: string | null;
  result: JsonOrNull<unknown>;
  was_cancelled: Generated<boolean>;
  lead_time_s: number | null;
  created_at: PreciseOrNull;
  updated_at: PreciseOrNull;
  deleted_at: PreciseOrNull;
  unusable_reason: string | null;
  seen_in_delivery: Generated<boolean>;
  seen_in_api: Generated<boolean>;
}
interface DeletedTaskTable {
  task_id: number;
  deleted_at: Date;
}
interface VoteTable {
  annotation_id: number;
  project_id: number;
  batch_item_id: number;
  pair_id: string;
  rater_id: string;
  state: 'cast' | 'skipped';
  verdict: Verdict | null;
  strength: Strength | null;
  likert: JsonOrNull<Record<string, { a?: number | undefined; b?: number | undefined }>>;
  rationale: string | null;
  critique: string | null;
  policy_reference: string | null;
  flags: JsonOrNull<{ a: string[]; b: string[] }>;
  stale_source: string | null;
  stale_date: string | null;
  skip_reason: string | null;
  displayed_order: DisplayedOrder | null;
  guideline_version: string | null;
  guideline_sha256: string | null;
  label_config_hash: string | null;
  view_version: string | null;
  meta: JsonOrNull<VoteMeta>;
  started_at: Date | null;
  submitted_at: Date;
  active_ms: number | null;
  lead_time_s: number | null;
  counted: boolean;
  not_counted_reason: string | null;
}
interface GoldItemTable {
  pair_id: string;
  accepted_verdicts: Json<Verdict[]>;
  explanation: string;
  author: string;
  state: Generated<'active' | 'suspended' | 'retired'>;
  created_at: CreatedAt;
}
interface GoldCheckTable {
  annotation_id: number;
  pair_id: string;
  rater_id: string;
  verdict: Verdict;
  passed: boolean;
  checked_at: CreatedAt;
}
interface ConsensusTable {
  project_id: number;
  pair_id: string;
  state: 'open' | 'accepted' | 'disputed';
  vote_counts: Json<Partial<Record<Verdict, number>>>;
  verdict: Verdict | null;
  agreement: number | null;
  updated_at: CreatedAt;
}
interface AcceptedPairTable {
  project_id: number;
  pair_id: string;
  verdict: Verdict;
  vote_count: number;
  agreement: number;
  strengths: JsonGiven<Partial<Record<Strength, number>>>;
  flags: JsonGiven<{ a: string[]; b: string[] }>;
  rule: string;
  accepted_at: CreatedAt;
  part: number;
}

interface LedgerEntryTable {
  seq: number;
  record_id: number;
  kind: LedgerKind;
  bytes: Buffer;
  leaf_hash: Buffer;
}
interface LedgerNodeTable {
  level: number;
  index: number;
  hash: Buffer;
}
interface LedgerCheckpointTable {
  size: number;
  note: string;
  signed_at: Date;
}

// ---- frontend-plugin ----
interface JournalTable {
  id: GeneratedAlways<number>;
  received_at: CreatedAt;
  label_studio_user_id: number;
  kind: 'submit' | 'skip' | 'update' | 'delete';
  task_id: number | null;
  annotation_id: number | null;
  unique_id: string | null;
  body: Json<unknown>;
  outcome: Generated<'pending' | 'stored' | 'refused'>;
  status: number | null;
  completed_at: Date | null;
}
interface GuidelineAcknowledgementTable {
  label_studio_user_id: number;
  guideline_sha256: string;
  acknowledged_at: Date;
}

export interface Database {
  setting: SettingTable;
  pair_salt: PairSaltTable;
  'ledger.record': LedgerRecordTable;
  pair_import: PairImportTable;
  pair: PairTable;
  pair_embedding: PairEmbeddingTable;
  selection_round: SelectionRoundTable;
  reward_head: RewardHeadTable;
  selection_input: SelectionInputTable;
  selection_pick: SelectionPickTable;
  guideline: GuidelineTable;
  project: ProjectTable;
  batch: BatchTable;
  batch_item: BatchItemTable;
  rater: RaterTable;
  rater_state_change: RaterStateChangeTable;
  rater_fact: RaterFactTable;
  rater_standing: RaterStandingTable;
  assignment: AssignmentTable;
  delivery: DeliveryTable;
  annotation: AnnotationTable;
  deleted_task: DeletedTaskTable;
  vote: VoteTable;
  gold_item: GoldItemTable;
  gold_check: GoldCheckTable;
  consensus: ConsensusTable;
  accepted_pair: AcceptedPairTable;
  'ledger.entry': LedgerEntryTable;
  'ledger.node': LedgerNodeTable;
  'ledger.checkpoint': LedgerCheckpointTable;
  journal: JournalTable;
  guideline_acknowledgement: GuidelineAcknowledgementTable;
}

/** Which room writes each table; the others only read it. A test holds the code to it. */
export const TABLE_WRITERS: Readonly<Record<keyof Database, 'core' | 'ml-backend' | 'webhooks' | 'frontend-plugin'>> = {
  setting: 'core',
  pair_salt: 'core',
  'ledger.record': 'core',
  pair_import: 'ml-backend',
  pair: 'ml-backend',
  pair_embedding: 'ml-backend',
  selection_round: 'ml-backend',
  reward_head: 'ml-backend',
  selection_input: 'ml-backend',
  selection_pick: 'ml-backend',
  guideline: 'webhooks',
  project: 'webhooks',
  batch: 'webhooks',
  batch_item: 'webhooks',
  rater: 'webhooks',
  rater_state_change: 'webhooks',
  rater_fact: 'webhooks',
  rater_standing: 'webhooks',
  assignment: 'webhooks',
  delivery: 'webhooks',
  annotation: 'webhooks',
  deleted_task: 'webhooks',
  vote: 'webhooks',
  gold_item: 'webhooks',
  gold_check: 'webhooks',
  consensus: 'webhooks',
  accepted_pair: 'webhooks',
  'ledger.entry': 'webhooks',
  'ledger.node': 'webhooks',
  'ledger.checkpoint': 'webhooks',
  journal: 'frontend-plugin',
  guideline_acknowledgement: 'frontend-plugin',
};
