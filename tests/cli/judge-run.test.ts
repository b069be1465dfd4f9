import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { judgeRunCommand } from '../../cli/commands/judge-run.js';
import { messageOf } from '../../core/errors.js';
import { packagePath } from '../../core/package-root.js';
import { AnswersFile } from '../../ml-backend/uncertainty/judge/answers-file.js';
import { answerKey, judgeRequest, readAnswer, tokensMost } from '../../ml-backend/uncertainty/judge/judge-prompt.js';
import { readVerdictsFile } from '../../ml-backend/uncertainty/judge/verdicts-file.js';
import { startFakeEndpoint, type FakeEndpoint, type FakeReply } from '../support/fake-endpoint.js';
import { runInProcess } from '../support/run-command.js';
import { waitFor } from '../support/wait-for.js';

const started: FakeEndpoint[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const endpoint of started.splice(0)) await endpoint.close();
});

const requestSchema = z.object({ model: z.string(), messages: z.array(z.object({ role: z.string(), content: z.string() })) });
const shownSchema = z.object({ prompt: z.string().optional(), response_a: z.string(), response_b: z.string() });
/** What a judge was shown. */
const shownIn = (body: string) => shownSchema.parse(JSON.parse(requestSchema.parse(JSON.parse(body)).messages[1]!.content));

const says = (verdict: string, confidence = 0.8): FakeReply => ({ body: { choices: [{ message: { content: JSON.stringify({ verdict, confidence }) } }], usage: { total_tokens: 100 } } });

/** A judge that prefers the longer response, and what is shown first where both are as long. */
async function startJudge(answer?: (body: string, nth: number) => FakeReply | undefined | Promise<FakeReply | undefined>): Promise<FakeEndpoint> {
  const fake = await startFakeEndpoint(async ({ body }, nth) => {
    const given = await answer?.(body, nth);
    if (given !== undefined) return given;
    const { response_a: a, response_b: b } = shownIn(body);
    return says(a.length >= b.length ? 'a' : 'b');
  });
  started.push(fake);
  return fake;
}

const consent = { basis: 'synthetic' };
const PAIRS = [
  { id: 'p1', prompt: 'Say more.', response_a: 'A long answer.', response_b: 'Short.', consent },
  { id: 'p2', prompt: 'Say less.', response_a: 'Short.', response_b: 'A long answer.', consent },
  { id: 'p3', prompt: 'Any.', response_a: 'Red.', response_b: 'Sky.', consent },
];

function place(pairs: readonly object[] = PAIRS): { pairs: string; out: string } {
  const folder = mkdtempSync(join(tmpdir(), 'pairloop-judge-run-'));
  writeFileSync(join(folder, 'pairs.jsonl'), pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(''));
  return { pairs: join(folder, 'pairs.jsonl'), out: join(folder, 'answers.jsonl') };
}

function argsOf(fake: FakeEndpoint, { pairs, out }: { pairs: string; out: string }, ...more: string[]): string[] {
  return [pairs, '--endpoint', fake.url, '--model', 'm1', '--out', out, '--requests-per-minute', '1000000', ...more];
}

const call = async (fake: FakeEndpoint, files: { pairs: string; out: string }, ...more: string[]): Promise<unknown> =>
  JSON.parse((await runInProcess(judgeRunCommand, [...argsOf(fake, files, ...more), '--json'])).stdout);
const problem = (run: Promise<unknown>): Promise<string> => run.then(() => 'nothing was thrown', messageOf);

