import { z } from 'zod';
import { messageOf } from '../../../core/errors.js';
import { META_KEY } from '../../../core/domain/label-names.js';
import { displayedOrderSchema, type DisplayedOrder } from '../../../core/domain/verdict.js';
import type { PreviewedRubric } from '../../preview/preview-reply.js';
import type { PresentationReply } from '../presentation.js';
import type { EmbeddedEditor } from './embedded-editor.js';
import type { Asked } from './preview-source.js';
import type { PreviewState } from './preview-state.js';

/** How long the page waits until it looks again whether a file with an error was mended. */
const LOOK_AGAIN_MS = 1_000;

const resultSchema = z.array(z.looseObject({ from_name: z.string(), type: z.string(), value: z.unknown() }));
const withOrderSchema = z.looseObject({ meta: z.looseObject({ [META_KEY]: z.looseObject({ displayed: z.string() }) }) });

/** An annotation of a pair that is not open; nothing outlives the page. */
interface Kept {
  readonly result: readonly unknown[];
  readonly submitted: boolean;
}

export interface PreviewSurroundings {
  ask(rubric: string): Promise<Asked>;
  /** Remembers a state in the page's address. */
  remember(state: PreviewState): void;
  after(ms: number, call: () => void): () => void;
  now(): Date;
}

/** What the page draws. */
export interface PreviewShown {
  readonly state: PreviewState;
  /** Undefined while it is being asked for, and while it has a fault. */
  readonly rubric: PreviewedRubric | undefined;
  readonly fault: string | undefined;
  /** What just happened, in a sentence; empty at first. */
  readonly notice: string;
  /** The result as Label Studio would store it. */
  readonly result: readonly unknown[];
}

/**
 * The preview page without its looks: which pair of which rubric is open in the editor, in which order,
 * and the annotations made so far. Each opening has a task id of its own, so that nothing that
 * belongs to an earlier one can be taken for the present one's.
 */
export class Preview {
  private shown: PreviewShown;
  private editor: EmbeddedEditor | undefined;
  private open: { readonly taskId: number; readonly key: string; readonly submitted: boolean } | undefined;
  private opened = 0;
  private asked = 0;
  private stopLooking: (() => void) | undefined;
  private readonly kept = new Map<string, Kept>();
  private readonly listeners = new Set<() => void>();

  constructor(
    state: PreviewState,
    private readonly surroundings: PreviewSurroundings,
  ) {
    this.shown = { state, rubric: undefined, fault: undefined, notice: '', result: [] };
  }

  readonly read = (): PreviewShown => this.shown;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Takes the editor that pairs are opened in, and opens the first. */
  async start(editor: EmbeddedEditor): Promise<void> {
    this.editor = editor;
    await this.ask();
  }

  /** Shows something else. Another rubric is asked for anew; another pair, order or kind of annotation is opened anew. */
  readonly change = (change: Partial<PreviewState>): void => {
    const before = this.shown.state;
    const state = { ...before, ...change, ...(change.rubric === undefined || change.rubric === before.rubric ? {} : { pair: 0 }) };
    this.draw({ state, notice: '' });
    if (state.rubric !== before.rubric) void this.ask();
    else if (state.pair !== before.pair || state.displayed !== before.displayed || state.readOnly !== before.readOnly) this.openPair();
  };

  /** How the comparison is to present the task that is open; asked by the mount. */
  readonly present = (taskId: number): Promise<PresentationReply> => {
    const { state, rubric } = this.shown;
    if (this.open?.taskId !== taskId || rubric === undefined) return Promise.reject(new Error('the page has gone on'));
    return Promise.resolve({ managed: true, displayed: state.displayed, rubric: rubric.rubric, guideline: { ...rubric.guideline, changed_from: null, acknowledged_at: null }, label_config_hash: rubric.label_config.hash, progress: null });
  };

  /** Nobody keeps who has read what here, so any guideline is read when it is said to be. */
  readonly acknowledge = (): Promise<string> => Promise.resolve(this.surroundings.now().toISOString());

  readonly submit = (): void => this.editor?.submit();

  /** What the open annotation holds changed. */
  readonly takeUp = (): void => {
    if (this.open !== undefined) this.draw({ result: this.editor?.result() ?? [] });
  };

