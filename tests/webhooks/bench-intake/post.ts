import { Agent, request } from 'node:http';

/** How one delivery was answered; status 0: not at all. */
export interface Answer {
  readonly status: number;
  readonly ms: number;
}

/** Posts deliveries to one webhook service over kept connections, at most `connections` at once. */
export class Poster {
  private readonly agent: Agent;

  constructor(
    private readonly port: number,
    private readonly secret: string,
    connections: number,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  post(body: string): Promise<Answer> {
    const began = performance.now();
    return new Promise((resolve) => {
      const end = (status: number): void => resolve({ status, ms: performance.now() - began });
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), 'x-pairloop-secret': this.secret };
      const sent = request({ host: '127.0.0.1', port: this.port, path: '/label-studio', method: 'POST', headers, agent: this.agent }, (reply) => {
        reply.resume();
        reply.once('end', () => end(reply.statusCode ?? 0));
        reply.once('error', () => end(0));
      });
      sent.once('error', () => end(0));
      sent.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
