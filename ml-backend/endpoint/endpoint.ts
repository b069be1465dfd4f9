import axios, { isAxiosError, type AxiosInstance } from 'axios';
import { z } from 'zod';
import { PairloopError, messageOf } from '../../core/errors.js';
import { Budget, type BudgetLimits } from './budget.js';
import { retryAfterMs, retryDelayMs } from './retry-delay.js';

const ATTEMPTS_MAX = 5;
/** An endpoint that asks for a longer pause is not waited for. */
const RETRY_AFTER_MAX_MS = 120_000;
const REPLY_BYTES_MAX = 64 * 1024 * 1024;
const EXCERPT_CHARACTERS = 200;

export interface EndpointSettings {
  /** Up to and including the version, such as `https://api.example.com/v1`. */
  readonly url: string;
  /** Sent as a bearer token; never part of a message. */
  readonly apiKey?: string | undefined;
  /** For a whole request, its answer included. */
  readonly timeoutMs: number;
  readonly requestsPerMinute: number;
  readonly budget: BudgetLimits;
}

/** Time and chance, as arguments. */
export interface EndpointClock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** A number in [0, 1). */
  readonly random: () => number;
}

const usageSchema = z.object({ usage: z.object({ total_tokens: z.number().int().nonnegative() }).nullish() });

/**
 * An OpenAI-compatible HTTP endpoint. Requests start at least 60 s / `requestsPerMinute` apart. One that cannot be sent, times out, is
 * answered with 408, 429 or 5xx, or with nonsense is sent again, five times in all, each time later (`retryDelayMs`). Every sending counts
 * in the budget. Redirects are not followed, so that the key goes nowhere else.
 */
export class Endpoint {
  private readonly http: AxiosInstance;
  private readonly budget: Budget;
  private readonly url: string;
  private nextStartMs = 0;

  constructor(
    private readonly settings: EndpointSettings,
    private readonly clock: EndpointClock,
  ) {
    this.url = parseUrl(settings.url);
    this.budget = new Budget(settings.budget);
    this.http = axios.create({
      baseURL: this.url,
      headers: settings.apiKey === undefined ? {} : { Authorization: `Bearer ${settings.apiKey}` },
      maxRedirects: 0,
      maxContentLength: REPLY_BYTES_MAX,
      // Parsed here, so that an answer that is no JSON is known as such.
      responseType: 'text',
      transformResponse: (body: unknown) => body,
    });
  }

  /** What was spent so far. */
  get spent(): BudgetLimits {
    return this.budget.spent;
  }

