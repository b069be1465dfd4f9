import { z } from 'zod';
import { acrossOrder, changesBetween, type Draft } from '../view/state/draft.js';
import type { Connection } from './connection.js';
import { isAlive, openAnnotation, resumeDrafts, stopDrafts } from './editor-store.js';
import type { OpenComparison } from './editor-mount.js';
import type { KeptWork } from './kept-work.js';
import type { OtherTabs } from './other-tabs.js';
import type { CallWatcher, PageCall } from './page-calls.js';

interface SavingOptions {
  readonly connection: Connection;
  readonly kept: KeptWork;
  readonly tabs: OtherTabs;
  readonly user: () => string;
  /** Takes a stored draft away; never rejects. */
  readonly deleteDraft: (id: number) => Promise<void>;
  /** Saves a draft; never rejects. */
  readonly saveDraft: (draft: DraftToSave) => void;
}

/** What an annotation holds, on its way to Label Studio. `annotationId` is null before it was submitted, `draftId` 0 before there was a draft. */
export interface DraftToSave {
  readonly taskId: number;
  readonly annotationId: string | number | null;
  readonly draftId: number;
  /** When it was opened, in ms since 1970. */
  readonly openedAt: number | undefined;
  readonly result: readonly unknown[];
}

/** What Label Studio is known to have of an annotation. */
interface Stored {
  readonly key: string;
  /** The last state that it has, as annotation or draft, in canonical sides. */
  base: Draft;
  /** What is on its way there. */
  sending?: Draft;
  /** Id of the draft of a submission under way: Label Studio forgets it, also when the submission is refused. */
  draftId: number;
}

/** A comparison with what is stored of it. The annotation may outlive its drawing: Label Studio takes the editor away while it submits. */
interface Open extends OpenComparison {
  readonly stored: Stored;
}

interface Sent {
  readonly open: Open;
  readonly draft: Draft;
}

/**
 * Sees to it that no work is lost on its way to Label Studio, and none is done twice: keeps a copy of what is not
 * stored yet, saves the draft again when the connection is back, keeps a refused submission ready to be sent
 * again, and closes a pair that was submitted in another tab.
 */
export class Saving implements CallWatcher {
  private current: Open | undefined;
  private readonly stored = new WeakMap<OpenComparison['annotation'], Stored>();
  private readonly underWay = new WeakMap<PageCall, Sent>();

  constructor(private readonly options: SavingOptions) {
    options.connection.subscribe((lost) => this.onConnection(lost));
    options.tabs.onSubmitted((task) => this.onElsewhere(task));
  }

  /** Keeps a comparison company from its drawing to its end. Returns the way to stop. */
  readonly accompany = (comparison: OpenComparison): (() => void) => {
    const { annotation, host, session } = comparison;
    const known = this.stored.get(annotation);
    const stored = known ?? { key: this.keyOf(comparison), base: host.read().draft, draftId: 0 };
    const open = { ...comparison, stored };
    this.stored.set(annotation, stored);
    this.current = open;
    if (this.options.connection.lost) session.dispatch({ type: 'notice', notice: 'offline' });
    restoreDraftId(open);
    if (known === undefined && !host.readOnly) this.restore(open);
    return host.subscribe(() => this.keep(open));
  };

  private keyOf({ taskId, annotation }: OpenComparison): string {
    return `${this.options.user()}:${taskId}:${annotation.pk ?? 'new'}`;
  }

  /** The comparison that is open and can be judged, if any, and how it is left. */
  readonly shown = (): (OpenComparison & { leave(): void; goOn(): void }) | undefined => {
    const open = this.current;
    if (open === undefined || open.session.state.readOnly || openAnnotation(window.Htx) !== open.annotation) return undefined;
    let left = false;
    return {
      ...open,
      leave: () => {
        left = this.leave(open);
      },
      goOn: () => left && isAlive(open.annotation) && resumeDrafts(open.annotation),
    };
  };

  /** The editor may be gone before the draft is: so it is sent from here, with all that it holds now. False when it is being submitted. */
  private leave(open: Open): boolean {
    const { annotation, taskId, stored } = open;
    if ((annotation.submissionStarted ?? 0) !== 0) return false;
    open.session.flush();
    restoreDraftId(open);
    stopDrafts(annotation);
    if (changesBetween(stored.sending ?? stored.base, open.host.read().draft).length === 0) return true;
    const { pk: annotationId, draftId = 0, loadedDate } = annotation;
    this.options.saveDraft({ taskId, annotationId, draftId, openedAt: loadedDate?.getTime(), result: annotation.serializeAnnotation?.() ?? [] });
    return true;
  }

