import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC_PATHS = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'];

/** Path of this machine's Chromium or Chrome, which only browser tests need; undefined when there is none. */
export async function locateChromium(): Promise<string | undefined> {
  const onMac = MAC_PATHS.find((path) => existsSync(path));
  if (onMac !== undefined) return onMac;
  for (const name of NAMES) {
    try {
      return (await run('/bin/sh', ['-c', 'command -v "$1"', 'sh', name])).stdout.trim();
    } catch {
      // Not on PATH under this name; the next one may be.
    }
  }
  return undefined;
}
