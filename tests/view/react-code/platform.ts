import type { FromFrame, SentRegion, SentViewState, StoredRegion, ToFrame } from './messages.js';

/** One annotation: its result, and the results it had, for undo and redo. */
interface PlatformAnnotation {
  readonly id: number;
  result: readonly StoredRegion[];
  readonly done: (readonly StoredRegion[])[];
  readonly undone: (readonly StoredRegion[])[];
  submitted: readonly StoredRegion[] | null;
}

interface PlatformTask {
  readonly id: number;
  readonly data: unknown;
  readonly annotations: PlatformAnnotation[];
}

/** A task as Label Studio exports it and takes it back. */
export interface ExportedTask {
  readonly data: unknown;
  readonly annotations: readonly { readonly result: readonly StoredRegion[] }[];
}

/**
 * Stands for Label Studio Enterprise around one ReactCode tag. It keeps regions, undo and annotations; the
 * frame sees of them what the documentation says, some time later. What arrives late is taken for the
 * annotation that is open by then: the worst that the documented messages allow.
 */
class Platform {
  tasks: PlatformTask[] = [];
  /** Milliseconds that each message takes, either way. */
  delay = 0;
  /** Writes are dropped without a word, as in an annotation that cannot be edited. */
  editable = true;
  /** Every value that arrived: the task that was open, and the pair it is of. */
  readonly arrived: { readonly task: number; readonly value: unknown }[] = [];
  private task = 0;
  private annotation = 0;
  private viewState: SentViewState = { currentScreen: 'label_stream', darkMode: false };
  private ids = 0;
  private readonly tag: string;
  private readonly code: string;

  constructor(
    private readonly frame: HTMLIFrameElement,
    config: string,
  ) {
    const element = new DOMParser().parseFromString(config, 'application/xml').querySelector('ReactCode');
    if (element === null || element.getAttribute('name') !== element.getAttribute('toName')) throw new Error('no self-referencing ReactCode tag');
    this.tag = element.getAttribute('name')!;
    // As the editor reads a tag's code (web/libs/editor/src/core/Tree.tsx): its inner markup, the CDATA marks included.
    this.code = element.innerHTML.trim().replace(/^<!\[CDATA\[/, '').replace(/\]\]>$/, '').trim();
    frame.style.cssText = element.getAttribute('style') ?? '';
    window.addEventListener('message', ({ data, source }: MessageEvent<FromFrame>) => {
      if (source === frame.contentWindow) setTimeout(() => this.receive(data), this.delay);
    });
  }

  get open(): PlatformAnnotation {
    return this.tasks[this.task]!.annotations[this.annotation]!;
  }

  openTask(task: number, annotation = 0): void {
    this.task = task;
    this.annotation = annotation;
    if (this.open === undefined) this.tasks[task]!.annotations.push({ id: ++this.ids, result: [], done: [], undone: [], submitted: null });
    this.send({ type: 'update', tag: this.tag, data: this.tasks[task]!.data, regions: this.regions(), viewState: this.viewState });
  }

  show(viewState: Partial<SentViewState>): void {
    this.viewState = { ...this.viewState, ...viewState };
    this.send({ type: 'viewState', tag: this.tag, viewState: this.viewState });
  }

  undo(): void {
    const before = this.open.done.pop();
    if (before === undefined) return;
    this.open.undone.push(this.open.result);
    this.open.result = before;
    this.sendRegions();
  }

  redo(): void {
    const after = this.open.undone.pop();
    if (after === undefined) return;
    this.open.done.push(this.open.result);
    this.open.result = after;
    this.sendRegions();
  }

  /** What Submit stores; nothing asks the frame. */
  submit(): readonly StoredRegion[] {
    this.open.submitted = structuredClone(this.open.result);
    return this.open.submitted;
  }

  export(): ExportedTask[] {
    return structuredClone(this.tasks.map(({ data, annotations }) => ({ data, annotations: annotations.map(({ result }) => ({ result })) })));
  }

  import(tasks: readonly ExportedTask[]): void {
    this.tasks = tasks.map(({ data, annotations }) => ({
      id: ++this.ids,
      data,
      annotations: annotations.map(({ result }) => ({ id: ++this.ids, result, done: [], undone: [], submitted: null })),
    }));
  }

  private receive(message: FromFrame): void {
    if (message.type === 'ready') {
      // A frame of the pool is warmed up before there is a task.
      this.send({ type: 'init', tag: this.tag, code: this.code, data: null, regions: [], viewState: this.viewState });
      this.openTask(this.task, this.annotation);
      return;
    }
    if ('value' in message) this.arrived.push({ task: this.task, value: structuredClone(message.value) });
    if (!this.editable) return;
    const { result } = this.open;
    if (message.type === 'addRegion') this.change([...result, this.region(message.value)]);
    else if (result.some(({ id }) => id === message.id)) {
      const rest = message.type === 'deleteRegion' ? [] : [{ ...result.find(({ id }) => id === message.id)!, value: { reactcode: structuredClone(message.value) } }];
      this.change(result.flatMap((one) => (one.id === message.id ? rest : [one])));
    }
  }

  private region(value: unknown): StoredRegion {
    return { id: `region${++this.ids}`, from_name: this.tag, to_name: this.tag, type: 'reactcode', origin: 'manual', value: { reactcode: structuredClone(value) } };
  }

  private change(result: readonly StoredRegion[]): void {
    this.open.done.push(this.open.result);
    this.open.undone.length = 0;
    this.open.result = result;
    this.sendRegions();
  }

  private sendRegions(): void {
    this.send({ type: 'regions', tag: this.tag, regions: this.regions() });
  }

  private regions(): SentRegion[] {
    return this.open.result.map(({ id, value, origin }) => ({ id, value: value.reactcode, selected: false, hidden: false, locked: false, origin }));
  }

  private send(message: ToFrame): void {
    const copy = structuredClone(message);
    setTimeout(() => this.frame.contentWindow?.postMessage(copy, '*'), this.delay);
  }
}

declare global {
  interface Window {
    platform: Platform;
  }
}

const [config, tasks] = await Promise.all([fetch('config.xml').then((reply) => reply.text()), fetch('tasks.json').then((reply) => reply.json() as Promise<ExportedTask[]>)]);
const frame = document.createElement('iframe');
const inside = new URLSearchParams(window.location.search);
if (inside.get('sandbox') !== 'none') frame.setAttribute('sandbox', 'allow-scripts');
window.platform = new Platform(frame, config);
window.platform.import(tasks);
frame.src = `frame-${inside.get('react')}.html`;
document.getElementById('editor')!.append(frame);
