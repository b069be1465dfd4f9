import type { TestProject } from 'vitest/node';
import type { RunningFile } from '../../core/running/running-file.js';
import { findChromium, type Chromium } from './chromium.js';
import { buildPairloop, newDataFolder, removeDataFolder, startPairloop } from './pairloop-process.js';

/** What runs for the end-to-end tests: addresses, tokens and accounts as the running file has them, and the data folder. */
export interface Stack extends RunningFile {
  readonly dataDir: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    stack: Stack;
    /** `path` null: there is none, and `reason` says why; browser tests skip and say so. */
    chromium: Chromium;
  }
}

/**
 * Runs `pairloop up`, as built, on a new data folder and free ports for all end-to-end tests. Label Studio itself is
 * installed once, into the folder that `npm start` in this checkout uses too.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  buildPairloop();
  const dataDir = newDataFolder();
  const chromium = findChromium();
  const pairloop = await startPairloop({ dataDir, say: (line) => console.error(line) }).catch((error: unknown) => {
    removeDataFolder(dataDir);
    throw error;
  });
  project.provide('stack', { ...pairloop.running, dataDir });
  project.provide('chromium', await chromium);
  return async () => {
    await pairloop.stop();
    removeDataFolder(dataDir);
  };
}
