import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that systems hand to outgoing connections (from 32,768 on Linux), which take a free one at any moment. */
const FIRST_MIN = 12_000;
const FIRST_MAX = 32_000;

/** A loopback port that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const [port] = await freePortRun(1);
  return port;
}

/** `count` ports in a row, free at the moment; returns them in order. Random, so that test processes at the same time seldom meet. */
export async function freePortRun(count: number): Promise<[number, ...number[]]> {
  for (;;) {
    const first = randomInt(FIRST_MIN, FIRST_MAX);
    const ports: [number, ...number[]] = [first, ...Array.from({ length: count - 1 }, (_, index) => first + 1 + index)];
    const free = await Promise.all(ports.map(isFree));
    if (free.every(Boolean)) return ports;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