  readonly begun = (call: PageCall): void => {
    const open = this.current;
    if (open === undefined || !isAlive(open.annotation) || !isAbout(call, open)) return;
    restoreDraftId(open);
    if (call.kind === 'submission') open.stored.draftId = open.annotation.draftId ?? 0;
    // On leaving a task the editor saves its draft after it has closed the annotation, whose controls then throw when they are read.
    const isReadable = openAnnotation(window.Htx) === open.annotation;
    if (!isReadable && call.kind !== 'submission') return;
    const draft = isReadable ? open.host.read().draft : open.stored.base;
    this.underWay.set(call, { open, draft });
    if (call.kind === 'draft') open.stored.sending = draft;
  };

  readonly answered = (call: PageCall, reply: Response): void => {
    const sent = this.underWay.get(call);
    if (sent === undefined) return;
    if (sent.open.stored.sending === sent.draft) delete sent.open.stored.sending;
    if (!reply.ok) this.failed(call);
    else if (call.kind === 'submission') this.onSubmitted(sent);
    else this.onDraft(sent, reply);
  };

  readonly failed = (call: PageCall): void => {
    const sent = this.underWay.get(call);
    if (sent?.open.stored.sending === sent?.draft) delete sent?.open.stored.sending;
    if (sent !== undefined && call.kind === 'submission' && isAlive(sent.open.annotation)) resumeDrafts(sent.open.annotation);
  };

  private restore(open: Open): void {
    const draft = this.options.kept.take(open.stored.key, open.stored.base);
    if (draft === undefined) return;
    open.session.dispatch({ type: 'replace', draft: acrossOrder(draft, open.session.displayed) });
    // The editor takes what comes before its first frame for what it was opened with, and saves no draft of it.
    queueMicrotask(() => isAlive(open.annotation) && void open.annotation.saveDraft?.());
  }

  private keep(open: Open): void {
    if (open.session.state.readOnly) return;
    restoreDraftId(open);
    this.options.kept.keep(open.stored.key, open.stored.base, open.host.read().draft);
  }

  private onDraft({ open, draft }: Sent, reply: Response): void {
    if (open.session.state.notice === 'elsewhere') return void this.deleteLateDraft(reply);
    open.stored.base = draft;
    this.options.kept.rebase(open.stored.key, draft);
  }

  /** A draft that was on its way when the pair was submitted elsewhere. */
  private async deleteLateDraft(reply: Response): Promise<void> {
    const draft = z.object({ id: z.number() }).safeParse(await reply.clone().json().catch(() => undefined));
    if (draft.success) await this.options.deleteDraft(draft.data.id);
  }

  private onSubmitted({ open }: Sent): void {
    open.stored.draftId = 0;
    this.options.kept.drop(open.stored.key);
    this.options.tabs.tellSubmitted(open.taskId);
  }

  private onConnection(lost: boolean): void {
    const open = this.current;
    open?.session.dispatch({ type: 'notice', notice: lost ? 'offline' : null });
    if (open === undefined || lost || open.session.state.readOnly || !isAlive(open.annotation)) return;
    open.session.flush();
    restoreDraftId(open);
    if (changesBetween(open.stored.base, open.host.read().draft).length > 0) void open.annotation.saveDraft?.();
  }

  private onElsewhere(task: number): void {
    const open = this.current;
    if (open?.taskId !== task || open.host.readOnly || !isAlive(open.annotation)) return;
    stopDrafts(open.annotation);
    // A draft that stayed would come up as another judgement when the pair is opened again.
    if ((open.annotation.draftId ?? 0) !== 0) void this.options.deleteDraft(open.annotation.draftId ?? 0);
    this.options.kept.drop(open.stored.key);
    open.session.dispatch({ type: 'notice', notice: 'elsewhere' });
  }
}

/** Whether a call saves this very annotation: while the editor switches, it may still save the one before. */
function isAbout(call: PageCall, { annotation, taskId }: Open): boolean {
  if (call.kind !== 'draft' && call.kind !== 'submission') return false;
  if (call.draftId !== undefined) return call.draftId === annotation.draftId;
  return (call.taskId === undefined || call.taskId === taskId) && String(call.annotationId ?? null) === String(annotation.pk ?? null);
}

/** Without this the next draft would be a second one, and the first stay behind after Submit. */
function restoreDraftId({ annotation, stored: { draftId } }: Open): void {
  if (draftId !== 0 && isAlive(annotation) && annotation.draftId === 0) annotation.setDraftId?.(draftId);
}
