/** Calls `onSignal` for every request to stop; the promise resolves at the first. */
export function onStopSignals(onSignal: () => void): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        onSignal();
        resolve();
      });
    }
  });
}
