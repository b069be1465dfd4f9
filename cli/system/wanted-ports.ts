import type { Config } from '../../core/config.js';

/** Every address that `pairloop up` listens on, and for what; the managed parts only where they are managed. */
export function wantedPorts(config: Config): { port: number; host: string; wantedBy: string }[] {
  const loopback = '127.0.0.1';
  return [
    { port: config.port, host: config.host, wantedBy: 'the gateway' },
    { port: config.mlBackendPort, host: loopback, wantedBy: 'the ML backend' },
    { port: config.webhooksPort, host: loopback, wantedBy: 'the webhook service' },
    ...(config.labelStudio === undefined ? [{ port: config.labelStudioPort, host: loopback, wantedBy: 'the managed Label Studio' }] : []),
    ...(config.databaseUrl === undefined ? [{ port: config.databasePort, host: loopback, wantedBy: 'the embedded PostgreSQL' }] : []),
    { port: config.workerPort, host: loopback, wantedBy: 'the worker' },
  ];
}
