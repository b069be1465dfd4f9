import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const EVERY_MS = 500;
const KIB = 1024;

/** Notes how much memory a process holds (resident, MiB), twice a second until `stop`. */
export class MemoryWatch {
  readonly samples: number[] = [];
  private timer: NodeJS.Timeout;

  constructor(private readonly pid: number) {
    this.timer = setInterval(() => void this.sample(), EVERY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async sample(): Promise<void> {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(this.pid)]).catch(() => ({ stdout: '' }));
    const kibibytes = Number.parseInt(stdout, 10);
    if (!Number.isNaN(kibibytes)) this.samples.push(kibibytes / KIB);
  }
}
