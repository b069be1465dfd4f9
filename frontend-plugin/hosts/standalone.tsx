import { createRoot } from 'react-dom/client';
import { messageOf } from '../../core/errors.js';
import { addTheme, EditorMount } from './editor-mount.js';
import { listenToKeys } from './keyboard.js';
import { listenToSigns } from './signs.js';
import { EmbeddedEditor, loadEditor } from './standalone/embedded-editor.js';
import { Preview } from './standalone/preview.js';
import { PreviewPage } from './standalone/PreviewPage.js';
import { readAddress, writeAddress } from './standalone/preview-state.js';
import { askRubric, askRubrics } from './standalone/preview-source.js';
import previewCss from './standalone/preview.css?inline';

const EDITOR = '/editor/js/main.js';

/** The comparison over the embedded editor, on while the state says so. */
class SwitchedMount {
  private mount: EditorMount | undefined;

  constructor(private readonly preview: Preview) {
    preview.subscribe(() => this.follow());
    this.follow();
  }

  readonly session = () => this.mount?.session();

  private follow(): void {
    const { view } = this.preview.read().state;
    if (view && this.mount === undefined) this.mount = new EditorMount(this.preview);
    if (view || this.mount === undefined) return;
    this.mount.end();
    this.mount = undefined;
  }
}

async function start(): Promise<void> {
  addTheme(previewCss);
  const fetchIt = window.fetch.bind(window);
  const [rubrics] = await Promise.all([askRubrics(fetchIt), loadEditor(EDITOR)]);
  const scheme = window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  const preview = new Preview(readAddress(window.location.search, { rubric: rubrics[0] ?? '', scheme }), {
    ask: (rubric) => askRubric(rubric, fetchIt),
    remember: (state) => {
      window.history.replaceState(null, '', writeAddress(state));
      document.documentElement.dataset['colorScheme'] = state.scheme;
      document.title = `${state.rubric} · Pairloop preview`;
    },
    after: (ms, call) => {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
    now: () => new Date(),
  });
  const { session } = new SwitchedMount(preview);
  listenToKeys(session);
  listenToSigns(session);
  const place = document.createElement('div');
  document.body.append(place);
  const begin = (stage: HTMLElement): void => {
    const events = { onSubmit: preview.submitted, onSkip: preview.skipped, onChange: preview.takeUp };
    EmbeddedEditor.start(stage, events).then((editor) => preview.start(editor)).catch(fail);
  };
  createRoot(place).render(<PreviewPage preview={preview} rubrics={rubrics} onStage={begin} />);
}

function fail(error: unknown): void {
  document.body.textContent = `The preview cannot be shown: ${messageOf(error)}`;
}

start().catch(fail);
