import type { FunctionComponent } from 'react';
import { reactCodeConfigSchema } from '../../core/label-studio/react-code.js';
import { storedPreferences } from '../view/state/preferences.js';
import themeCss from '../view/theme.css?inline';
import { clock } from './clock.js';
import { listenToKeys } from './keyboard.js';
import type { ReactCodeProps } from './react-code/contract.js';
import { ReactCodeDesk } from './react-code/desk.js';
import frameCss from './react-code/frame.css?inline';
import { ReactCodeFrame } from './react-code/ReactCodeFrame.js';
import { viewerId } from './react-code/viewer.js';
import { listenToSigns } from './signs.js';

declare const PAIRLOOP_VERSION: string;

/**
 * Makes the component that a ReactCode tag draws, from the JSON in its label config. Called once for a page: it
 * listens to the page's keyboard and adds the style sheet.
 *
 * @throws ZodError when the JSON is not what `compileReactCodeConfig` wrote.
 */
export default function makeComparison(json: unknown): FunctionComponent<ReactCodeProps> {
  const config = reactCodeConfigSchema.parse(json);
  const storage = (): Storage => window.localStorage;
  const page = {
    config,
    view: `pairloop ${PAIRLOOP_VERSION}`,
    viewer: viewerId(storage, newId()),
    clock,
    preferences: storedPreferences(storage),
    newId,
    isVisible: () => !document.hidden,
  };
  const desks = new Set<ReactCodeDesk>();
  const session = () => [...desks].at(-1)?.session();
  addTheme();
  listenToKeys(session);
  listenToSigns(session);
  const open = (): ReactCodeDesk => new ReactCodeDesk(page);
  return function Comparison(props) {
    return <ReactCodeFrame open={open} desks={desks} props={props} />;
  };
}

/** A random UUID; `crypto.randomUUID` is only there on pages served over HTTPS or from the same machine. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Adopted rather than put into a `style` element, which a frame's content security policy may refuse. */
function addTheme(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(themeCss + frameCss);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
