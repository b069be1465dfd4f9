import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import type { Db } from '../../core/database/connect.js';
import { ensureSecrets } from '../../core/database/secrets.js';
import { startGateway } from '../../frontend-plugin/gateway/gateway.js';

/** A gateway before a stand-in for Label Studio that knows every `Token user-N` as user N and stores whatever it is sent. */
export interface SmallGateway {
  /** Calls the gateway as a user; `undefined` sends no credentials. */
  call(path: string, user: number | undefined, init?: RequestInit): Promise<Response>;
  /** Posts or patches JSON as a user. */
  send(path: string, user: number | undefined, body: unknown, method?: 'POST' | 'PATCH'): Promise<Response>;
  /** Bodies of the submissions that reached the stand-in. */
  readonly stored: unknown[];
  /** The gateway's clock; the real one unless set. */
  now: Date | undefined;
  close(): Promise<void>;
}

export async function startSmallGateway(db: Db): Promise<SmallGateway> {
  const stored: unknown[] = [];
  const labelStudio = await startStandIn(stored);
  const small = { stored, now: undefined as Date | undefined };
  const gateway = await startGateway({
    config: { host: '127.0.0.1', port: 0, publicUrl: 'https://pairs.example', mlBackendUrl: 'http://127.0.0.1:9', webhooksUrl: 'http://127.0.0.1:9' },
    db,
    secrets: await ensureSecrets(db),
    labelStudio: { url: `http://127.0.0.1:${(labelStudio.address() as AddressInfo).port}`, apiKey: 'admin' },
    log: pino({ level: 'silent' }),
    now: () => small.now ?? new Date(),
  });
  const call: SmallGateway['call'] = (path, user, init = {}) =>
    fetch(`http://127.0.0.1:${gateway.port}${path}`, { ...init, headers: { ...(user === undefined ? {} : { authorization: `Token user-${user}` }), ...init.headers } });
  return Object.assign(small, {
    call,
    send: (path: string, user: number | undefined, body: unknown, method: 'POST' | 'PATCH' = 'POST') =>
      call(path, user, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    async close() {
      await gateway.close();
      labelStudio.close();
    },
  });
}

function startStandIn(stored: unknown[]): Promise<Server> {
  let lastId = 1_000;
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const user = Number(/^Token user-(\d+)$/.exec(req.headers.authorization ?? '')?.[1] ?? 0);
      const isWhoami = req.url === '/api/current-user/whoami';
      if (!isWhoami) stored.push(JSON.parse(Buffer.concat(chunks).toString() || 'null'));
      res.writeHead(user === 0 ? 401 : isWhoami ? 200 : 201, { 'content-type': 'application/json' });
      res.end(JSON.stringify(isWhoami ? { id: user, email: `user-${user}@example.com` } : { id: (lastId += 1) }));
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
