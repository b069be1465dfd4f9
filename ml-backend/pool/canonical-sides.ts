import { createHmac } from 'node:crypto';

/**
 * Whether a pair's sides change places at import: one bit of HMAC-SHA-256(secret, "sides\0" + id), so
 * that canonical A says nothing about the model, and importing again gives the same sides.
 */
export function swapsSides(secret: string, pairId: string): boolean {
  const digest = createHmac('sha256', secret).update(`sides\0${pairId}`).digest();
  return (digest[0]! & 1) === 1;
}
