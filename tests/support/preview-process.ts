import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { packagePath } from '../../core/package-root.js';

const READY_WITHIN_MS = 20_000;

/** A `pairloop label-config preview` of its own, as a process. */
export interface PreviewProcess {
  /** Address that it printed, such as `http://127.0.0.1:41873/?rubric=support`. */
  readonly url: string;
  /** From the start of the process to the printed address. */
  readonly startMs: number;
  /** Stops it as Ctrl-C does; the exit code. */
  stop(): Promise<number | null>;
}

/** Starts the preview as built in dist/ and waits until it has printed its address. */
export async function startPreviewProcess(args: readonly string[]): Promise<PreviewProcess> {
  const since = performance.now();
  const child = spawn(process.execPath, [packagePath('dist', 'cli', 'main.js'), 'label-config', 'preview', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const lines: string[] = [];
  const url = await new Promise<string>((found, failed) => {
    const late = setTimeout(() => failed(new Error(`the preview printed no address within ${READY_WITHIN_MS / 1000} s`)), READY_WITHIN_MS);
    const take = (line: string): void => {
      lines.push(line);
      const address = /https?:\/\/127\.0\.0\.1\S+/.exec(line)?.[0];
      if (address === undefined) return;
      clearTimeout(late);
      found(address);
    };
    createInterface({ input: child.stdout }).on('line', take);
    createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
    child.once('close', (code) => {
      clearTimeout(late);
      failed(new Error(`the preview ended with exit code ${code}:\n${lines.join('\n')}`));
    });
  });
  return {
    url,
    startMs: performance.now() - since,
    stop() {
      child.kill('SIGINT');
      return exited;
    },
  };
}
