import { createServer } from 'node:net';
import { PairloopError } from '../errors.js';

/** Whether this address can be listened on now. */
function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(new PairloopError(`Port ${port} of ${host} cannot be listened on: ${error.message}. Set PAIRLOOP_HOST and PAIRLOOP_PORT to an address of this machine.`));
    });
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * @param wantedBy - who was to listen there, as a person would say it ("the gateway").
 * @throws PairloopError naming the port, who wanted it and how to choose others, when another process listens there.
 */
export async function assertPortFree(port: number, host: string, wantedBy: string): Promise<void> {
  if (await isFree(port, host)) return;
  throw new PairloopError(
    `Port ${port} of ${host}, wanted by ${wantedBy}, is in use by another process. Stop that process, or set PAIRLOOP_PORT: Pairloop uses that port and the five after it.`,
  );
}
