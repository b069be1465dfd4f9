/** The largest event taken in. A bulk action posts all its annotations with their tasks at once: 16 MiB hold some 3,000. */
export const BODY_BYTES_MAX = 16 * 1024 * 1024;
/** Bytes of bodies held at once, and how many: what comes beyond is refused instead of queued in memory. */
const HELD_BYTES_MAX = 64 * 1024 * 1024;
const HELD_MAX = 256;

/**
 * Bounds what the service holds in memory. `take` reserves the announced length of a body (the largest
 * allowed when none is announced) and returns the function that gives it back, or undefined when the
 * budget is spent. Giving back twice counts once.
 */
export class BodyBudget {
  private held = 0;
  private heldBytes = 0;

  take(announcedBytes: number | undefined): (() => void) | undefined {
    const bytes = Math.min(announcedBytes ?? BODY_BYTES_MAX, BODY_BYTES_MAX);
    if (this.held + 1 > HELD_MAX || this.heldBytes + bytes > HELD_BYTES_MAX) return undefined;
    this.held += 1;
    this.heldBytes += bytes;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.held -= 1;
      this.heldBytes -= bytes;
    };
  }
}
