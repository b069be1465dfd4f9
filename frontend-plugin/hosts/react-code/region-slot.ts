import type { ReactCodeValue } from '../../../core/label-studio/react-code.js';
import type { Clock } from '../../view/state/session.js';
import type { ReactCodeProps, ReactCodeRegion } from './contract.js';

/** What the platform has not given back by then, it has not stored. */
const STORED_WITHIN_MS = 5_000;

/** A region that holds a judgement, and the judgement. */
export interface StoredJudgement {
  readonly region: ReactCodeRegion;
  readonly value: ReactCodeValue;
  /** Further regions of ours: begun twice, or strays of another task. */
  readonly others: readonly ReactCodeRegion[];
}

interface SlotListener {
  /** The platform changed the value: undo, redo. */
  changed(value: ReactCodeValue): void;
  /** What was put last was not stored; the value that is, if any. */
  lost(value: ReactCodeValue | undefined): void;
}

/**
 * The one region of a judgement, as seen through messages: what is put comes back some time later, and
 * until then ours stands, so that quick work is not overtaken by its own echoes. Only one region
 * is made; what is put until it is there waits for it. Should there be more, a put clears them away.
 */
export class RegionSlot {
  /** Set once the platform has shown the region. */
  region: ReactCodeRegion | undefined;
  private stored: ReactCodeValue | undefined;
  private readonly inFlight: string[] = [];
  private adding = false;
  private waiting: ReactCodeValue | undefined;
  private others: readonly ReactCodeRegion[];
  private cancelCheck: () => void = () => {};

  constructor(
    private readonly addRegion: ReactCodeProps['addRegion'],
    private readonly clock: Clock,
    private readonly listener: SlotListener,
    stored: StoredJudgement | undefined,
  ) {
    this.region = stored?.region;
    this.stored = stored?.value;
    this.others = stored?.others ?? [];
  }

  /** Stores a value, which has to be as `reactCodeValueSchema` reads it. */
  put(value: ReactCodeValue): void {
    if (this.adding) {
      this.waiting = value;
      return;
    }
    this.inFlight.push(JSON.stringify(value));
    this.cancelCheck();
    this.cancelCheck = this.clock.after(STORED_WITHIN_MS, () => this.check());
    for (const other of this.others) other.delete();
    this.others = [];
    if (this.region !== undefined) {
      this.region.update(value);
      return;
    }
    this.adding = true;
    this.addRegion(value, { displayText: 'Comparison' });
  }

  /** Takes the region as the platform shows it now. */
  take({ region, value, others }: StoredJudgement): void {
    this.region = region;
    this.others = others;
    this.adding = false;
    const shown = JSON.stringify(value);
    const at = this.inFlight.indexOf(shown);
    if (at >= 0) {
      this.stored = value;
      this.inFlight.splice(0, at + 1);
      if (this.inFlight.length === 0) this.cancelCheck();
    } else if (shown !== JSON.stringify(this.stored)) {
      this.stored = value;
      this.forget();
      this.listener.changed(value);
    }
    const { waiting } = this;
    this.waiting = undefined;
    if (waiting !== undefined) this.put(waiting);
  }

  /** Stops waiting for what was put. */
  forget(): void {
    this.cancelCheck();
    this.inFlight.length = 0;
    this.waiting = undefined;
  }

  private check(): void {
    this.forget();
    this.adding = false;
    this.listener.lost(this.stored);
  }
}
