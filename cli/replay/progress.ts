import { Presets, SingleBar } from 'cli-progress';

/** Shows how far a count has come, on stderr: a bar on a terminal, else a line every few seconds. */
export interface Progress {
  update(done: number, total: number): void;
  /** One line for people, without spoiling the bar. */
  say(line: string): void;
  stop(): void;
}

const LINE_EVERY_MS = 5_000;
/** The same outage is said again after so long. */
const SAY_AGAIN_MS = 10_000;

export function createProgress(name: string, out: NodeJS.WriteStream): Progress {
  return out.isTTY ? createBar(name, out) : createLines(name, out);
}

function createBar(name: string, out: NodeJS.WriteStream): Progress {
  const format = `${name} {bar} {value}/{total} ({percentage} %), {eta_formatted} to go  {note}`;
  const bar = new SingleBar({ format, stream: out, hideCursor: true, etaBuffer: 200, noTTYOutput: false }, Presets.shades_classic);
  let started = false;
  return {
    update(done, total) {
      if (!started) bar.start(total, done, { note: '' });
      else bar.update(done, { note: '' });
      started = true;
    },
    say: (line) => (started ? bar.update({ note: line }) : void out.write(`${line}\n`)),
    stop: () => bar.stop(),
  };
}

function createLines(name: string, out: NodeJS.WriteStream): Progress {
  let writtenAt = -Infinity;
  let said = { line: '', at: -Infinity };
  return {
    update(done, total) {
      const now = performance.now();
      if (now - writtenAt < LINE_EVERY_MS && done < total) return;
      writtenAt = now;
      out.write(`${name}: ${done} of ${total}\n`);
    },
    say(line) {
      const now = performance.now();
      if (line === said.line && now - said.at < SAY_AGAIN_MS) return;
      said = { line, at: now };
      out.write(`${line}\n`);
    },
    stop: () => {},
  };
}
