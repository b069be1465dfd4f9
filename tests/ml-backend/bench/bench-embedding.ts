import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { pairVector } from '../../../ml-backend/embedding/pair-vector.js';
import { areaUnderCurve, type Area } from './area-under-curve.js';
import { EDITS } from './near-duplicates.js';
import { openScikitLearn, type ScikitLearn } from './scikit-learn.js';
import { samplePairs, sampleTexts, type BenchPair, type Sampled } from './text-sample.js';

const SEED = 5;
const CHARACTERS = 1_800;
const SPEED_TEXTS = 2_000;
/** scikit-learn is measured on fewer, being slower. */
const PEER_TEXTS = 400;
const ROUNDS = 5;
const SPEED_AIM = 5_000;
const AREA_AIM = 0.99;
/** What `--min-distance` might be. */
const LEAST_DISTANCES = [0.2, 0.3, 0.4, 0.5, 0.6];
/** Responses on which the weights of fitted TF-IDF are fitted. */
const FITTED_ON = 6_000;

type EmbedText = (text: string) => Float32Array;

const pairSchema = z.object({ prompt: z.string(), domain: z.string().default('general'), response_a: z.string(), response_b: z.string() });

interface Speed {
  /** Texts a second of CPU time, the median of the rounds. */
  readonly ours: number;
  readonly scikitLearn: number | undefined;
  readonly ratio: number | undefined;
}

/** Areas under the ROC curve of one featuriser, and distances. */
interface Separation {
  readonly nearOrOther: Area;
  readonly nearOrSibling: Area;
  readonly siblingOrOther: Area;
  /** Median and 95th percentile of the distance by edit; for texts that are no near-duplicates the 5th percentile and the median. */
  readonly near: Readonly<Record<string, readonly [number, number]>>;
  readonly siblings: readonly [number, number];
  readonly others: readonly [number, number];
  /** For each of `LEAST_DISTANCES` the share of near-duplicates, of others to the prompt, and of other prompts that are nearer. */
  readonly nearer: readonly (readonly [number, number, number])[];
}

interface Found {
  readonly speed: Speed;
  readonly texts: number;
  readonly builtIn: Separation;
  /** Of whole pairs, each text of a near-duplicate edited. */
  readonly pairs: Separation;
  /** Of TF-IDF with weights fitted on the pool. */
  readonly fitted: Separation | undefined;
}

/**
 * Measures the built-in featuriser, as compiled, and prints a table, or one JSON document. Answers the exit code: 1 when an aim is missed.
 */
