import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axios from 'axios';
import { z } from 'zod';
import { childEnvironment, type Config } from '../config.js';
import { PairloopError } from '../errors.js';
import { LabelStudioClient, LabelStudioError } from '../label-studio/client.js';
import { signIn } from './label-studio-account.js';
import { assertPortFree } from './ports.js';
import { readJsonFile, writePrivateFile } from './private-file.js';
import type { ChildSpec } from './supervise.js';

const adminSchema = z.object({ email: z.string(), password: z.string(), token: z.string() });
export type AdminAccount = z.infer<typeof adminSchema>;

function adminPath(dataDir: string): string {
  return join(dataDir, 'label-studio-admin.json');
}

/** The managed Label Studio's administrator, made up at the first start and kept in the data folder (0600). */
export function ensureAdminAccount(dataDir: string): AdminAccount {
  const kept = readJsonFile(adminPath(dataDir), adminSchema);
  if (kept !== undefined) return kept;
  const admin = {
    email: 'admin@pairloop.local',
    password: randomBytes(9).toString('base64url'),
    token: randomBytes(20).toString('hex'),
  };
  writePrivateFile(adminPath(dataDir), `${JSON.stringify(admin)}\n`);
  return admin;
}

/** URL at which the managed Label Studio listens; loopback only, people go through the gateway. */
export function managedLabelStudioUrl(config: Config): string {
  return `http://127.0.0.1:${config.labelStudioPort}`;
}

/**
 * The managed Label Studio as a child for the supervisor. It starts with our settings only: its own reading of
 * variables such as HOST or DEBUG would pick up whatever the shell has.
 *
 * @param python - the Python of its environment.
 * @param databaseUrl - a database of its own.
 */
export function labelStudioProcess(config: Config, python: string, databaseUrl: string, admin: AdminAccount): ChildSpec {
  const url = managedLabelStudioUrl(config);
  const folder = join(config.dataDir, 'label-studio');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    name: 'label-studio',
    command: python,
    args: ['-m', 'label_studio.server', 'start', '--no-browser', '--internal-host', '127.0.0.1', '--port', String(config.labelStudioPort)],
    environment: childEnvironment('base', {
      ...databaseSettings(databaseUrl),
      ...OWN_SETTINGS,
      LABEL_STUDIO_BASE_DATA_DIR: folder,
      XDG_CONFIG_HOME: folder,
      LABEL_STUDIO_USERNAME: admin.email,
      LABEL_STUDIO_PASSWORD: admin.password,
      LABEL_STUDIO_USER_TOKEN: admin.token,
      // People come through the gateway, perhaps over TLS that ends before it: their origin is not what Label Studio sees.
      CSRF_TRUSTED_ORIGINS: [...new Set([config.publicUrl, `http://127.0.0.1:${config.port}`, `http://localhost:${config.port}`])]
        .map((one) => new URL(one).origin)
        .join(','),
    }),
    cwd: folder,
    prepare: () => assertPortFree(config.labelStudioPort, '127.0.0.1', 'the managed Label Studio'),
    isReady: async () => (await axios.get<unknown>(`${url}/health`, { timeout: 2_000 })).status === 200,
    // The first start makes some 300 tables.
    readyWithinMs: 300_000,
    stopSignal: 'SIGTERM',
    stopWithinMs: 10_000,
  };
}

const OWN_SETTINGS = {
  PYTHONUNBUFFERED: '1',
  DJANGO_DB: 'default',
  LABEL_STUDIO_HOST: '',
  LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN: 'true',
  DISABLE_SIGNUP_WITHOUT_LINK: 'true',
  // Webhooks and the ML backend are on this machine, which Label Studio otherwise refuses to call.
  SSRF_PROTECTION_ENABLED: 'false',
  ML_BLOCK_LOCAL_IP: 'false',
  LOCAL_FILES_SERVING_ENABLED: 'false',
  // Nothing is reported to anybody.
  COLLECT_ANALYTICS: 'false',
  LATEST_VERSION_CHECK: 'false',
  SENTRY_DSN: '',
  FRONTEND_SENTRY_DSN: '',
  FEATURE_FLAGS_OFFLINE: 'true',
};

function databaseSettings(databaseUrl: string): Record<string, string> {
  const url = new URL(databaseUrl);
  const sslMode = url.searchParams.get('sslmode');
  return {
    POSTGRE_NAME: decodeURIComponent(url.pathname.slice(1)),
    POSTGRE_USER: decodeURIComponent(url.username),
    POSTGRE_PASSWORD: decodeURIComponent(url.password),
    POSTGRE_HOST: url.hostname,
    POSTGRE_PORT: url.port === '' ? '5432' : url.port,
    ...(sslMode === null ? {} : { PGSSLMODE: sslMode }),
  };
}

/**
 * Checks that the administrator's token works, and takes the account's own token when Label Studio was killed after it
 * had made the account and before it had set ours.
 *
 * @throws PairloopError when the kept password does not open the account any more.
 */
export async function confirmAdminAccount(config: Config, admin: AdminAccount): Promise<AdminAccount> {
  const url = managedLabelStudioUrl(config);
  try {
    await new LabelStudioClient({ url, apiKey: admin.token }).whoami();
    return admin;
  } catch (error) {
    if (!(error instanceof LabelStudioError) || error.status !== 401) throw error;
  }
  const session = await signIn(url, admin);
  if (session === undefined) {
    throw new PairloopError(
      `The managed Label Studio refuses the password and token of ${admin.email} kept in ${adminPath(config.dataDir)}: write the current ones into that file.`,
    );
  }
  const renewed = { ...admin, token: session.token };
  writePrivateFile(adminPath(config.dataDir), `${JSON.stringify(renewed)}\n`);
  return renewed;
}
