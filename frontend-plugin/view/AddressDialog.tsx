import { createContext, useContext, useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { readAddress } from './state/address.js';
import { spelledOut } from './state/invisible.js';
import { VisibleText } from './VisibleText.js';

/** An address somebody wants to see: of a link, or of an image, which is never loaded. */
interface AskedAddress {
  readonly kind: 'link' | 'image';
  readonly address: string;
  readonly title: string;
}

const AskContext = createContext<(asked: AskedAddress) => void>(() => {});

/** Lets the links within ask before anything is followed. Nothing of an address is loaded, looked up or prepared before. */
export function AddressAsking({ children }: { readonly children: ReactNode }): ReactNode {
  const [asked, setAsked] = useState<AskedAddress | null>(null);
  return (
    <AskContext.Provider value={setAsked}>
      {children}
      {asked === null ? null : <AddressDialog {...asked} onClose={() => setAsked(null)} />}
    </AskContext.Provider>
  );
}

const TITLE_LENGTH_MAX = 300;

/** Words that lead to an address: like a link to look at, but a press only asks. In a line of text, so no `button` element, which does not wrap. */
export function AddressButton({ kind, address, title, differs, children }: AskedAddress & { readonly differs: boolean; readonly children: ReactNode }): ReactNode {
  const ask = useContext(AskContext);
  const open = (): void => ask({ kind, address, title });
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    open();
  };
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a button element is a box that does not wrap with the line
    <span role="button" tabIndex={0} className={`pl-address pl-address-${kind}`} data-differs={differs} aria-haspopup="dialog"
      title={spelledOut(address).slice(0, TITLE_LENGTH_MAX)} onClick={open} onKeyDown={onKeyDown}>
      {children}
    </span>
  );
}

/** Shows the whole address, what is doubtful about it, and opens or copies it on request. Esc closes; the browser returns the focus. */
function AddressDialog({ kind, address, title, onClose }: AskedAddress & { onClose(): void }): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const read = useMemo(() => readAddress(address), [address]);
  const [copied, setCopied] = useState<boolean | null>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const close = (): void => dialog.current?.close();
  const copy = (): void => void copyText(read.url ?? address, dialog.current).then(setCopied);
  const open = (): void => {
    openApart(read.url);
    close();
  };
  return (
    <dialog ref={dialog} className="pl-address-dialog" aria-labelledby={heading} onClose={onClose}>
      <p id={heading}><strong>{read.url === null ? 'This address is not opened' : kind === 'image' ? 'Open the address of this image?' : 'Open this address?'}</strong></p>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a long address scrolls, also by keyboard */}
      <p className="pl-whole-address" dir="ltr" tabIndex={0}>
        <VisibleText text={read.before} /><b><VisibleText text={read.host} /></b><VisibleText text={read.after} />
      </p>
      {title === '' ? null : <p className="pl-subtle">Its title: <bdi><VisibleText text={title} /></bdi></p>}
      {read.warnings.map((warning) => <p key={warning} className="pl-warn"><bdi><VisibleText text={warning} /></bdi></p>)}
      <div className="pl-address-actions">
        {read.url === null ? null : <button type="button" className="pl-button" onClick={open}>Open in a new tab</button>}
        <button type="button" className="pl-quiet" onClick={copy}>{copied === true ? 'Copied' : copied === false ? 'Select it and copy' : 'Copy'}</button>
        <button type="button" className="pl-quiet" onClick={close}>Cancel</button>
      </div>
    </dialog>
  );
}

/** Opens an address in a tab of its own that knows nothing of this page. The link is never part of the page, so no browser prepares for it. */
function openApart(url: string | null): void {
  if (url === null) return;
  const link = document.createElement('a');
  link.href = url;
  link.target = '_blank';
  link.rel = 'noopener noreferrer';
  link.referrerPolicy = 'no-referrer';
  link.click();
}

/** Copies text; on a page without a secure origin the address is selected instead, and false says so. */
async function copyText(text: string, dialog: HTMLElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const shown = dialog?.querySelector('.pl-whole-address');
    if (shown !== null && shown !== undefined) getSelection()?.selectAllChildren(shown);
    return false;
  }
}
