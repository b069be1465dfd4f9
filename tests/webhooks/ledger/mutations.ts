import { LedgerVerifier, type Pins, type Verification } from '../../../webhooks/datasets/ledger/verify-ledger.js';
import type { SigningKey } from '../../../webhooks/datasets/ledger/signed-note.js';
import { buildLedger, newKey, type Facts } from './built-ledger.js';

export function verify(file: string | Buffer, pins: Pins = {}): Verification {
  const verifier = new LedgerVerifier(pins);
  verifier.feed(Buffer.from(file));
  return verifier.finish();
}

/** Whole numbers from 0 up to, but without, the limit. */
type Draw = (limit: number) => number;

/** mulberry32: the same mutations for the same seed. */
function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

function drawFacts(draw: Draw, count: number): Facts[] {
  return Array.from({ length: count }, () => ({ pair: `pair-${draw(1e6)}`, share: draw(1e6) / 7, raters: ['ann', 'bo'].slice(draw(3)), note: draw(2) === 0 ? null : '€😂' }));
}

type Mutation = (file: Buffer, draw: Draw, facts: readonly Facts[], key: SigningKey) => Buffer;

const asLines = (file: Buffer): string[] => file.toString().slice(0, -1).split('\n');
const asFile = (lines: readonly string[]): Buffer => Buffer.from(`${lines.join('\n')}\n`);
const otherKey = newKey();

/** What may befall a ledger's file: single bits and bytes, whole lines, and all of it written and signed anew. */
const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'flip a bit': (file, draw) => {
    const changed = Buffer.from(file);
    const at = draw(file.length);
    changed[at] = changed[at]! ^ (1 << draw(8));
    return changed;
  },
  'delete bytes': (file, draw) => {
    const at = draw(file.length);
    return Buffer.concat([file.subarray(0, at), file.subarray(at + 1 + draw(5))]);
  },
  'insert bytes': (file, draw) => {
    const at = draw(file.length + 1);
    return Buffer.concat([file.subarray(0, at), Buffer.from(' \n\r0a"{}\uFEFF'.slice(draw(8)).slice(0, 1 + draw(2))), file.subarray(at)]);
  },
  truncate: (file, draw) => file.subarray(0, draw(file.length)),
  'delete a line': (file, draw) => asFile(asLines(file).toSpliced(draw(asLines(file).length), 1)),
  'insert a line': (file, draw) => asFile(asLines(file).toSpliced(draw(asLines(file).length + 1), 0, asLines(file)[draw(asLines(file).length)]!)),
  'swap two lines': (file, draw) => {
    const lines = asLines(file);
    const one = draw(lines.length);
    const other = (one + 1 + draw(lines.length - 1)) % lines.length;
    [lines[one], lines[other]] = [lines[other]!, lines[one]!];
    return asFile(lines);
  },
  'change a fact and chain anew': (file, draw, facts) => {
    const lines = asLines(file);
    const changed = asLines(Buffer.from(buildLedger(changeOne(facts, draw), otherKey).file));
    return asFile([lines[0]!, ...changed.slice(1, -1), lines.at(-1)!]);
  },
  'sign anew with another key': (_, draw, facts) => Buffer.from(buildLedger(draw(2) === 0 ? facts : changeOne(facts, draw), otherKey).file),
  'change a fact and sign anew with the stolen key': (_, draw, facts, key) => Buffer.from(buildLedger(changeOne(facts, draw), key).file),
  'cut off entries and sign anew with the stolen key': (_, draw, facts, key) => Buffer.from(buildLedger(facts.slice(0, draw(facts.length)), key).file),
  'cut off entries and sign anew with another key': (_, draw, facts) => Buffer.from(buildLedger(facts.slice(0, draw(facts.length)), otherKey).file),
};

function changeOne(facts: readonly Facts[], draw: Draw): Facts[] {
  return facts.toSpliced(draw(facts.length), 1, { pair: `other-${draw(1e6)}` });
}

/** How many of each kind of mutation were not found, out of `count` in all, over ledgers of 1 to 40 entries; and false alarms. */
export function countMissed(count: number, seed: number): { missed: Record<string, number>; tried: number; falseAlarms: number } {
  const draw = drawFrom(seed);
  const names = Object.keys(MUTATIONS);
  const missed: Record<string, number> = Object.fromEntries(names.map((name) => [name, 0]));
  let [tried, falseAlarms] = [0, 0];
  while (tried < count) {
    const key = newKey();
    const facts = drawFacts(draw, 1 + draw(40));
    const { file, checkpoint } = buildLedger(facts, key);
    const pins = { key: key.verifier, checkpoint };
    if (!verify(file, pins).ok || !verify(file).ok) falseAlarms += 1;
    for (let round = 0; round < 20 && tried < count; round += 1) {
      const name = names[tried % names.length]!;
      const changed = MUTATIONS[name]!(Buffer.from(file), draw, facts, key);
      if (changed.equals(Buffer.from(file))) continue;
      tried += 1;
      if (verify(changed, pins).ok) missed[name] = (missed[name] ?? 0) + 1;
    }
  }
  return { missed, tried, falseAlarms };
}
