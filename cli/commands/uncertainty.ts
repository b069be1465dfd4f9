import { defineCommand } from 'citty';
import { PairloopError } from '../../core/errors.js';
import { writeNpy } from '../../ml-backend/selection/npy-writer.js';
import { readNpy, readNpyIntegers } from '../../ml-backend/selection/npy.js';
import { ACQUISITIONS, type Acquisition } from '../../ml-backend/uncertainty/acquisition.js';
import { HEAD_VERSION, judge, trainRewardHead, type TrainedHead } from '../../ml-backend/uncertainty/train.js';
import { takeRows, type ComparedPairs } from '../../ml-backend/uncertainty/votes.js';
import { parseWholeNumber } from '../number-argument.js';
import { readSampleUncertainties } from '../samples-file.js';

export const uncertaintyCommand = defineCommand({
  meta: {
    name: 'uncertainty',
    description: 'How uncertain each pair is, for `select --uncertainty`: by a reward head learned from the pairs judged so far, or by samples that came with the pairs.',
  },
  args: {
    differences: { type: 'string', valueHint: 'X.npy', description: 'embedding of response A less that of B, one row per pair' },
    targets: { type: 'string', valueHint: 'y.npy', description: 'with --differences: per row 1 (A won), 0 (B won), 0.5 (tie), NaN (not judged yet)' },
    prompts: { type: 'string', valueHint: 'p.npy', description: 'with --differences: the number (int64) of each row’s prompt, so that no prompt is both learned from and tested on; else every row has its own' },
    measure: { type: 'string', default: 'margin', valueHint: 'NAME', description: [...ACQUISITIONS.keys()].join(', ') },
    samples: { type: 'string', valueHint: 'FILE.jsonl', description: 'instead: a line per pair, {"token_logprobs_a", "token_logprobs_b"} or {"samples"}' },
    out: { type: 'string', required: true, valueHint: 'u.npy', description: 'where the uncertainties go: float64, one per row, higher is less certain' },
    seed: { type: 'string', default: '0', valueHint: 'N', description: 'decides which prompts are left out together' },
    json: { type: 'boolean', description: 'print what was learned, and how good it is, as one JSON document' },
  },
  async run({ args }) {
    const acquisition = acquisitionNamed(args.measure);
    const seed = parseWholeNumber('--seed', args.seed, Number.MAX_SAFE_INTEGER);
    const { values, known } = await uncertaintiesOf(args, acquisition, seed);
    await writeNpy(args.out, values);
    if (args.json) process.stdout.write(`${JSON.stringify({ out: args.out, rows: values.length, ...known.facts })}\n`);
    else process.stdout.write(`${known.words}\n`);
  },
});

interface Wanted {
  readonly differences?: string | undefined;
  readonly targets?: string | undefined;
  readonly prompts?: string | undefined;
  readonly samples?: string | undefined;
}

interface Uncertainties {
  readonly values: Float64Array;
  readonly known: { readonly facts: object; readonly words: string };
}

async function uncertaintiesOf(args: Wanted, acquisition: Acquisition, seed: number): Promise<Uncertainties> {
  if (args.samples !== undefined) {
    if (args.differences !== undefined) throw new PairloopError('--samples and --differences are two sources; give one of them.', 'usage');
    return fromSamples(await readSampleUncertainties(args.samples));
  }
  if (args.differences === undefined || args.targets === undefined) throw new PairloopError('There is nothing to learn from; give --differences X.npy with --targets y.npy, or --samples FILE.jsonl.', 'usage');
  const all = await readPairs(args.differences, args.targets, args.prompts);
  const voted = [...all.targets.keys()].filter((row) => !Number.isNaN(all.targets[row]!));
  const trained = trainRewardHead(takeRows(all, voted), { seed });
  if (trained.head === undefined) {
    const words = `${trained.reason} Every uncertainty is 0 (cold start).`;
    return { values: new Float64Array(all.targets.length), known: { facts: { head: null, reason: trained.reason }, words } };
  }
  return { values: Float64Array.from(judge(trained, all.differences), acquisition), known: { facts: factsOf(trained), words: wordsOf(trained) } };
}

async function readPairs(differencesPath: string, targetsPath: string, promptsPath: string | undefined): Promise<ComparedPairs> {
  const { data, shape } = await readNpy(differencesPath);
  const [rows, columns] = shape;
  if (rows === undefined || columns === undefined || shape.length !== 2) throw new PairloopError(`${differencesPath} has the shape (${shape.join(', ')}); differences need two dimensions, rows and columns.`, 'usage');
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong !== -1) throw new PairloopError(`${differencesPath} holds ${data[wrong]} at row ${Math.floor(wrong / columns)}, column ${wrong % columns} (counted from 0); every number must be finite.`, 'usage');
  const { data: targets, shape: targetShape } = await readNpy(targetsPath);
  if (targetShape.length !== 1 || targetShape[0] !== rows) throw new PairloopError(`${targetsPath} has the shape (${targetShape.join(', ')}); for ${rows} pairs it must be (${rows}).`, 'usage');
  const prompts = promptsPath === undefined ? Array.from({ length: rows }, (_, row) => row) : await readNpyIntegers(promptsPath);
  if (prompts.length !== rows) throw new PairloopError(`${promptsPath} names ${prompts.length} prompts for ${rows} pairs; give one for each.`, 'usage');
  return { differences: { data, rows, columns }, targets: Float64Array.from(targets), prompts: numbered(prompts) };
}

/** Prompts by the place of their number among all, so that numbers may be of any size. */
function numbered(prompts: readonly number[]): Int32Array {
  const place = new Map([...new Set(prompts)].sort((one, other) => one - other).map((prompt, at) => [prompt, at]));
  return Int32Array.from(prompts, (prompt) => place.get(prompt)!);
}

function fromSamples(given: readonly (number | undefined)[]): Uncertainties {
  const unknown = given.filter((value) => value === undefined).length;
  const words = `Uncertainties of ${given.length} pairs.${unknown === 0 ? '' : ` ${unknown} have too few samples to tell: 0.`}`;
  return { values: Float64Array.from(given, (value) => value ?? 0), known: { facts: { unknown }, words } };
}

function factsOf({ head, temperature, votes, prompts, heldOut }: TrainedHead): object {
  return { head: HEAD_VERSION, votes, prompts, inverse_regularisation: head.inverseRegularisation, temperature, held_out: heldOut ?? null };
}

function wordsOf({ head, temperature, votes, prompts, heldOut }: TrainedHead): string {
  const learned = `Learned from ${votes} votes on ${prompts} prompts, C = ${head.inverseRegularisation}, temperature ${temperature.toFixed(3)}.`;
  if (heldOut === undefined) return `${learned} One prompt: nothing could be left out to test or calibrate on.`;
  const figures = ([name, { logLoss, brier, ece }]: [string, { logLoss: number; brier: number; ece: number }]): string =>
    `${name.padEnd(13)}${[logLoss, brier, ece].map((value) => value.toFixed(4).padStart(10)).join('')}`;
  return [learned, 'On prompts left out:', `${''.padEnd(13)}${['log-loss', 'Brier', 'ECE'].map((name) => name.padStart(10)).join('')}`, ...Object.entries(heldOut).map(figures)].join('\n');
}

function acquisitionNamed(name: string): Acquisition {
  const acquisition = ACQUISITIONS.get(name);
  if (acquisition === undefined) throw new PairloopError(`--measure ${name} is not there; take one of ${[...ACQUISITIONS.keys()].join(', ')}.`, 'usage');
  return acquisition;
}
