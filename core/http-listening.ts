import type { Server } from 'node:http';
import { PairloopError, messageOf } from './errors.js';

/** Where a server of ours listens. `name` stands in the message, such as "The gateway". */
export interface ListeningPlace {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** What to do when the port is taken, in the imperative; without it, to set PAIRLOOP_PORT. */
  readonly remedy?: string;
}

/** @throws PairloopError when the port is in use or may not be opened, naming it and the way out. */
export async function listenAt(server: Server, { name, host, port, remedy = 'choose another port with PAIRLOOP_PORT' }: ListeningPlace): Promise<void> {
  await new Promise<void>((done, fail) => {
    server.once('error', (error: Error & { code?: string }) => {
      const reason = error.code === 'EADDRINUSE' ? 'another program uses it' : messageOf(error);
      fail(new PairloopError(`${name} cannot listen on ${host}:${port}: ${reason}. Stop that program, or ${remedy}.`));
    });
    server.listen(port, host, done);
  });
}

/** Takes no more connections, and lets requests under way finish for at most `withinMs`. */
export async function closeServer(server: Server, withinMs: number): Promise<void> {
  const force = setTimeout(() => server.closeAllConnections(), withinMs);
  await new Promise((done) => {
    server.close(done);
    server.closeIdleConnections();
  });
  clearTimeout(force);
}
