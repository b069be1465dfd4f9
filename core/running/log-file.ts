import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, readSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

const LOG_BYTES_MAX = 20 * 1024 * 1024;

/** The log of one child process in the data folder; an older part is kept beside it as `.1`. */
export function logPath(dataDir: string, name: string): string {
  return join(dataDir, 'logs', `${name}.log`);
}

/** Opens the log for appending; the descriptor is the caller's to close. A child writes to it directly, so that it outlives its parent. */
export function openLog(dataDir: string, name: string): number {
  mkdirSync(join(dataDir, 'logs'), { recursive: true, mode: 0o700 });
  trimLog(dataDir, name);
  return openSync(logPath(dataDir, name), 'a', 0o600);
}

/** Moves what is in a log of more than 20 MiB aside. The file is emptied, not replaced: its writers keep it open, appending. */
export function trimLog(dataDir: string, name: string): void {
  const path = logPath(dataDir, name);
  if (!existsSync(path) || statSync(path).size <= LOG_BYTES_MAX) return;
  copyFileSync(path, `${path}.1`);
  truncateSync(path);
}

/** The last lines of a log, for a message; at most 2,000 bytes. */
export function tailOfLog(dataDir: string, name: string, lines = 12): string {
  const path = logPath(dataDir, name);
  if (!existsSync(path)) return '';
  const size = statSync(path).size;
  const buffer = Buffer.alloc(Math.min(size, 2_000));
  const file = openSync(path, 'r');
  try {
    readSync(file, buffer, 0, buffer.length, size - buffer.length);
  } finally {
    closeSync(file);
  }
  return buffer.toString('utf8').trimEnd().split('\n').slice(-lines).join('\n');
}
