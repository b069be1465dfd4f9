/** Something that is loaded when it is first wanted. A failed load is tried again by the next who wants it. */
export class Lazy<T> {
  private value: T | undefined;
  private loading = false;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly load: () => Promise<T>) {}

  /** What was loaded; undefined while it was not. */
  readonly current = (): T | undefined => this.value;

  /** Asks for it, and calls `listener` when it is there. Returns the way to stop. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    if (this.value === undefined && !this.loading) void this.start();
    return () => this.listeners.delete(listener);
  };

  private async start(): Promise<void> {
    this.loading = true;
    try {
      this.value = await this.load();
      for (const listener of this.listeners) listener();
    } catch {
      // The text stays as it is without it: a page that was open during an upgrade cannot load what is gone.
    } finally {
      this.loading = false;
    }
  }
}
