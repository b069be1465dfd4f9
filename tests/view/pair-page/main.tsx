import { createRoot, type Root } from 'react-dom/client';
import type { Rubric } from '../../../core/domain/rubric.js';
import { taskDataSchema, type TaskData } from '../../../core/label-studio/task-data.js';
import type { Host } from '../../../frontend-plugin/hosts/host.js';
import { addTheme } from '../../../frontend-plugin/hosts/editor-mount.js';
import { listenToKeys } from '../../../frontend-plugin/hosts/keyboard.js';
import { loadedTextExtras } from '../../../frontend-plugin/hosts/text-extras.js';
import { ComparisonView } from '../../../frontend-plugin/view/ComparisonView.js';
import { ComparisonSession } from '../../../frontend-plugin/view/state/session.js';
import { storedPreferences } from '../../../frontend-plugin/view/state/preferences.js';
import { EMPTY_DRAFT } from '../../../frontend-plugin/view/state/draft.js';
import { TextExtrasContext } from '../../../frontend-plugin/view/text-extras.js';

/** What a test gives: texts, and checks where it needs them. */
type PageTexts = Pick<TaskData, 'prompt' | 'response_a' | 'response_b'> & Partial<TaskData>;

declare global {
  interface Window {
    showPair(texts: PageTexts): void;
  }
}

const RUBRIC: Rubric = {
  name: 'plain', title: 'Plain', guideline: 'plain', question: 'Which answer is better?', dimensions: [], contexts: [], score: 'hidden', strength: false, flags: [],
  require: { rationale: [], critique: [], policy_reference: [], strength: [] },
};
const GUIDELINE = { version: '1', sha256: '0'.repeat(64), markdown: '# Guideline', changed_from: null, acknowledged_at: null };

let root: Root | undefined;
let session: ComparisonSession | undefined;

/** A host without surroundings: it stores nothing. */
function hostOf(texts: PageTexts): Host {
  const rest = { pair: crypto.randomUUID(), domain: 'general', messages: null, prompt_text: '-', checks_a: null, checks_b: null, checks_a_text: '-', checks_b_text: '-' };
  return {
    capabilities: { undo: false, draft: false, veto: false, nativeSubmit: true },
    task: taskDataSchema.parse({ ...rest, ...texts }),
    readOnly: false,
    canSkip: true,
    read: () => ({ draft: EMPTY_DRAFT, meta: null }),
    write: () => {},
    stamp: () => {},
    subscribe: () => () => {},
    skip: () => {},
  };
}

window.showPair = (texts) => {
  root?.unmount();
  const host = hostOf(texts);
  session = new ComparisonSession({
    host,
    presentation: { displayed: 'ab', rubric: RUBRIC, guideline: GUIDELINE, label_config_hash: 'f'.repeat(64), progress: null },
    clock: { now: () => performance.timeOrigin + performance.now(), after: () => () => {} },
    view: 'page',
    visible: true,
    preferences: storedPreferences(() => localStorage),
    acknowledge: () => Promise.reject(new Error('there is nobody to ask')),
  });
  root = createRoot(document.querySelector('.pairloop-place')!);
  root.render(<TextExtrasContext value={loadedTextExtras}><ComparisonView session={session} /></TextExtrasContext>);
};

addTheme();
listenToKeys(() => session);
