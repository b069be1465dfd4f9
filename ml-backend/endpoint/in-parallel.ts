/**
 * Does the work for each item, at most `most` at a time, begun in their order. After a failure nothing more is begun; what is
 * under way is waited for, then the first failure is thrown.
 */
export async function inParallel<T>(items: readonly T[], most: number, work: (item: T, place: number) => Promise<void>): Promise<void> {
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const worker = async (): Promise<void> => {
    while (failure === undefined && next < items.length) {
      const place = next++;
      try {
        await work(items[place]!, place);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  if (failure !== undefined) throw failure.error;
}
