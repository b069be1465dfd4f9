import type { ReactCodeConfig } from '../../../core/label-studio/react-code.js';
import { taskDataSchema, type TaskData } from '../../../core/label-studio/task-data.js';
import type { VoteMeta } from '../../../core/domain/vote.js';
import type { PreferenceStore } from '../../view/state/preferences.js';
import { ComparisonSession, type Clock } from '../../view/state/session.js';
import { isReadOnly, type ReactCodeProps } from './contract.js';
import { ReactCodeHost } from './host.js';
import type { StoredJudgement } from './region-slot.js';
import { readValue } from './value.js';
import { viewerOrder } from './viewer.js';

/** What a tag shows: a comparison, nothing yet, or that its task holds no pair of Pairloop's. */
export type Shown = { readonly host: ReactCodeHost; readonly session: ComparisonSession } | 'waiting' | 'no-pair';

/** What a desk needs of the page it stands in. */
export interface Surroundings {
  readonly config: ReactCodeConfig;
  /** Name and version of the view. */
  readonly view: string;
  readonly viewer: string;
  readonly clock: Clock;
  readonly preferences: PreferenceStore;
  newId(): string;
  isVisible(): boolean;
}

/**
 * Turns the props that a ReactCode tag gets, again and again, into comparisons from their beginning to
 * their end. A comparison ends when the pair, its read-only state or the region that holds its judgement
 * is another: the task, the annotation or the screen was switched, or the judgement undone as a whole.
 */
export class ReactCodeDesk {
  private current: Shown = 'waiting';
  private parsed: { readonly data: unknown; readonly task: TaskData | undefined } | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly page: Surroundings) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly shown = (): Shown => this.current;

  readonly session = (): ComparisonSession | undefined => (typeof this.current === 'string' ? undefined : this.current.session);

  /** Takes the props of a drawing, before it is painted. */
  take({ data, regions, viewState, addRegion }: Pick<ReactCodeProps, 'data' | 'regions' | 'viewState' | 'addRegion'>): void {
    const task = this.read(data);
    if (task === undefined) return this.show(data === null || data === undefined ? 'waiting' : 'no-pair');
    const stored = findStored(regions ?? [], task.pair);
    const readOnly = isReadOnly(viewState, stored?.region);
    const before = typeof this.current === 'string' || this.current.host.task.pair !== task.pair ? undefined : this.current.host;
    if (before !== undefined && before.readOnly === readOnly && before.continues(stored)) {
      if (stored !== undefined) before.take(stored);
      return;
    }
    const resumed = stored === undefined && before?.canBeUndone === true ? before.read().meta : null;
    this.show('waiting');
    this.show(this.begin(task, readOnly, stored, resumed, addRegion));
  }

  /** Ends what is shown, writing nothing: nobody knows any more what is open. */
  leave(): void {
    this.show('waiting');
  }

  private begin(task: TaskData, readOnly: boolean, stored: StoredJudgement | undefined, resumed: VoteMeta | null, addRegion: ReactCodeProps['addRegion']): Shown {
    const { config, viewer, view, clock, preferences, newId, isVisible } = this.page;
    const { rubric, guideline, label_config_hash, salt } = config;
    const host = new ReactCodeHost({ task, rubric, readOnly, clock, id: newId(), stored, resumed, addRegion });
    const presentation = {
      displayed: viewerOrder(salt, viewer, task.pair),
      rubric,
      guideline: { ...guideline, changed_from: null, acknowledged_at: null },
      label_config_hash,
      progress: null,
    };
    const acknowledge = (): Promise<string> => Promise.resolve(new Date(clock.now()).toISOString());
    return { host, session: new ComparisonSession({ host, presentation, clock, view, visible: isVisible(), preferences, acknowledge }) };
  }

  private show(next: Shown): void {
    if (next === this.current) return;
    if (typeof this.current !== 'string') {
      this.current.host.close();
      this.current.session.dispose();
    }
    this.current = next;
    for (const listener of this.listeners) listener();
  }

  private read(data: unknown): TaskData | undefined {
    if (this.parsed?.data !== data || this.parsed === undefined) this.parsed = { data, task: taskDataSchema.safeParse(data).data };
    return this.parsed.task;
  }
}

/** The first region that holds a judgement of the pair, and what else of ours there is; regions of others are left alone. */
function findStored(regions: NonNullable<ReactCodeProps['regions']>, pair: string): StoredJudgement | undefined {
  const ours = regions.flatMap((region) => {
    const value = readValue(region.value);
    return value === undefined ? [] : [{ region, value }];
  });
  const own = ours.find(({ value }) => value.pair === pair);
  return own === undefined ? undefined : { ...own, others: ours.filter((one) => one !== own).map(({ region }) => region) };
}
