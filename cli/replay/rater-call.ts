import { setTimeout } from 'node:timers/promises';
import axios, { isAxiosError, type AxiosInstance, type AxiosRequestConfig } from 'axios';
import { PairloopError, messageOf } from '../../core/errors.js';

/** How long one call may be repeated while a part is down, and how its pauses grow. */
const OUTAGE_MS_MAX = 180_000;
const PAUSE_MS_MIN = 250;
const PAUSE_MS_MAX = 5_000;
const CALL_MS_MAX = 70_000;

interface RaterReply {
  readonly status: number;
  readonly data: unknown;
}

/** Calls the gateway as one annotator. */
export interface RaterCall {
  /**
   * One request, repeated over outages (no answer, 429 or 5xx) for at most three minutes. Only for requests
   * that may be sent twice.
   *
   * @throws PairloopError when the outage lasts, saying what failed last.
   */
  (request: AxiosRequestConfig): Promise<RaterReply>;
}

/** @param onOutage is told each failure that is waited out. */
export function createRaterCall(gatewayUrl: string, token: string, onOutage: (reason: string) => void): RaterCall {
  const http: AxiosInstance = axios.create({
    baseURL: gatewayUrl,
    headers: { authorization: `Token ${token}` },
    timeout: CALL_MS_MAX,
    maxRedirects: 0,
    proxy: false,
    validateStatus: () => true,
  });
  return async (request) => {
    const start = performance.now();
    for (let pause = PAUSE_MS_MIN; ; pause = Math.min(pause * 2, PAUSE_MS_MAX)) {
      const reply = await attempt(http, request);
      if (typeof reply !== 'string') return reply;
      onOutage(reply);
      if (performance.now() - start > OUTAGE_MS_MAX) {
        throw new PairloopError(`The gateway at ${gatewayUrl} does not do its work for more than ${OUTAGE_MS_MAX / 1000} s (${reply}); see \`pairloop status\`, then run the same command again: it continues.`);
      }
      await setTimeout(pause);
    }
  };
}

/** The reply, or why there is none yet. */
async function attempt(http: AxiosInstance, request: AxiosRequestConfig): Promise<RaterReply | string> {
  try {
    const { status, data } = await http.request<unknown>(request);
    if (status < 500 && status !== 429) return { status, data };
    return `${request.url ?? ''}: ${status} ${detailOf(data)}`;
  } catch (error) {
    if (!isAxiosError(error)) throw error;
    return `${request.url ?? ''}: ${error.code ?? messageOf(error)}`;
  }
}

/** The sentence in an error's body, else nothing. */
export function detailOf(data: unknown): string {
  if (typeof data !== 'object' || data === null || !('detail' in data)) return '';
  return typeof data.detail === 'string' ? data.detail : JSON.stringify(data.detail);
}
