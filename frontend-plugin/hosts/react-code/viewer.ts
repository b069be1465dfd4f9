import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { DisplayedOrder } from '../../../core/domain/verdict.js';

const KEY = 'pairloop-viewer';

/**
 * A random id for whoever uses this browser, because ReactCode tells no user: kept by the browser where it
 * lets us, else (a sandboxed frame) only as long as the page, which is what `fallback` is for.
 */
export function viewerId(storage: () => Pick<Storage, 'getItem' | 'setItem'>, fallback: string): string {
  try {
    const kept = storage().getItem(KEY);
    if (kept !== null) return kept;
    storage().setItem(KEY, fallback);
  } catch {
    // A sandboxed frame throws at the mere mention of its storage.
  }
  return fallback;
}

/**
 * The order in which a viewer sees a pair, by the rule of `presentationOrder` (core/domain), which cannot run
 * in a browser. `salt` lies open in the label config: this balances the sides, it hides nothing.
 */
export function viewerOrder(salt: string, viewer: string, pair: string): DisplayedOrder {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  return (hmac(sha256, bytes(salt), bytes(`presentation\0${viewer}\0${pair}`))[0]! & 1) === 0 ? 'ab' : 'ba';
}
