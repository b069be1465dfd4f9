import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { packagePath } from '../../../core/package-root.js';
import { createFractions } from '../../../core/random.js';

const FILE = 'judged-pool.jsonl.gz';
const BASELINE = 'text_davinci_003';

const lineSchema = z.object({ prompt: z.string(), response_a: z.string(), response_b: z.string(), model_a: z.string(), model_b: z.string(), judge_verdict: z.enum(['a', 'b', 'tie', 'both_bad']) });

/** One model's answer, and whether it beat the common baseline's. */
export interface JudgedAnswer {
  readonly prompt: string;
  readonly text: string;
  readonly won: boolean;
}

/** Two models' answers to one prompt, one of which beat the baseline and one of which lost to it: so one is the better. */
interface KnownPair {
  /** Numbers of the prompt and the answers. */
  readonly prompt: number;
  readonly a: number;
  readonly b: number;
  /** 1 when A is the better, else 0. */
  readonly target: number;
}

export interface LabelledPool {
  readonly prompts: readonly string[];
  readonly answers: readonly string[];
  readonly pairs: readonly KnownPair[];
}

/** Folder with the evaluation data, beside the checkout unless named. */
export function dataFolder(named: string | undefined): string {
  return named ?? join(packagePath(), '..', 'shared', 'data');
}

/** @throws Error saying where the file was looked for. */
export function readJudgedAnswers(folder: string): JudgedAnswer[] {
  const path = join(folder, FILE);
  if (!existsSync(path)) throw new Error(`There is no ${FILE} in ${folder}; name the folder that holds it: npm run bench:labels -- --data FOLDER.`);
  const lines = gunzipSync(readFileSync(path)).toString('utf8').split('\n');
  return lines.filter((line) => line !== '').flatMap((line) => {
    const row = lineSchema.parse(JSON.parse(line));
    if (row.judge_verdict !== 'a' && row.judge_verdict !== 'b') return [];
    const side = row.model_a === BASELINE ? 'b' : 'a';
    return [{ prompt: row.prompt, text: side === 'a' ? row.response_a : row.response_b, won: row.judge_verdict === side }];
  });
}

/**
 * The pairs with a known winner: of each prompt (in code unit order) every winner with every loser of another text, at most
 * `perPrompt`, drawn by lot; sides by lot too. Prompts without such a pair are left out.
 */
export function pairAnswers(judged: readonly JudgedAnswer[], perPrompt: number, seed: number): LabelledPool {
  const draw = createFractions(seed);
  const [prompts, answers, pairs]: [string[], string[], KnownPair[]] = [[], [], []];
  for (const prompt of [...new Set(judged.map((answer) => answer.prompt))].sort()) {
    const own = judged.filter((answer) => answer.prompt === prompt);
    const [winners, losers] = [true, false].map((won) => [...new Set(own.filter((answer) => answer.won === won).map(({ text }) => text))]) as [string[], string[]];
    const clear = winners.flatMap((winner) => losers.filter((loser) => loser !== winner).map((loser) => ({ winner, loser, lot: draw() })));
    if (clear.length === 0) continue;
    const places = new Map<string, number>();
    const place = (text: string): number => places.get(text) ?? (places.set(text, answers.push(text) - 1), answers.length - 1);
    for (const { winner, loser } of clear.sort((one, other) => one.lot - other.lot).slice(0, perPrompt)) {
      const [better, worse, first] = [place(winner), place(loser), draw() < 0.5];
      pairs.push({ prompt: prompts.length, a: first ? better : worse, b: first ? worse : better, target: first ? 1 : 0 });
    }
    prompts.push(prompt);
  }
  return { prompts, answers, pairs };
}
