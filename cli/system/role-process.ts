import axios from 'axios';
import { childEnvironment, type Config } from '../../core/config.js';
import { packagePath } from '../../core/package-root.js';
import { assertPortFree } from '../../core/running/ports.js';
import type { Connections } from '../../core/running/running-file.js';
import type { ChildSpec } from '../../core/running/supervise.js';
import { healthPort, type RoleName } from '../roles.js';

/** A role as a child process for the supervisor: this program again, told by its environment where everything is. */
export function roleProcess(name: RoleName, config: Config, connections: Connections): ChildSpec {
  const port = healthPort(config, name);
  const host = name === 'gateway' ? config.host : '127.0.0.1';
  const reached = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return {
    name,
    command: process.execPath,
    args: ['--enable-source-maps', packagePath('dist', 'cli', 'main.js'), 'up', '--role', name],
    environment: childEnvironment('all', {
      PAIRLOOP_DATA: config.dataDir,
      PAIRLOOP_HOST: host,
      PAIRLOOP_PORT: String(config.port),
      PAIRLOOP_PUBLIC_URL: config.publicUrl,
      PAIRLOOP_ML_BACKEND_URL: config.mlBackendUrl,
      PAIRLOOP_WEBHOOKS_URL: config.webhooksUrl,
      PAIRLOOP_LOG_LEVEL: config.logLevel,
      DATABASE_URL: connections.databaseUrl,
      LABEL_STUDIO_URL: connections.labelStudio.url,
      LABEL_STUDIO_API_KEY: connections.labelStudio.apiKey,
    }),
    cwd: config.dataDir,
    prepare: () => assertPortFree(port, host, `the role ${name}`),
    // The gateway answers 503 while another part is down: it is up nevertheless.
    isReady: async () => (await axios.get<unknown>(`http://${reached}:${port}/health`, { timeout: 2_000, validateStatus: () => true })).status < 600,
    readyWithinMs: 60_000,
    stopSignal: 'SIGTERM',
    stopWithinMs: 15_000,
  };
}
