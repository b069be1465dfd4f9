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

/** A `pairloop up` of its own on a new data folder and free ports, and the browser to look at it with. */
export interface OwnStack {
  readonly stack: Stack;
  readonly chromium: Chromium;
  /** Stops it and removes what it stored. */
  stop(): Promise<void>;
}

/**
 * Runs `pairloop up`, as built. Label Studio itself is installed once, into the folder that `npm start` in this
 * checkout uses too.
 */
export async function startStack(): Promise<OwnStack> {
  buildPairloop();
  const dataDir = newDataFolder();
  const chromium = findChromium();
  const pairloop = await startPairloop({ dataDir, say: (line) => console.error(line) }).catch((error: unknown) => {
    removeDataFolder(dataDir);
    throw error;
  });
  return {
    stack: { ...pairloop.running, dataDir },
    chromium: await chromium,
    async stop() {
      await pairloop.stop();
      removeDataFolder(dataDir);
    },
  };
}

/** Starts what all end-to-end tests share. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { stack, chromium, stop } = await startStack();
  project.provide('stack', stack);
  project.provide('chromium', chromium);
  return stop;
}
