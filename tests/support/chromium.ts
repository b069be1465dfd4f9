import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { locateChromium } from '../../core/running/chromium.js';

const run = promisify(execFile);
const INSTALL_WITHIN_MS = 600_000;

/** No window, no sandbox (tests may run as root), and no calls of the browser's own to the internet. */
export const CHROMIUM_FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The browser that browser tests drive. */
export type Chromium = { readonly path: string } | { readonly path: null; readonly reason: string };

/** The system's Chromium or Chrome; on Debian and Ubuntu, as root, it is installed when missing; else null and why. */
export async function findChromium(): Promise<Chromium> {
  const present = await locateChromium();
  if (present !== undefined) return { path: present };
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    return { path: null, reason: 'there is no Chromium or Chrome on this machine; install one (Debian: apt-get install chromium) to run the browser tests' };
  }
  console.error('Installing Chromium for the browser tests…');
  try {
    const settings = { timeout: INSTALL_WITHIN_MS, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    await run('apt-get', ['update'], settings);
    await run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], settings);
  } catch (error) {
    return { path: null, reason: `Chromium could not be installed with apt-get: ${String(error).split('\n')[0]}` };
  }
  const installed = await locateChromium();
  return installed === undefined ? { path: null, reason: 'apt-get installed chromium, but it is not on PATH' } : { path: installed };
}
