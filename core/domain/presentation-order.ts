import { createHmac } from 'node:crypto';
import type { DisplayedOrder } from './verdict.js';

/**
 * The left to right order in which one annotator sees one pair: deterministic, so that re-opening
 * shows the same, and secret, so that nobody can work out which side is canonical A.
 * One bit of HMAC-SHA-256(secret, "presentation\0rater\0pair"), so either order has probability 1/2.
 */
export function presentationOrder(secret: string, raterId: string, pairOpaqueId: string): DisplayedOrder {
  const digest = createHmac('sha256', secret).update(`presentation\0${raterId}\0${pairOpaqueId}`).digest();
  return (digest[0]! & 1) === 0 ? 'ab' : 'ba';
}
