import { openCheckpoint, type Checkpoint } from './checkpoint.js';
import { readCanonicalLine } from './canonical-line.js';
import { NO_PREVIOUS, entrySchema, type Entry } from './entry.js';
import { closingSchema, headerSchema } from './ledger-file.js';
import { MerkleFrontier, leafHash } from './merkle-tree.js';
import { parseVerifierKey, type VerifierKey } from './signed-note.js';

const NEWLINE = 0x0a;
const CLOSING = Buffer.from('{"checkpoint":');

/** What an auditor kept outside of the machine that holds the ledger. */
export interface Pins {
  readonly key?: VerifierKey | undefined;
  /** A checkpoint's note. */
  readonly checkpoint?: string | undefined;
}

export interface Consistent {
  readonly ok: true;
  readonly entries: number;
  /** Hex. */
  readonly root: string;
  readonly key: string;
  /** What the ledger was held against: nothing from outside, a key, or a checkpoint over its first `pinnedEntries`. */
  readonly anchor: 'none' | 'key' | 'checkpoint';
  readonly pinnedEntries: number | null;
}
export interface Broken {
  readonly ok: false;
  /** The line of the file, from 1. */
  readonly line: number;
  /** The first bad entry, from 0; null when it is the head, the closing line or nothing that can be told. */
  readonly entry: number | null;
  readonly problem: string;
}
export type Verification = Consistent | Broken;

class LedgerFault extends Error {
  constructor(
    readonly problem: string,
    readonly entry: number | null,
  ) {
    super(problem);
  }
}

/** An entry whose successor has yet to vouch for it. */
interface Pending {
  readonly entry: Entry;
  readonly hash: Buffer;
}
/** Two entries of which one was changed; the next line tells which. */
interface Suspects {
  readonly older: Pending;
  readonly newer: Pending;
}

/**
 * Verifies a ledger's file, fed in pieces of any size, in memory that does not grow: each line's form, the order of the entries, the
 * chain, the Merkle root, the signature, and what is pinned. Nothing else is needed, neither database nor network.
 */
export class LedgerVerifier {
  private rest: Buffer[] = [];
  private lines = 0;
  private key: VerifierKey | undefined;
  private readonly frontier = new MerkleFrontier();
  private entries = 0;
  private pending: Pending | undefined;
  private suspects: Suspects | undefined;
  private closed: Checkpoint | undefined;
  private pinned: Checkpoint | undefined;
  private isPinMet = false;
  private broken: Broken | undefined;

  constructor(private readonly pins: Pins) {}