  /** The judgement was sent: in Label Studio the next task would come. */
  readonly submitted = (): void => {
    if (this.open === undefined) return;
    this.open = { ...this.open, submitted: true };
    this.goOn('Submitted; here nothing is stored.');
  };

  readonly skipped = (reason: string | undefined): void => this.goOn(`Skipped${reason === undefined ? '' : ` (${reason})`}; here nothing is stored.`);

  /** Opens a result that was copied before over the pair that is open. Returns what is wrong with the text, if anything is. */
  readonly openResult = (json: string): string | undefined => {
    let result: z.infer<typeof resultSchema>;
    try {
      result = resultSchema.parse(JSON.parse(json));
    } catch (error) {
      return `This is not a Label Studio result, a JSON list of {from_name, type, value}: ${firstLine(messageOf(error))}`;
    }
    if (this.open === undefined) return 'No pair is open.';
    const { key } = this.open;
    this.open = undefined;
    this.kept.set(key, { result, submitted: false });
    this.draw({ state: { ...this.shown.state, displayed: orderOf(result) ?? this.shown.state.displayed } });
    this.openPair('Opened the result.');
    return undefined;
  };

  private goOn(notice: string): void {
    const { state, rubric } = this.shown;
    const last = (rubric?.pairs.length ?? 1) - 1;
    this.draw({ state: { ...state, pair: Math.min(state.pair + 1, last) } });
    this.openPair(state.pair < last ? `${notice} This is the next pair.` : `${notice} This was the last pair.`);
  }

  private async ask(): Promise<void> {
    this.asked += 1;
    const { asked } = this;
    this.stopLooking?.();
    this.closePair();
    this.draw({ rubric: undefined });
    const reply = await this.surroundings.ask(this.shown.state.rubric);
    if (asked !== this.asked) return;
    if ('fault' in reply) {
      this.draw({ fault: reply.fault });
      this.stopLooking = this.surroundings.after(LOOK_AGAIN_MS, () => void this.ask());
      return;
    }
    const { state } = this.shown;
    this.draw({ rubric: reply.found, fault: undefined, state: { ...state, pair: Math.min(state.pair, reply.found.pairs.length - 1) } });
    this.openPair();
  }

  private openPair(notice = this.shown.notice): void {
    const { state, rubric } = this.shown;
    const pair = rubric?.pairs[state.pair];
    if (rubric === undefined || pair === undefined || this.editor === undefined) return;
    this.keep();
    const key = `${state.rubric}\n${pair.id}`;
    const { result, submitted } = this.kept.get(key) ?? { result: [], submitted: false };
    this.opened += 1;
    this.open = { taskId: this.opened, key, submitted };
    const labelConfig = rubric.label_config.xml;
    this.editor.open({ taskId: this.opened, labelConfig, data: pair.task, result: inOrder(result, state.displayed), submitted, readOnly: state.readOnly });
    this.draw({ notice, result: this.editor.result() });
  }

  /** Leaves the editor empty: until another rubric's pairs are there, nothing of the last one's can be judged. */
  private closePair(): void {
    this.keep();
    this.open = undefined;
    this.editor?.close();
    this.draw({ result: [] });
  }

  /** Keeps what the open annotation holds for when its pair is opened again. */
  private keep(): void {
    if (this.open !== undefined && this.editor !== undefined) this.kept.set(this.open.key, { result: this.editor.result(), submitted: this.open.submitted });
  }

  private draw(change: Partial<PreviewShown>): void {
    this.shown = { ...this.shown, ...change };
    this.surroundings.remember(this.shown.state);
    for (const listener of this.listeners) listener();
  }
}

/** A vote is shown in the order it was given in; here the order is what is looked at, so the vote follows it. */
function inOrder(result: readonly unknown[], displayed: DisplayedOrder): readonly unknown[] {
  return result.map((one) => {
    const known = withOrderSchema.safeParse(one);
    if (!known.success) return one;
    const { meta } = known.data;
    return { ...known.data, meta: { ...meta, [META_KEY]: { ...meta[META_KEY], displayed } } };
  });
}

/** The order that a result's vote was given in. */
function orderOf(result: readonly unknown[]): DisplayedOrder | undefined {
  for (const one of result) {
    const order = displayedOrderSchema.safeParse(withOrderSchema.safeParse(one).data?.meta[META_KEY].displayed);
    if (order.success) return order.data;
  }
  return undefined;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