  /**
   * Posts JSON and gives the answer as the schema parses it.
   *
   * @param tokensMost the most tokens that question and answer can have; held back until the endpoint says how many they had, and
   * counted in full when it does not say.
   * @throws BudgetSpentError before sending more than the budget allows.
   * @throws PairloopError naming the address, what it answered and what to do, when no attempt succeeds or another cannot help.
   */
  async post<T>(path: string, body: object, schema: z.ZodType<T>, tokensMost: number): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      this.budget.reserve(tokensMost);
      await this.waitForTurn();
      const outcome = await this.attempt(path, body, schema);
      this.budget.settle(tokensMost, outcome.tokens ?? tokensMost);
      if ('reply' in outcome) return outcome.reply;
      if (!outcome.again || attempt === ATTEMPTS_MAX) {
        throw new PairloopError(`${this.url}${path} ${outcome.problem}${attempt > 1 ? ` (attempt ${attempt} of ${ATTEMPTS_MAX})` : ''}.`);
      }
      // What the endpoint asks of one request holds for all that are under way.
      this.nextStartMs = Math.max(this.nextStartMs, this.clock.now() + outcome.retryAfterMs);
      await this.clock.sleep(retryDelayMs(attempt, outcome.retryAfterMs, this.clock.random()));
    }
  }

  private async waitForTurn(): Promise<void> {
    const now = this.clock.now();
    const start = Math.max(now, this.nextStartMs);
    this.nextStartMs = start + 60_000 / this.settings.requestsPerMinute;
    if (start > now) await this.clock.sleep(start - now);
  }

  private async attempt<T>(path: string, body: object, schema: z.ZodType<T>): Promise<Outcome<T>> {
    try {
      const { data } = await this.http.post<unknown>(path, body, { signal: AbortSignal.timeout(this.settings.timeoutMs) });
      return this.read(data, schema);
    } catch (error) {
      return this.explain(error);
    }
  }

  private read<T>(body: unknown, schema: z.ZodType<T>): Outcome<T> {
    const json = parseJson(String(body));
    const usage = usageSchema.safeParse(json);
    const tokens = usage.success ? usage.data.usage?.total_tokens : undefined;
    const parsed = schema.safeParse(json);
    if (parsed.success) return { reply: parsed.data, tokens };
    const where = json === undefined ? 'no JSON' : `not what was asked for (${parsed.error.issues[0]?.path.join('.') ?? ''}: ${parsed.error.issues[0]?.message ?? ''})`;
    return { problem: `answered with ${where}: ${this.excerpt(body)}`, again: true, retryAfterMs: 0, tokens };
  }

  /** The error itself holds the key among its headers, so only words of it go on. */
  private explain(error: unknown): Failure {
    const response = isAxiosError<unknown>(error) ? error.response : undefined;
    if (response === undefined) {
      const code = isAxiosError(error) ? error.code : undefined;
      const problem = code === 'ERR_CANCELED' ? `did not answer within ${this.settings.timeoutMs / 1_000} s` : `could not be asked (${this.hideKey(messageOf(error))})`;
      // What was sent and not answered may have been computed and billed.
      return { problem, again: true, retryAfterMs: 0, tokens: code !== undefined && NOT_SENT.has(code) ? 0 : undefined };
    }
    const { status, data } = response;
    const pause = retryAfterMs(response.headers['retry-after'], this.clock.now());
    const problem = `answered ${status}${HINTS[status] ?? ''}: ${this.excerpt(data)}`;
    if (pause > RETRY_AFTER_MAX_MS) return { problem: `${problem}; it asks to wait ${Math.ceil(pause / 1_000)} s, run this again then`, again: false, retryAfterMs: pause, tokens: 0 };
    return { problem, again: status === 408 || status === 429 || status >= 500, retryAfterMs: pause, tokens: 0 };
  }

  /** The start of an answer on one line. */
  private excerpt(body: unknown): string {
    const text = this.hideKey(String(body ?? '')).replaceAll(/[\s\p{C}]+/gu, ' ').trim();
    return text === '' ? 'an empty answer' : text.slice(0, EXCERPT_CHARACTERS);
  }

  /** Some servers repeat the key they refuse. */
  private hideKey(text: string): string {
    const { apiKey } = this.settings;
    return apiKey === undefined ? text : text.replaceAll(apiKey, '[hidden]');
  }
}

interface Failure {
  /** Completes "ADDRESS …". */
  readonly problem: string;
  /** Whether another attempt may help. */
  readonly again: boolean;
  readonly retryAfterMs: number;
  /** Undefined: not known. */
  readonly tokens: number | undefined;
}
type Outcome<T> = { readonly reply: T; readonly tokens: number | undefined } | Failure;

const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

const HINTS: Readonly<Record<number, string>> = {
  401: ' (it refuses the API key)',
  403: ' (it refuses the API key, or the model for this key)',
  404: ' (check the address, up to and including /v1, and the model)',
};

/** @throws PairloopError (usage) when it is no plain http(s) address. A name and password in it would stand in messages. */
function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new PairloopError(`${text} is no address of an endpoint; give one such as https://api.example.com/v1.`, 'usage');
  if (url.username !== '' || url.password !== '' || url.search !== '') throw new PairloopError(`The address of the endpoint ${url.host} has a name, password or query in it; give it without, and the key as a setting.`, 'usage');
  return text.replace(/\/+$/, '');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
