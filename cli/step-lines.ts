/** Shows what is being done: on a terminal one live line per step, else a plain line at each change worth a line. */
export interface Steps {
  begin(name: string): Step;
  /** One line for people, above the steps under way. */
  say(line: string): void;
  /** Takes the live lines away. Safe to call twice. */
  close(): void;
}
export interface Step {
  /** What the step does now, in a few words. */
  report(text: string): void;
  done(text?: string): void;
}

interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;
/** Without a terminal a step that goes on says so this often. */
const PLAIN_EVERY_MS = 5_000;

export function createSteps(out: Output, now: () => number = () => performance.now()): Steps {
  return out.isTTY === true ? new LiveSteps(out, now) : new PlainSteps(out, now);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

class PlainSteps implements Steps {
  constructor(
    private readonly out: Output,
    private readonly now: () => number,
  ) {}

  begin(name: string): Step {
    const begun = this.now();
    let saidAt = begun;
    this.say(`${name}…`);
    return {
      report: (text) => {
        if (this.now() - saidAt < PLAIN_EVERY_MS) return;
        saidAt = this.now();
        this.say(`  ${text}`);
      },
      done: (text) => this.say(`${name}: ${text ?? 'ready'} (${seconds(this.now() - begun)})`),
    };
  }

  say(line: string): void {
    this.out.write(`${line}\n`);
  }

  close(): void {}
}

class LiveSteps implements Steps {
  private readonly active = new Map<string, { text: string; begun: number }>();
  private drawn = 0;
  private frame = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly out: Output,
    private readonly now: () => number,
  ) {
    this.timer = setInterval(() => this.redraw(), FRAME_MS);
    this.timer.unref();
  }

  begin(name: string): Step {
    this.active.set(name, { text: '', begun: this.now() });
    this.redraw();
    return {
      report: (text) => {
        const step = this.active.get(name);
        if (step !== undefined) step.text = text;
      },
      done: (text) => {
        const step = this.active.get(name);
        this.active.delete(name);
        if (step !== undefined) this.say(`✓ ${name}: ${text ?? 'ready'} (${seconds(this.now() - step.begun)})`);
      },
    };
  }

  say(line: string): void {
    this.erase();
    this.out.write(`${line}\n`);
    this.redraw();
  }

  close(): void {
    clearInterval(this.timer);
    this.erase();
    this.active.clear();
  }

  private erase(): void {
    // Cursor up by the lines drawn, then clear to the end of the screen.
    if (this.drawn > 0) this.out.write(`\u001B[${this.drawn}A\u001B[J`);
    this.drawn = 0;
  }

  private redraw(): void {
    this.erase();
    this.frame = (this.frame + 1) % FRAMES.length;
    for (const [name, step] of this.active) {
      const line = `${FRAMES[this.frame] ?? ''} ${name}${step.text === '' ? '' : `: ${step.text}`} (${seconds(this.now() - step.begun)})`;
      this.out.write(`${line.slice(0, (this.out.columns ?? 80) - 1)}\n`);
      this.drawn += 1;
    }
  }
}
