import { createRoot, type Root } from 'react-dom/client';
import { PausePanel } from '../view/PausePanel.js';
import type { ComparisonSession } from '../view/state/session.js';
import { clock } from './clock.js';
import { Connection } from './connection.js';
import { addTheme, EditorMount } from './editor-mount.js';
import { EarlyPresentation } from './early-presentation.js';
import { KeptWork } from './kept-work.js';
import { DraftsInTurn } from './drafts-in-turn.js';
import { listenToKeys } from './keyboard.js';
import { Leaving } from './leaving.js';
import { joinTabs } from './other-tabs.js';
import { watchPageCalls } from './page-calls.js';
import { watchPauses } from './pauses.js';
import { acknowledgeGuideline, askPresentation, rememberPresentations } from './presentation.js';
import { Saving, type DraftToSave } from './saving.js';
import { listenToSigns } from './signs.js';
import { TaskArrivals } from './task-arrivals.js';

/** Label Studio's own Skip asks for no reason: its click opens our question instead. */
function listenToNativeSkip(open: () => ComparisonSession | undefined): void {
  const onClick = (event: MouseEvent): void => {
    const session = open();
    if (session?.host.canSkip !== true || !(event.target instanceof Element)) return;
    if (event.target.closest('button[aria-label="skip-task"]') === null) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    session.dispatch({ type: 'open', panel: 'skip' });
  };
  window.addEventListener('click', onClick, { capture: true });
}

let pause: { readonly root: Root; readonly place: HTMLElement } | undefined;

function showPause(reason: string | null): void {
  if (reason === null) {
    pause?.root.unmount();
    pause?.place.remove();
    pause = undefined;
    return;
  }
  if (pause === undefined) {
    const place = document.createElement('div');
    document.body.append(place);
    pause = { place, root: createRoot(place) };
  }
  pause.root.render(<PausePanel reason={reason} onRetry={() => window.location.reload()} />);
}

declare global {
  interface Window {
    /** Label Studio's page says in it whose session it is. */
    APP_SETTINGS?: { readonly user?: { readonly id?: number } };
  }
}

const user = (): string => String(window.APP_SETTINGS?.user?.id ?? 'unknown');

const fetchIt = window.fetch.bind(window);

/** Whether Label Studio answers through the gateway: `whoami` reads its database. */
async function probe(): Promise<boolean> {
  const reply = await fetchIt('/api/current-user/whoami', { cache: 'no-store' }).catch(() => undefined);
  return reply !== undefined && reply.status < 500;
}

async function deleteDraft(id: number): Promise<void> {
  await fetchIt(`/api/drafts/${id}`, { method: 'DELETE' }).catch(() => undefined);
}

/** Through the page's own `fetch`, so that it is watched like the drafts that Label Studio saves. */
function saveDraft({ taskId, annotationId, draftId, openedAt, result }: DraftToSave): void {
  const drafts = `/api/tasks/${taskId}${annotationId === null ? '' : `/annotations/${annotationId}`}/drafts`;
  const [method, path] = draftId === 0 ? ['POST', drafts] : ['PATCH', `/api/drafts/${draftId}`];
  // Label Studio adds up the time of all sittings in the draft; a draft that is there has that of the earlier ones.
  const lead_time = draftId === 0 && openedAt !== undefined ? (Date.now() - openedAt) / 1000 : undefined;
  const headers = { 'content-type': 'application/json' };
  void window.fetch(path, { method, headers, body: JSON.stringify({ result, lead_time }) }).catch(() => undefined);
}

const { after } = clock;
const connection = new Connection({ probe, after, target: window });
const kept = new KeptWork(() => window.localStorage, () => Date.now());
const saving = new Saving({ connection, kept, tabs: joinTabs(user), user, deleteDraft, saveDraft });
const leaving = new Leaving({ shown: saving.shown, after, location: window.location });
const drafts = new DraftsInTurn(after);
const arrivals = new TaskArrivals({ after, nextFrame: (call) => void requestAnimationFrame(call), location: window.location, editorTask: () => window.Htx?.task });
const early = new EarlyPresentation((taskId) => askPresentation(taskId, fetchIt), clock.now);

function start(): void {
  addTheme();
  const { session } = new EditorMount({
    present: rememberPresentations(early.present),
    acknowledge: (taskId, sha256) => acknowledgeGuideline(taskId, sha256, fetchIt),
    userId: () => window.APP_SETTINGS?.user?.id,
    arrival: arrivals.of,
    accompany(comparison) {
      drafts.know(comparison.annotation.draftId ?? 0, comparison.taskId);
      return saving.accompany(comparison);
    },
  });
  listenToKeys(session);
  listenToSigns(session);
  listenToNativeSkip(session);
}

watchPageCalls(window, [watchPauses(showPause), saving, leaving, drafts, arrivals, connection, early]);
if (document.body === null) document.addEventListener('DOMContentLoaded', start);
else start();
