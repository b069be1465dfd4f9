import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineCommand } from 'citty';
import { z } from 'zod';
import { loadConfig } from '../../core/config.js';
import { consentSchema, type IncomingPair } from '../../core/domain/pair.js';
import { PairloopError, messageOf } from '../../core/errors.js';
import { Endpoint } from '../../ml-backend/endpoint/endpoint.js';
import type { Redact } from '../../ml-backend/pool/incoming-content.js';
import { parsePairsFile } from '../../ml-backend/pool/pairs-file.js';
import { AnswersFile } from '../../ml-backend/uncertainty/judge/answers-file.js';
import { runJudge } from '../../ml-backend/uncertainty/judge/run-judge.js';
import { createRedactor } from '../../webhooks/privacy/redact.js';
import { whyWithheld } from '../../webhooks/privacy/release.js';
import { parseWholeNumber } from '../number-argument.js';
import { createSteps } from '../step-lines.js';
import { count } from '../vote-words.js';

const BASES = consentSchema.shape.basis.options;
const IDS_SHOWN_MAX = 5;
const MANY = 1_000_000_000;

export const judgeRunCommand = defineCommand({
  meta: {
    name: 'run',
    description: 'Ask an LLM judge about each pair of a file, in both orders. Texts leave this machine: redacted, and only those with consent or another legal basis. The key is read from PAIRLOOP_JUDGE_API_KEY.',
  },
  args: {
    pairs: { type: 'positional', required: true, valueHint: 'PAIRS', description: 'JSONL or CSV, as for pairloop pairs import.' },
    endpoint: { type: 'string', required: true, valueHint: 'URL', description: 'OpenAI-compatible, up to and including the version, such as https://api.example.com/v1.' },
    model: { type: 'string', required: true, valueHint: 'NAME', description: 'The model to ask.' },
    out: { type: 'string', required: true, valueHint: 'FILE.jsonl', description: 'Answers are added here as they come; what it has already is not asked again. For pairloop judge triage.' },
    name: { type: 'string', valueHint: 'NAME', description: "The judge's name in the answers; the model's unless given." },
    guideline: { type: 'string', valueHint: 'FILE', description: 'A text to judge by, added to the question.' },
    parameters: { type: 'string', default: '{}', valueHint: 'JSON', description: 'Put over the request, null takes one out: \'{"max_tokens": null, "max_completion_tokens": 4000}\'.' },
    consent: { type: 'string', valueHint: BASES.join('|'), description: 'Legal basis of the pairs that name none of their own.' },
    'as-is': { type: 'boolean', default: false, description: 'Send the texts as they are in the file, without redaction.' },
    'max-requests': { type: 'string', default: '2000', valueHint: 'N', description: 'Budget of this run; repeated requests count.' },
    'max-tokens': { type: 'string', default: '2000000', valueHint: 'N', description: 'Budget of this run, questions and answers.' },
    'requests-per-minute': { type: 'string', default: '60', valueHint: 'N', description: 'Rate limit.' },
    parallel: { type: 'string', default: '4', valueHint: 'N', description: 'Requests under way at a time.' },
    timeout: { type: 'string', default: '60', valueHint: 'SECONDS', description: 'For one request, its answer included.' },
    json: { type: 'boolean', default: false, description: 'Print one JSON document.' },
  },
  async run({ args }) {
    const endpoint = new Endpoint(
      {
        url: args.endpoint,
        apiKey: loadConfig().judgeApiKey,
        timeoutMs: parsePositive('--timeout', args.timeout, 3_600) * 1_000,
        requestsPerMinute: parsePositive('--requests-per-minute', args['requests-per-minute'], 1_000_000),
        budget: { requests: parsePositive('--max-requests', args['max-requests'], MANY), tokens: parsePositive('--max-tokens', args['max-tokens'], MANY) },
      },
      { now: () => Date.now(), sleep, random: () => Math.random() },
    );
    const question = {
      model: args.model,
      judge: args.name ?? args.model,
      guideline: await readGuideline(args.guideline),
      parameters: parseParameters(args.parameters),
      parallel: parsePositive('--parallel', args.parallel, 64),
      ...howTextsLeave(args['as-is']),
    };
    const { pairs } = await parsePairsFile(args.pairs);
    refuseWithheld(pairs, question.textsVersion, args.consent);
    const answers = await AnswersFile.open(args.out);
    const steps = createSteps(process.stderr);
    const step = steps.begin(`Asking ${question.judge} about ${count(pairs.length, 'pair')} in both orders`);
    let done = 0;
    try {
      const onProgress = (answered: number, total: number): void => {
        done = answered;
        step.report(`${answered} of ${total} answers`);
      };
      const { asked, known, unreadable } = await runJudge(pairs, endpoint, answers, { ...question, now: () => new Date(), onProgress });
      step.done('done');
      const { requests, tokens } = endpoint.spent;
      const words = `${count(asked, 'answer')} added to ${args.out} (${unreadable} without a verdict), ${known} were there already; ${count(requests, 'request')}, ${count(tokens, 'token')}.`;
      process.stdout.write(args.json ? `${JSON.stringify({ asked, known, unreadable, requests, tokens })}\n` : `${words}\n`);
    } catch (error) {
      if (!(error instanceof PairloopError) || error.kind === 'usage') throw error;
      throw new PairloopError(`${error.message} ${args.out} has ${done} of ${pairs.length * 2} answers; run the same command again to go on.`);
    } finally {
      steps.close();
      await answers.close();
    }
  },
});

function parsePositive(option: string, text: string, most: number): number {
  const value = parseWholeNumber(option, text, most);
  if (value === 0) throw new PairloopError(`${option} is 0; give a whole number from 1 to ${most}.`, 'usage');
  return value;
}

async function readGuideline(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new PairloopError(`The guideline ${path} cannot be read (${messageOf(error)}); check the path.`, 'usage', { cause: error });
  });
}

function parseParameters(text: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    throw new PairloopError(`--parameters is ${text}; give a JSON object, such as '{"temperature": 1}'.`, 'usage');
  }
}

/** A secret of this run alone: who receives the tokens cannot test a guess of what they stand for. */
function howTextsLeave(asIs: boolean): { redact: Redact; textsVersion: string } {
  if (asIs) return { redact: (text) => ({ text, counts: {} }), textsVersion: 'as-is' };
  const redactor = createRedactor(randomBytes(32).toString('hex'));
  return { redact: redactor.redact, textsVersion: redactor.version };
}

/** The rule of release, before anything is sent. */
function refuseWithheld(pairs: readonly IncomingPair[], redactionVersion: string, basis: string | undefined): void {
  const given = BASES.find((one) => one === basis);
  if (basis !== undefined && given === undefined) throw new PairloopError(`--consent ${basis} is not a legal basis; give ${BASES.join(', ')}.`, 'usage');
  const consent = given === undefined ? null : { basis: given };
  const withheld = pairs.filter((pair) => whyWithheld({ consent: pair.consent ?? consent, redactionVersion }) !== null);
  if (withheld.length === 0) return;
  const shown = withheld.slice(0, IDS_SHOWN_MAX).map(({ id }) => JSON.stringify(id)).join(', ');
  const more = withheld.length > IDS_SHOWN_MAX ? `, … (${withheld.length} in all)` : '';
  throw new PairloopError(`Without consent or another legal basis no text leaves this machine; the file has none for ${shown}${more}. Give each pair "consent", or --consent BASIS for all. Nothing was sent.`, 'usage');
}
