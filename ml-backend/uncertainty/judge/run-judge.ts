import { z } from 'zod';
import type { IncomingPair } from '../../../core/domain/pair.js';
import { displayedOrderSchema, type DisplayedOrder } from '../../../core/domain/verdict.js';
import type { Endpoint } from '../../endpoint/endpoint.js';
import { inParallel } from '../../endpoint/in-parallel.js';
import { redactPair, type Redact } from '../../pool/incoming-content.js';
import type { AnswersFile } from './answers-file.js';
import { JUDGE_PROMPT_VERSION, answerKey, judgeRequest, readAnswer, tokensMost, type JudgeQuestion, type JudgedTexts } from './judge-prompt.js';

export interface JudgeRunOptions extends JudgeQuestion {
  /** Name of the judge in the answers. */
  readonly judge: string;
  /** What is done to a text before it leaves this machine, and the version of that. */
  readonly redact: Redact;
  readonly textsVersion: string;
  /** Requests under way at a time. */
  readonly parallel: number;
  readonly now: () => Date;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface JudgeRunResult {
  /** Answers asked for now, those the file had already, and of the former those without a verdict. */
  readonly asked: number;
  readonly known: number;
  readonly unreadable: number;
}

const replySchema = z.object({ choices: z.array(z.object({ message: z.object({ content: z.string().nullish() }) })).min(1) });

interface Question {
  readonly pair: IncomingPair;
  readonly order: DisplayedOrder;
  readonly key: string;
}

/**
 * Asks a judge about each pair, once with response A first and once with B first, and adds each answer to the file as it comes. What
 * the file has already is not asked again. After a failure no further request is begun; those under way are still stored, then the failure is thrown.
 *
 * @throws PairloopError of the endpoint, of its budget, or (before anything is asked) when the file answers another question.
 */
export async function runJudge(pairs: readonly IncomingPair[], endpoint: Endpoint, answers: AnswersFile, options: JudgeRunOptions): Promise<JudgeRunResult> {
  const all = pairs.flatMap((pair) => displayedOrderSchema.options.map((order): Question => ({ pair, order, key: answerKey(options, textsOf(pair), options.textsVersion, order) })));
  const open = all.filter(({ pair, order, key }) => !answers.has({ item: pair.id, judge: options.judge, order, key }));
  const known = all.length - open.length;
  options.onProgress?.(known, all.length);
  let asked = 0;
  let unreadable = 0;
  await inParallel(open, options.parallel, async (question) => {
    const { verdict } = await ask(question, endpoint, answers, options);
    asked += 1;
    if (verdict === null) unreadable += 1;
    options.onProgress?.(known + asked, all.length);
  });
  return { asked, known, unreadable };
}

async function ask({ pair, order, key }: Question, endpoint: Endpoint, answers: AnswersFile, options: JudgeRunOptions) {
  const body = judgeRequest(options, textsOf(redactPair(pair, options.redact).pair), order);
  const reply = await endpoint.post('/chat/completions', body, replySchema, tokensMost(body));
  const answer = readAnswer(reply.choices[0]!.message.content, order);
  await answers.append({ item: pair.id, judge: options.judge, order, ...answer, key, prompt_version: JUDGE_PROMPT_VERSION, at: options.now().toISOString() });
  return answer;
}

function textsOf({ prompt, messages, response_a, response_b }: IncomingPair): JudgedTexts {
  return { prompt, messages, responseA: response_a, responseB: response_b };
}
