import { createServer, type AddressInfo } from 'node:net';

/** A loopback port that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const [port] = await freePortRun(1);
  return port;
}

/**
 * `count` ports in a row, free at the moment; returns them in order. The system starts two random ports far apart,
 * so that test processes at the same time seldom meet.
 */
export async function freePortRun(count: number): Promise<[number, ...number[]]> {
  for (;;) {
    const first = await listenOnce(0);
    if (first === undefined || first + count > 65_000) continue;
    const rest = await Promise.all(Array.from({ length: count - 1 }, (_, index) => listenOnce(first + 1 + index)));
    if (rest.every((port) => port !== undefined)) return [first, ...rest];
  }
}

function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const { port: given } = server.address() as AddressInfo;
      server.close(() => resolve(given));
    });
  });
}
