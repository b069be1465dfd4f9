import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { Refusal } from './refusal.js';

/** Largest submission that is taken: far above any judgement, far below what would hurt. */
const SUBMISSION_BYTES_MAX = 1_000_000;

/**
 * Reads a request's whole body. What is too large is read to its end but not kept, so that the client
 * gets to see the answer.
 *
 * @throws Refusal (413) above `bytesMax`, (400) when the client breaks off.
 */
export function readRequestBody(req: IncomingMessage, bytesMax = SUBMISSION_BYTES_MAX): Promise<Buffer> {
  const tooLarge = new Refusal(
    413,
    `Not saved: the submission is larger than ${bytesMax / 1_000_000} MB; shorten its longest text and try again.`,
  );
  if (Number(req.headers['content-length'] ?? 0) > bytesMax) return Promise.reject(tooLarge);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= bytesMax) chunks.push(chunk);
      else {
        chunks.length = 0;
        reject(tooLarge);
      }
    });
    req.on('end', () => resolve(Buffer.concat(chunks)));
    req.on('close', () => reject(new Refusal(400, 'Not saved: the request broke off before all of it arrived; try again.')));
    req.on('error', () => {});
  });
}

/**
 * Reads a request's body as a JSON object.
 *
 * @throws Refusal (415) when it is not sent as JSON, (400) when it is no JSON object.
 */
export function readJsonObject(req: IncomingMessage, bytes: Buffer): Record<string, unknown> {
  if (req.headers['content-type']?.toLowerCase().startsWith('application/json') !== true) {
    throw new Refusal(415, 'Not saved: it must be sent as application/json.');
  }
  const parsed = z.record(z.string(), z.unknown()).safeParse(parseJson(bytes));
  if (!parsed.success) throw new Refusal(400, 'Not saved: what was sent is not a JSON object.');
  return parsed.data;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
