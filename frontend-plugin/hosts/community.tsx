import { createRoot, type Root } from 'react-dom/client';
import { PausePanel } from '../view/PausePanel.js';
import type { ComparisonSession } from '../view/state/session.js';
import { clock } from './clock.js';
import { Connection } from './connection.js';
import { addTheme, EditorMount } from './editor-mount.js';
import { EarlyPresentation } from './early-presentation.js';
import { KeptWork } from './kept-work.js';
import { listenToKeys } from './keyboard.js';
import { joinTabs } from './other-tabs.js';
import { watchPageCalls } from './page-calls.js';
import { watchPauses } from './pauses.js';
import { acknowledgeGuideline, askPresentation, rememberPresentations } from './presentation.js';
import { Saving } from './saving.js';
import { listenToSigns } from './signs.js';

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

const connection = new Connection({ probe, after: clock.after, target: window });
const kept = new KeptWork(() => window.localStorage, () => Date.now());
const saving = new Saving({ connection, kept, tabs: joinTabs(user), user, deleteDraft });
const early = new EarlyPresentation((taskId) => askPresentation(taskId, fetchIt), clock.now);

function start(): void {
  addTheme();
  const { session } = new EditorMount({
    present: rememberPresentations(early.present),
    acknowledge: (taskId, sha256) => acknowledgeGuideline(taskId, sha256, fetchIt),
    accompany: saving.accompany,
  });
  listenToKeys(session);
  listenToSigns(session);
  listenToNativeSkip(session);
}

watchPageCalls(window, [watchPauses(showPause), saving, connection, early]);
if (document.body === null) document.addEventListener('DOMContentLoaded', start);
else start();
