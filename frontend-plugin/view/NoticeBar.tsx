import type { ReactNode } from 'react';
import type { Notice } from './state/comparison.js';

const WORDS: Readonly<Record<Notice, string>> = {
  offline: 'No connection. Your work stays in this page; go on, and submit when the connection is back.',
  elsewhere: 'You have already submitted this pair in another tab. Reload this one to go on with the next pair.',
};

/** What the annotator has to know about the surroundings, as long as it holds. */
export function NoticeBar({ notice }: { readonly notice: Notice }): ReactNode {
  return <output className="pl-notice">{WORDS[notice]}</output>;
}
