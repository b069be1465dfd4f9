import { closesPair } from '../view/state/comparison.js';
import { LABEL_NAMES } from '../../core/domain/label-names.js';
import { commandOf, type Command } from '../view/state/keymap.js';
import type { ComparisonSession } from '../view/state/session.js';
import { openAnnotation } from './editor-store.js';

const DIALOGS = '.ant-modal-wrap:not([style*="display: none"]), [role="dialog"], [role="alertdialog"], dialog[open]';

/**
 * Gives a session the keyboard: in the capture phase on the window, so that our keys win over those of
 * the hidden native controls. `session` is asked at each press; undefined leaves the press alone, unless a pair is about to be shown.
 */
export function listenToKeys(session: () => ComparisonSession | undefined): void {
  window.addEventListener(
    'keydown',
    (event) => {
      const open = session();
      if (open === undefined) return isBetweenPairs() ? holdBack(event) : undefined;
      if (open.state.leaving) return holdBack(event);
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) return guardSubmit(event, open);
      if (isNativeSkip(event)) return askInsteadOfSkip(event, open);
      if (pressesButton(event)) return event.stopPropagation();
      const { key, ctrlKey, altKey, metaKey, shiftKey, isComposing, repeat } = event;
      const press = { key, ctrlKey, altKey, metaKey, shiftKey, isComposing, repeat };
      const command = commandOf({ ...press, editable: isEditable(event), field: fieldOf(event), dialogOpen: isDialogOpen(), panel: open.state.panel });
      if (command === undefined) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      obey(command, open);
    },
    { capture: true },
  );
}

/**
 * Ctrl+Enter is Label Studio's Submit and stays so, with two gaps filled: where something is missing it is
 * kept back here, for a project may be set to ignore it without a word while nothing is chosen; and in
 * a text field, where Label Studio does not listen, it presses its button. A host without a Submit of its own gets the view's.
 */
function guardSubmit(event: KeyboardEvent, open: ComparisonSession): void {
  const closed = closesPair(open.state.notice);
  if (event.repeat || (open.state.readOnly && !closed) || isDialogOpen()) return;
  if (!open.host.capabilities.nativeSubmit) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return open.submit();
  }
  const ready = open.prepareToSave();
  if (ready && !isEditable(event)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (ready) document.querySelector<HTMLButtonElement>('button[name="submit"]')?.click();
}

/** Label Studio's keys for its Skip, as it ships them: the second on a Mac. It listens to neither in a text field. */
function isNativeSkip(event: KeyboardEvent): boolean {
  const { key, ctrlKey, altKey, shiftKey, metaKey } = event;
  if (shiftKey || metaKey || isEditable(event)) return false;
  return (ctrlKey && !altKey && key === ' ') || (altKey && !ctrlKey && key === 'Enter');
}

/** It would ask for no reason, and take back a vote that was submitted before: our question opens, where there is something to skip. */
function askInsteadOfSkip(event: KeyboardEvent, open: ComparisonSession): void {
  if (!open.host.capabilities.nativeSubmit) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (open.host.canSkip && !event.repeat && !isDialogOpen() && open.state.panel !== 'skip') open.dispatch({ type: 'open', panel: 'skip' });
}

/** Enter is Label Studio's too, for its regions, and it would keep the browser from pressing our button that has the keyboard. */
function pressesButton({ key, ctrlKey, altKey, metaKey, target }: KeyboardEvent): boolean {
  if ((key !== 'Enter' && key !== ' ') || ctrlKey || altKey || metaKey) return false;
  return target instanceof Element && target.closest('.pairloop button, .pairloop summary, .pl-pause button') !== null;
}

function obey(command: Command, open: ComparisonSession): void {
  switch (command.type) {
    case 'nothing':
      return;
    case 'skip':
      return open.skip(command.reason);
    case 'leave-field':
      return document.activeElement instanceof HTMLElement ? document.activeElement.blur() : undefined;
    case 'next-finding':
      return open.nextFinding();
    case 'rate-and-go-on':
      return open.rate(command);
    default:
      return open.dispatch(command);
  }
}

/** A task is open, and neither the comparison nor the native controls are on the screen yet. */
function isBetweenPairs(): boolean {
  if (openAnnotation(window.Htx)?.names?.has(LABEL_NAMES.verdict) !== true) return false;
  return document.querySelector('.pairloop-root .pairloop-fallback')?.checkVisibility({ visibilityProperty: true }) !== true;
}

/** Keeps a key that judges, submits or passes on from Label Studio, which would take it for a pair that nobody sees yet, or any more. */
function holdBack(event: KeyboardEvent): void {
  const submits = (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) || isNativeSkip(event) || isUndo(event);
  const judges = /^[a-z\d]$/i.test(event.key) && !event.ctrlKey && !event.altKey && !event.metaKey && !isEditable(event);
  if ((!submits && !judges) || isDialogOpen()) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

function isUndo({ key, ctrlKey, metaKey }: KeyboardEvent): boolean {
  return (ctrlKey || metaKey) && /^[yz]$/i.test(key);
}

/** Name of the comparison's field that the event comes from. */
function fieldOf(event: KeyboardEvent): string | null {
  const target = event.composedPath()[0];
  return target instanceof Element ? (target.closest<HTMLElement>('.pairloop [data-field]')?.dataset['field'] ?? null) : null;
}

function isEditable(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** A dialog of the page that is not the comparison's own, or one of ours that asks before anything else. */
function isDialogOpen(): boolean {
  if (document.querySelector('dialog:modal') !== null) return true;
  return [...document.querySelectorAll<HTMLElement>(DIALOGS)].some((one) => one.closest('.pairloop-root') === null && one.offsetParent !== null);
}