  feed(bytes: Buffer): void {
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1 && this.broken === undefined; end = bytes.indexOf(NEWLINE, start)) {
      this.rest.push(bytes.subarray(start, end));
      const line = this.rest.length === 1 ? this.rest[0]! : Buffer.concat(this.rest);
      this.rest = [];
      start = end + 1;
      this.guard(() => this.readLine(line));
    }
    if (start < bytes.length && this.broken === undefined) this.rest.push(bytes.subarray(start));
  }

  /** What came of it, once all is fed. */
  finish(): Verification {
    this.guard(() => this.readEnd());
    return this.broken ?? this.consistent();
  }

  private guard(read: () => void): void {
    if (this.broken !== undefined) return;
    try {
      read();
    } catch (error) {
      if (!(error instanceof LedgerFault)) throw error;
      const line = error.entry === null ? Math.max(this.lines, 1) : error.entry + 2;
      this.broken = { ok: false, line, entry: error.entry, problem: error.problem };
    }
  }

  private readLine(line: Buffer): void {
    this.lines += 1;
    if (this.lines === 1) return this.readHeader(line);
    if (this.closed !== undefined) throw new LedgerFault('something stands behind the closing line', null);
    if (line.subarray(0, CLOSING.length).equals(CLOSING)) return this.readClosing(line);
    return this.readEntry(line);
  }

  private readHeader(line: Buffer): void {
    const read = readCanonicalLine(line, headerSchema);
    if ('problem' in read) throw new LedgerFault(`the first line ${read.problem}`, null);
    this.key = keyOf(read.value.key);
    const wanted = this.pins.key;
    if (wanted !== undefined && wanted.text !== this.key.text) {
      throw new LedgerFault(`it is signed with the key ${this.key.text}, not with the given ${wanted.text}`, null);
    }
    if (this.pins.checkpoint === undefined) return;
    this.pinned = openCheckpoint(this.pins.checkpoint, this.key);
    if (this.pinned === undefined) throw new LedgerFault(`the given checkpoint is none of the ledger with the key ${this.key.text}`, null);
  }

  private readEntry(line: Buffer): void {
    const seq = this.entries;
    const read = readCanonicalLine(line, entrySchema);
    if ('problem' in read) throw new LedgerFault(`entry ${this.suspects?.older.entry.seq ?? seq} is bad: line ${this.lines} ${read.problem}`, this.suspects?.older.entry.seq ?? seq);
    const entry = read.value;
    if (this.suspects !== undefined) this.accuse(this.suspects, entry.previous);
    if (entry.seq !== seq) throw new LedgerFault(`entry ${seq} is missing: entry ${entry.seq} stands in its place`, seq);
    this.entries += 1;
    const next: Pending = { entry, hash: leafHash(line) };
    const older = this.pending;
    if (older !== undefined && entry.sealed_at < older.entry.sealed_at) {
      throw new LedgerFault(`entry ${seq} is bad: sealed at ${entry.sealed_at}, before the entry it follows (${older.entry.sealed_at})`, seq);
    }
    if (older === undefined) {
      if (entry.previous !== NO_PREVIOUS) throw new LedgerFault('entry 0 is bad: it follows an entry that is not there', 0);
      this.pending = next;
    } else if (entry.previous === older.hash.toString('hex')) {
      this.take(older);
      this.pending = next;
    } else {
      this.suspects = { older, newer: next };
    }
  }

  private take({ hash }: Pending): void {
    this.frontier.append(hash);
    if (this.pinned === undefined || this.frontier.size !== this.pinned.size) return;
    if (!this.frontier.root().equals(this.pinned.root)) throw new LedgerFault(notThePinned(this.pinned.size), null);
    this.isPinMet = true;
  }

  /** Two entries do not fit together. If the one behind them vouches for the second, the first was changed, else the second. */
  private accuse({ older, newer }: Suspects, vouched: string): never {
    const bad = newer.hash.toString('hex') === vouched ? older : newer;
    throw new LedgerFault(`entry ${bad.entry.seq} is bad: ${bad === older ? 'the entry behind it was chained to another' : 'it was chained to another entry than the one before it'}`, bad.entry.seq);
  }

  private readClosing(line: Buffer): void {
    const read = readCanonicalLine(line, closingSchema);
    if ('problem' in read) throw new LedgerFault(`the closing line ${read.problem}`, null);
    const { checkpoint: note, previous } = read.value;
    const checkpoint = this.key === undefined ? undefined : openCheckpoint(note, this.key);
    if (this.suspects !== undefined) this.accuse(this.suspects, previous);
    if (checkpoint === undefined) throw new LedgerFault('the closing line has no checkpoint with a valid signature of the key in the first line', null);
    this.closed = checkpoint;
    if (checkpoint.size > this.entries) throw new LedgerFault(`entry ${this.entries} is missing: ${checkpoint.size} entries were signed, ${this.entries} are here`, this.entries);
    if (checkpoint.size < this.entries) throw new LedgerFault(`entry ${checkpoint.size} is bad: only ${checkpoint.size} entries were signed, ${this.entries} are here`, checkpoint.size);
    this.holdAgainst(checkpoint, previous);
  }

  private holdAgainst(checkpoint: Checkpoint, previous: string): void {
    const last = this.pending;
    const vouched = last?.hash.toString('hex') ?? NO_PREVIOUS;
    const withVouched = this.frontier.copy();
    withVouched.append(Buffer.from(previous, 'hex'));
    if (last !== undefined) this.take(last);
    const isRoot = this.frontier.root().equals(checkpoint.root);
    if (isRoot && previous === vouched) return;
    if (isRoot) throw new LedgerFault('the closing line is bad: it does not follow the last entry', null);
    if (last !== undefined && withVouched.root().equals(checkpoint.root)) throw new LedgerFault(`entry ${last.entry.seq} is bad: another was signed`, last.entry.seq);
    const entry = this.isPinMet ? (this.pinned?.size ?? null) : null;
    throw new LedgerFault(`the entries${entry === null ? '' : ` from ${entry} on`} do not have the root that was signed: one was changed, and those behind it were chained anew`, entry);
  }

  private readEnd(): void {
    if (this.key === undefined) throw new LedgerFault('it is no ledger: it has no first line', null);
    if (this.rest.length > 0) throw new LedgerFault(this.closed === undefined ? `entry ${this.entries} is cut off` : 'something stands behind the closing line', this.closed === undefined ? this.entries : null);
    if (this.suspects !== undefined) this.accuse(this.suspects, '');
    if (this.closed === undefined) throw new LedgerFault(`entry ${this.entries} is missing: the file ends without its closing line`, this.entries);
    const { pinned } = this;
    if (pinned === undefined || this.isPinMet) return;
    if (pinned.size > this.entries) throw new LedgerFault(`entry ${this.entries} is missing: the given checkpoint has ${pinned.size} entries, ${this.entries} are here`, this.entries);
    if (pinned.size > 0 || !new MerkleFrontier().root().equals(pinned.root)) throw new LedgerFault(notThePinned(pinned.size), null);
  }

  private consistent(): Consistent {
    const anchor = this.pinned !== undefined ? 'checkpoint' : this.pins.key !== undefined ? 'key' : 'none';
    const { entries } = this;
    return { ok: true, entries, root: this.frontier.root().toString('hex'), key: this.key?.text ?? '', anchor, pinnedEntries: this.pinned?.size ?? null };
  }
}

function keyOf(text: string): VerifierKey {
  try {
    return parseVerifierKey(text, 'the key in the first line');
  } catch {
    throw new LedgerFault('the first line has no key that can be read', null);
  }
}

function notThePinned(size: number): string {
  return `the first ${size} entries are not those of the given checkpoint: one of them was changed, and what stands behind it was chained and signed anew`;
}
