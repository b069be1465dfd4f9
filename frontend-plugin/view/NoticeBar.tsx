import type { ReactNode } from 'react';
import { endsByReload, type Notice } from './state/comparison.js';

const WORDS: Readonly<Record<Notice, string>> = {
  offline: 'No connection. Your work stays in this page; go on, and submit when the connection is back.',
  elsewhere: 'You have already submitted this pair in another tab. What stands here is not sent; reload to go on.',
  outdated: 'This page is older than the project’s label config. Reload it to go on; should this stay, the lead has to install the label config again.',
  foreign: 'This vote is another annotator’s. You can read it; only its author may change it.',
  prediction: 'This is a prediction, nobody’s vote. It can only be read.',
};

/** What the annotator has to know about the surroundings, as long as it holds. */
export function NoticeBar({ notice }: { readonly notice: Notice }): ReactNode {
  return (
    <div className="pl-notice">
      <output>{WORDS[notice]}</output>
      {endsByReload(notice) ? <button type="button" className="pl-plain" onClick={() => window.location.reload()}>Reload</button> : null}
    </div>
  );
}
