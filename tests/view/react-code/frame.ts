import * as React from 'react';
import { createRoot } from 'react-dom/client';
import type { FromFrame, SentRegion, SentViewState, ToFrame } from './messages.js';

/**
 * The inside of a ReactCode frame, by the tag's documentation: evaluates the label config's function, draws
 * it with React and hands it the props; regions cross as messages. Kept for other tasks: a switch is an `update`.
 */
interface Props {
  readonly tag: string;
  readonly data: unknown;
  readonly regions: readonly SentRegion[];
  readonly viewState: SentViewState;
}

type Inline = React.FunctionComponent<Record<string, unknown>>;

let component: Inline | undefined;
let props: Props | undefined;
const root = createRoot(document.getElementById('root')!);

function post(message: FromFrame): void {
  window.parent.postMessage(message, '*');
}

function draw(): void {
  if (component === undefined || props === undefined) return;
  const { tag, data, regions, viewState } = props;
  root.render(
    React.createElement(component, {
      React,
      addRegion: (value: unknown, extraData?: { displayText?: string }) => {
        post({ type: 'addRegion', tag, value, ...(extraData === undefined ? {} : { extraData }) });
        return { value };
      },
      regions: regions.map((region) => ({
        ...region,
        update: (value: unknown) => post({ type: 'updateRegion', tag, id: region.id, value }),
        delete: () => post({ type: 'deleteRegion', tag, id: region.id }),
      })),
      data,
      viewState,
    }),
  );
}

window.addEventListener('message', ({ data: message }: MessageEvent<ToFrame>) => {
  if (message.type === 'init') {
    // oxlint-disable-next-line no-implied-eval -- the documented way of the tag: code from the label config is evaluated
    component = new Function(`"use strict"; return (${message.code}\n)`)() as Inline;
    props = message;
  } else if (props !== undefined) props = { ...props, ...message };
  draw();
});

Object.assign(window, { reactVersion: React.version });
post({ type: 'ready' });