export function benchEmbedding(argv: string[], embedText: EmbedText, root: string): number {
  const { values } = parseArgs({ args: argv, options: { data: { type: 'string' }, json: { type: 'boolean' }, report: { type: 'boolean' } } });
  const data = values.data ?? defaultData(root);
  const pairs = readPairs(data);
  const folder = mkdtempSync(join(tmpdir(), 'pairloop-bench-embedding-'));
  try {
    const found = measure(pairs, embedText, openScikitLearn(root, folder));
    const machine = { processor: `${cpus().length} x ${cpus()[0]!.model.trim()}`, node: process.version, load: loadavg().map((load) => Number(load.toFixed(1))), data, pairs: pairs.length };
    const missed = missedAims(found);
    if (values.json === true) process.stdout.write(`${JSON.stringify({ machine, ...found, missed })}\n`);
    else process.stdout.write(`${JSON.stringify(machine)}\n${tableOf(found)}\n${missed.map((line) => `missed: ${line}\n`).join('') || 'every aim is met\n'}`);
    return missed.length > 0 && values.report !== true ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The evaluation data beside the checkout where it is there, else the samples, which are few. */
function defaultData(root: string): string {
  const beside = join(root, '..', 'shared', 'data', 'judged-pool.jsonl.gz');
  if (existsSync(beside)) return beside;
  process.stderr.write('There is no pool beside the checkout; give one with --data PAIRS.jsonl. Measured on the samples, which are few.\n');
  return join(root, 'samples', 'pairs.jsonl');
}

function readPairs(path: string): BenchPair[] {
  const bytes = readFileSync(path);
  const lines = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().trim().split('\n');
  return lines.flatMap((line) => {
    const { success, data } = pairSchema.safeParse(JSON.parse(line));
    return success ? [data] : [];
  });
}

function measure(pairs: readonly BenchPair[], embedText: EmbedText, scikitLearn: ScikitLearn | undefined): Found {
  const sample = sampleTexts(pairs, SEED);
  const speed = measureSpeed(pairs, embedText, scikitLearn);
  const found = {
    speed,
    texts: sample.length,
    builtIn: separation(sample, embedText),
    pairs: separation(samplePairs(pairs, SEED), ({ prompt, response_a, response_b }) =>
      pairVector({ prompt: embedText(prompt), responseA: embedText(response_a), responseB: embedText(response_b) }),
    ),
  };
  if (scikitLearn === undefined) return { ...found, fitted: undefined };
  const texts = [...new Set(sample.flatMap(({ of, near, others, sibling }) => [of, ...Object.values(near), ...others, sibling ?? '']))];
  const vectors = scikitLearn.fitted(pairs.map((pair) => pair.response_a).slice(0, FITTED_ON), texts);
  const places = new Map(texts.map((text, at) => [text, at]));
  return { ...found, fitted: separation(sample, (text) => vectors[places.get(text)!]!) };
}

/** In turns, so that what else the machine does meets both. */
function measureSpeed(pairs: readonly BenchPair[], embedText: EmbedText, scikitLearn: ScikitLearn | undefined): Speed {
  const all = pairs.map((pair) => `${pair.response_a} ${pair.response_b}`).join(' ');
  const texts = Array.from({ length: SPEED_TEXTS }, (_, at) => {
    const from = (at * CHARACTERS) % Math.max(1, all.length - CHARACTERS);
    return all.slice(from, from + CHARACTERS);
  });
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const begun = process.cpuUsage();
    for (const text of texts) embedText(text);
    const { user, system } = process.cpuUsage(begun);
    ours.push(texts.length / ((user + system) / 1e6));
    if (scikitLearn !== undefined) theirs.push(PEER_TEXTS / scikitLearn.hash(texts.slice(0, PEER_TEXTS)));
  }
  const median = quantile(ours, 0.5);
  const peer = theirs.length === 0 ? undefined : quantile(theirs, 0.5);
  return { ours: median, scikitLearn: peer, ratio: peer === undefined ? undefined : median / peer };
}

function separation<T>(sample: readonly Sampled<T>[], embed: (item: T) => Float32Array): Separation {
  const measured = sample.map(({ of, near, others, sibling }) => {
    const vector = embed(of);
    const to = (other: T): number => Math.hypot(...embed(other).map((number, at) => number - vector[at]!));
    return { near: Object.values(near).map(to), others: others.map(to), siblings: sibling === undefined ? [] : [to(sibling)] };
  });
  const names = Object.keys(EDITS);
  const all = [measured.flatMap(({ near }) => near), measured.flatMap(({ siblings }) => siblings), measured.flatMap(({ others }) => others)] as const;
  const share = (distances: readonly number[], least: number): number => distances.filter((distance) => distance < least).length / distances.length;
  const twoOf = (distances: readonly number[], first: number, second: number): [number, number] => [quantile(distances, first), quantile(distances, second)];
  return {
    nearOrOther: areaUnderCurve(measured.map(({ near, others }) => ({ near, far: others })), SEED),
    nearOrSibling: areaUnderCurve(measured.map(({ near, siblings }) => ({ near, far: siblings })), SEED),
    siblingOrOther: areaUnderCurve(measured.map(({ siblings, others }) => ({ near: siblings, far: others })), SEED),
    near: Object.fromEntries(names.map((name, at) => [name, twoOf(measured.map(({ near }) => near[at]!), 0.5, 0.95)])),
    siblings: twoOf(all[1], 0.05, 0.5),
    others: twoOf(all[2], 0.05, 0.5),
    nearer: LEAST_DISTANCES.map((least) => [share(all[0], least), share(all[1], least), share(all[2], least)]),
  };
}

function quantile(numbers: readonly number[], share: number): number {
  return [...numbers].sort((a, b) => a - b)[Math.round(share * (numbers.length - 1))]!;
}

function missedAims({ speed, builtIn }: Found): string[] {
  return [
    ...(speed.ours >= SPEED_AIM ? [] : [`${Math.round(speed.ours)} texts/s, not ${SPEED_AIM}`]),
    ...(builtIn.nearOrOther.low >= AREA_AIM ? [] : [`near-duplicate area ${builtIn.nearOrOther.value.toFixed(4)}, its interval from ${builtIn.nearOrOther.low.toFixed(4)}, not ${AREA_AIM}`]),
  ];
}

function tableOf({ speed, texts, builtIn, fitted, pairs }: Found): string {
  const area = ({ value, low, high }: Area): string => `${value.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`.padEnd(28);
  const row = (name: string, one: (of: Separation) => string): string => `${name.padEnd(58)}${one(builtIn)}${fitted === undefined ? '' : one(fitted)}`;
  const two = ([first, second]: readonly [number, number]): string => `${first.toFixed(2)}, ${second.toFixed(2)}`.padEnd(28);
  return [
    `texts of ${CHARACTERS} characters a second of CPU: ${Math.round(speed.ours)}${speed.scikitLearn === undefined ? '' : `; scikit-learn ${Math.round(speed.scikitLearn)}; ratio ${speed.ratio!.toFixed(1)}`}`,
    `${`${texts} texts`.padEnd(58)}${'built in'.padEnd(28)}${fitted === undefined ? '' : 'TF-IDF fitted on the pool'}`,
    row('area: near-duplicates, other prompts of the domain', (of) => area(of.nearOrOther)),
    row('area: near-duplicates, other responses to the prompt', (of) => area(of.nearOrSibling)),
    row('area: responses to the prompt, other prompts', (of) => area(of.siblingOrOther)),
    ...Object.keys(EDITS).map((name) => row(`distance (median, 95 %): ${name}`, (of) => two(of.near[name]!))),
    row('distance (5 %, median): responses to the prompt', (of) => two(of.siblings)),
    row('distance (5 %, median): other prompts', (of) => two(of.others)),
    `whole pairs, area: near-duplicates, other prompts ${area(pairs.nearOrOther).trim()}; other pairs of the prompt ${area(pairs.nearOrSibling).trim()}`,
    ...Object.entries(pairs.near).map(([name, distances]) => `whole pairs, distance (median, 95 %): ${name} ${two(distances).trim()}`),
    `whole pairs, distance (5 %, median): other pairs of the prompt ${two(pairs.siblings).trim()}; other prompts ${two(pairs.others).trim()}`,
    ...LEAST_DISTANCES.map((least, at) => `--min-distance ${least} leaves out, beside a pair that is picked: ${pairs.nearer[at]!.map((part, of) => `${(100 * part).toFixed(1)} % of ${['its near-duplicates', 'the pairs of its prompt', 'those of other prompts'][of]!}`).join(', ')}`),
  ].join('\n');
}
