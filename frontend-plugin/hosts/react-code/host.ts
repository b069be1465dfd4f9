import { applyRubric, type AppliedRubric } from '../../../core/domain/applied-rubric.js';
import { contextOf } from '../../../core/domain/prompt-context.js';
import type { Rubric } from '../../../core/domain/rubric.js';
import type { VoteMeta } from '../../../core/domain/vote.js';
import type { TaskData } from '../../../core/label-studio/task-data.js';
import { EMPTY_DRAFT, withChanges, withoutUnasked, type Change, type Draft } from '../../view/state/draft.js';
import { missingRequirements } from '../../view/state/requirements.js';
import type { Clock } from '../../view/state/session.js';
import type { Host } from '../host.js';
import type { ReactCodeProps } from './contract.js';
import { RegionSlot, type StoredJudgement } from './region-slot.js';
import { draftOf, writeValue } from './value.js';

export interface ReactCodeHostOptions {
  readonly task: TaskData;
  readonly rubric: Rubric;
  readonly readOnly: boolean;
  readonly clock: Clock;
  /** Id of the judgement, should it be a new one. */
  readonly id: string;
  readonly stored: StoredJudgement | undefined;
  /** What was measured of the same judgement before an undo took it back as a whole. */
  readonly resumed: VoteMeta | null;
  readonly addRegion: ReactCodeProps['addRegion'];
}

/**
 * A host over one judgement in ReactCode's regions. The platform names neither task nor annotation, and a
 * write reaches whichever annotation is open by then: `close` it before anything else is shown.
 */
export class ReactCodeHost implements Host {
  /** Label Studio's undo has buttons for our writes too, but its Ctrl+Z does not reach a frame, nor does Ctrl+Enter. */
  readonly capabilities = { undo: false, draft: true, veto: false, nativeSubmit: true };
  /** ReactCode has no way to; Label Studio's own Skip stands beside it. */
  readonly canSkip = false;
  readonly task: TaskData;
  readonly readOnly: boolean;
  /** The judgement's id. */
  readonly id: string;
  /** Whether this host began the judgement, and did not find it. */
  readonly begun: boolean;
  /** The last change was not stored. */
  lost = false;
  private readonly rubric: AppliedRubric;
  private readonly slot: RegionSlot;
  private readonly listeners = new Set<() => void>();
  private draft: Draft;
  private meta: VoteMeta | null;
  private closed = false;

  constructor({ task, rubric, readOnly, clock, id, stored, resumed, addRegion }: ReactCodeHostOptions) {
    this.task = task;
    this.readOnly = readOnly;
    this.rubric = applyRubric(rubric, contextOf(task));
    this.begun = stored === undefined;
    this.id = stored?.value.id ?? id;
    this.draft = stored === undefined ? EMPTY_DRAFT : draftOf(stored.value);
    this.meta = stored?.value.meta ?? resumed;
    const takeUp = (value: StoredJudgement['value'] | undefined): void => {
      this.draft = value === undefined ? EMPTY_DRAFT : draftOf(value);
      for (const listener of this.listeners) listener();
    };
    const lost = (value: StoredJudgement['value'] | undefined): void => {
      this.lost = true;
      takeUp(value);
    };
    this.slot = new RegionSlot(addRegion, clock, { changed: takeUp, lost }, stored);
  }

  read(): { draft: Draft; meta: VoteMeta | null } {
    return { draft: this.draft, meta: this.meta };
  }

  write(changes: readonly Change[], meta: VoteMeta): void {
    if (this.closed || this.readOnly) return;
    this.draft = withChanges(this.draft, changes);
    this.meta = meta;
    this.lost = false;
    const asked = withoutUnasked(this.draft, this.rubric);
    const complete = missingRequirements(asked, this.rubric).length === 0;
    this.slot.put(writeValue({ pair: this.task.pair, id: this.id }, complete ? asked : this.draft, meta, complete));
  }

  /** Each write carries its meta, and nobody asks us before Submit. */
  stamp(): void {}

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  skip(): void {}

  /** Whether what the platform shows now can still be this judgement: same region, or still none. */
  continues(stored: StoredJudgement | undefined): boolean {
    const { region } = this.slot;
    if (stored === undefined) return region === undefined;
    return stored.value.id === this.id && (region === undefined || region.id === stored.region.id);
  }

  /** Takes the judgement as the platform shows it now. */
  take(stored: StoredJudgement): void {
    if (!this.closed) this.slot.take(stored);
  }

  /** Whether the judgement, begun here, is in the platform's hands, which alone can take it back. */
  get canBeUndone(): boolean {
    return this.begun && this.slot.region !== undefined;
  }

  /** From now on nothing is written. */
  close(): void {
    this.closed = true;
    this.slot.forget();
    this.listeners.clear();
  }
}