describe('pairloop judge run', () => {
  test('asks in both orders; triage reads what it writes', async () => {
    const fake = await startJudge();
    const files = place();
    expect(await call(fake, files)).toEqual({ asked: 6, known: 0, unreadable: 0, requests: 6, tokens: 600 });
    expect(await readVerdictsFile(files.out).then((votes) => votes.toSorted((one, other) => (one.item < other.item ? -1 : 1)))).toEqual([
      { item: 'p1', judge: 'm1', ab: 'a', ba: 'a', confidence: 0.8 },
      { item: 'p2', judge: 'm1', ab: 'b', ba: 'b', confidence: 0.8 },
      { item: 'p3', judge: 'm1', ab: 'a', ba: 'b', confidence: 0.8 },
    ]);
    const [first] = readFileSync(files.out, 'utf8').split('\n');
    expect(JSON.parse(first!)).toMatchObject({ item: 'p1', prompt_version: 'judge-1', key: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  test('asks nothing twice: neither what is there, nor after a line that was cut off', async () => {
    const fake = await startJudge();
    const files = place();
    await call(fake, files);
    expect(await call(fake, files)).toMatchObject({ asked: 0, known: 6, requests: 0 });
    const whole = readFileSync(files.out, 'utf8');
    writeFileSync(files.out, whole.slice(0, -20));
    expect(await call(fake, files)).toMatchObject({ asked: 1, known: 5 });
    expect(readFileSync(files.out, 'utf8').split('\n').filter((line) => line !== '')).toHaveLength(6);
    expect(fake.requests).toHaveLength(7);
  });

  test('refuses to mix answers to other questions, and a file that is not its own, which stays as it is', async () => {
    const fake = await startJudge();
    const files = place();
    await call(fake, files);
    for (const more of [['--parameters', '{"temperature":1}'], ['--as-is']]) expect(await problem(call(fake, files, ...more))).toContain('to another question');
    expect(await call(fake, files, '--parameters', '{"temperature":1}', '--name', 'm1 warm')).toMatchObject({ asked: 6 });
    expect(fake.requests).toHaveLength(12);
    for (const foreign of ['my notes', '{"id":"p1"}\n{"id":"p2"}', '{"id":"p1"}\n{"item":"p']) {
      writeFileSync(files.out, foreign);
      expect(await problem(call(fake, files)), foreign).toContain('give another file with --out');
      expect(readFileSync(files.out, 'utf8')).toBe(foreign);
    }
  });

  test('writes to a file that no other run writes to', async () => {
    const fake = await startJudge();
    const files = place();
    const first = await AnswersFile.open(files.out);
    expect(await problem(call(fake, files))).toContain(`Another pairloop judge run writes to ${files.out}`);
    await first.close();
    expect(await call(fake, files)).toMatchObject({ asked: 6 });
  });

  test('stores what cannot be read as no answer', async () => {
    const fake = await startJudge((_, nth) => (nth === 0 ? { body: { choices: [{ message: { content: 'I prefer the first.' } }] } } : undefined));
    const files = place(PAIRS.slice(0, 1));
    expect(await call(fake, files, '--parallel', '1')).toMatchObject({ asked: 2, unreadable: 1 });
    expect(await readVerdictsFile(files.out)).toEqual([{ item: 'p1', judge: 'm1', ab: null, ba: 'a', confidence: 0.8 }]);
  });

  test('stops at its budget, says how far it came, and goes on from there', async () => {
    const fake = await startJudge();
    const files = place();
    expect(await problem(call(fake, files, '--max-requests', '4'))).toBe(`The budget of 4 requests is spent. ${files.out} has 4 of 6 answers; run the same command again to go on.`);
    expect(await problem(call(fake, files, '--max-tokens', '10'))).toContain('The budget of 10 tokens is spent: 0 were used, and the next request may take');
    expect(await call(fake, files, '--max-requests', '4')).toMatchObject({ asked: 2, known: 4, requests: 2 });
  });

  test('stores the answers that were under way when another request failed', async () => {
    const fake = await startJudge(async (_, nth) => {
      if (nth === 0) return { status: 400, body: 'no such model' };
      await waitFor('the refusal', async () => (fake.requests.length >= 3 ? true : undefined));
      return undefined;
    });
    const files = place();
    expect(await problem(call(fake, files, '--parallel', '3'))).toContain('answered 400: no such model. ');
    expect(await readVerdictsFile(files.out)).not.toEqual([]);
  });

  test('killed with kill -9, it goes on where it was', async () => {
    const fake = await startJudge(async (_, nth) => (nth === 3 ? 'silent' : undefined));
    const files = place();
    const main = `import { runnerImport } from 'vite'; await runnerImport(${JSON.stringify(packagePath('cli', 'main.ts'))});`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', main, 'pairloop', 'judge', 'run', ...argsOf(fake, files, '--parallel', '1')], { cwd: packagePath(), stdio: 'ignore' });
    await waitFor('three answers', async () => (fake.requests.length === 4 ? true : undefined));
    child.kill('SIGKILL');
    await new Promise((done) => child.once('exit', done));
    appendFileSync(files.out, '{"item":"p2","jud');
    expect(await call(fake, files)).toEqual({ asked: 3, known: 3, unreadable: 0, requests: 3, tokens: 300 });
    expect((await readVerdictsFile(files.out)).flatMap(({ ab, ba }) => [ab, ba])).not.toContain(null);
  });
});

describe('texts that leave the machine', () => {
  const pair = { id: 'p1', prompt: 'Write to ann@example.org.', response_a: 'I wrote to ann@example.org.', response_b: 'No.', consent };

  test('are redacted, unless told otherwise', async () => {
    const fake = await startJudge();
    await call(fake, place([pair]));
    for (const { body } of fake.requests) {
      expect(body).not.toContain('ann@example.org');
      expect(shownIn(body).prompt).toMatch(/^Write to \[EMAIL_[0-9a-f]{12}\]\.$/);
    }
    await call(fake, place([pair]), '--as-is');
    expect(shownIn(fake.requests[2]!.body).prompt).toBe(pair.prompt);
  });

  test('have consent or another legal basis, or nothing is sent', async () => {
    const fake = await startJudge();
    const files = place([pair, { ...pair, id: 'p2', consent: undefined }]);
    expect(await problem(call(fake, files))).toContain('the file has none for "p2". Give each pair "consent", or --consent BASIS for all. Nothing was sent.');
    expect(await problem(call(fake, files, '--consent', 'yes'))).toContain('--consent yes is not a legal basis');
    expect(fake.requests).toHaveLength(0);
    expect(await call(fake, files, '--consent', 'public')).toMatchObject({ asked: 4 });
  });

  test('go with the key of the setting, which stands nowhere else', async () => {
    vi.stubEnv('PAIRLOOP_JUDGE_API_KEY', 'sk-judge-9');
    const fake = await startJudge((_, nth) => (nth === 2 ? { status: 403, body: 'sk-judge-9 may not' } : undefined));
    const files = place();
    const message = await problem(call(fake, files, '--parallel', '1'));
    expect(fake.requests[0]!.headers.authorization).toBe('Bearer sk-judge-9');
    expect(message).toContain('[hidden] may not');
    expect(message + readFileSync(files.out, 'utf8')).not.toContain('sk-judge-9');
  });
});

describe('the question', () => {
  const question = { model: 'm1', parameters: {} };

  test('quotes the texts so that none can end its quotation, and says the same in both orders', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (prompt, responseA, responseB) => {
        const texts = { prompt, responseA, responseB };
        const [ab, ba] = (['ab', 'ba'] as const).map((order) => requestSchema.parse(judgeRequest(question, texts, order)));
        expect(JSON.parse(ab!.messages[1]!.content)).toEqual({ prompt, response_a: responseA, response_b: responseB });
        expect(JSON.parse(ba!.messages[1]!.content)).toEqual({ prompt, response_a: responseB, response_b: responseA });
        const other = requestSchema.parse(judgeRequest(question, { prompt: 'x', responseA: 'y', responseB: 'z' }, 'ab'));
        expect(ab!.messages).toHaveLength(2);
        expect([ab!.messages[0], ba!.messages[0]]).toEqual([other.messages[0], other.messages[0]]);
      }),
    );
  });

  test('takes parameters over its own, without those that are null', () => {
    const body = judgeRequest({ ...question, parameters: { temperature: null, max_tokens: null, max_completion_tokens: 4_000 } }, { responseA: 'a', responseB: 'b' }, 'ab');
    expect(body).not.toHaveProperty('temperature');
    expect(body).not.toHaveProperty('max_tokens');
    expect(tokensMost(body)).toBe(Buffer.byteLength(JSON.stringify(body)) + 4_000);
  });

  test('has a key of everything that decides the answer', () => {
    const texts = { prompt: 'p', responseA: 'a', responseB: 'b' };
    const keys = [
      answerKey(question, texts, 'basic-1', 'ab'),
      answerKey(question, texts, 'basic-1', 'ba'),
      answerKey(question, texts, 'as-is', 'ab'),
      answerKey({ ...question, model: 'm2' }, texts, 'basic-1', 'ab'),
      answerKey({ ...question, guideline: 'g' }, texts, 'basic-1', 'ab'),
      answerKey({ ...question, parameters: { seed: 1 } }, texts, 'basic-1', 'ab'),
      answerKey(question, { ...texts, prompt: 'q' }, 'basic-1', 'ab'),
      answerKey(question, { ...texts, responseA: 'c' }, 'basic-1', 'ab'),
      answerKey(question, { ...texts, responseB: 'c' }, 'basic-1', 'ab'),
      answerKey(question, { ...texts, messages: [{ role: 'user', content: 'p' }] }, 'basic-1', 'ab'),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });
});

test('an answer is read in the pair\'s sides, with words and fences around it, and only when it is one', () => {
  const json = '{"verdict": "a", "confidence": 0.9}';
  expect(readAnswer(json, 'ab')).toEqual({ verdict: 'a', confidence: 0.9 });
  expect(readAnswer(`Sure:\n\`\`\`json\n${json}\n\`\`\``, 'ba')).toEqual({ verdict: 'b', confidence: 0.9 });
  expect(readAnswer('{"verdict": "tie", "confidence": 1}', 'ba')).toEqual({ verdict: 'tie', confidence: 1 });
  for (const none of [null, undefined, '', '{}', '{"verdict": "A", "confidence": 0.9}', '{"verdict": "a", "confidence": 90}', '{"verdict": "a"}', `${json} {"verdict": "b", "confidence": 0.9}`]) {
    expect(readAnswer(none, 'ab'), String(none)).toMatchObject({ verdict: null, problem: expect.stringContaining('the reply holds') });
  }
});
