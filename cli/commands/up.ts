import { defineCommand } from 'citty';
import { loadConfig, type Config } from '../../core/config.js';
import { assertReachable, connect } from '../../core/database/connect.js';
import { migrate } from '../../core/database/migrate.js';
import { ensureSecrets } from '../../core/database/secrets.js';
import { PairloopError } from '../../core/errors.js';
import { createLogger } from '../../core/logging.js';
import { resolveConnections, type RunningFile } from '../../core/running/running-file.js';
import { prepareDemo } from '../demo.js';
import { ROLE_NAMES, startRole, type RoleName } from '../roles.js';
import { createSteps } from '../step-lines.js';
import { onStopSignals } from '../stop-signals.js';
import { bringUp } from '../system/bring-up.js';

export const upCommand = defineCommand({
  meta: { name: 'up', description: 'Bring the whole system up, or one role of it, and keep it up until Ctrl-C.' },
  args: {
    role: { type: 'string', description: `Run only this role in this process: ${ROLE_NAMES.join(', ')}.`, valueHint: 'ROLE' },
  },
  async run({ args }) {
    const config = loadConfig();
    const { role } = args;
    if (role === undefined) await runSystem(config);
    else await runRole(config, roleNamed(role));
  },
});

const LINGER_MS_MAX = 3_000;

function roleNamed(text: string): RoleName {
  const name = ROLE_NAMES.find((one) => one === text);
  if (name === undefined) throw new PairloopError(`--role ${text} is not a role; the roles are ${ROLE_NAMES.join(', ')}.`, 'usage');
  return name;
}

async function runSystem(config: Config): Promise<void> {
  const steps = createSteps(process.stderr);
  const interrupted = new AbortController();
  let kill = (): void => process.exit(1);
  const asked = onStopSignals(() => {
    if (interrupted.signal.aborted) {
      kill();
      process.exit(1);
    }
    steps.say('Stopping… (Ctrl-C again: by force)');
    interrupted.abort();
  });
  try {
    const system = await bringUp({ config, steps, signal: interrupted.signal, prepareDemo });
    kill = () => system.kill();
    process.stdout.write(welcome(system.running, config));
    if (!interrupted.signal.aborted) await asked;
    await system.stop();
    steps.say('Stopped.');
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    steps.close();
    throw new PairloopError('Stopped before everything was up; the next start goes on from there.', 'failure', { cause: error });
  } finally {
    steps.close();
  }
}

function welcome(running: RunningFile, config: Config): string {
  const width = Math.max(...running.accounts.map((account) => account.email.length), 0);
  const rows = running.accounts.map(
    (account) => `    ${account.role.padEnd(10)} ${account.email.padEnd(width)}   ${account.password}`,
  );
  return [
    '',
    `  Pairloop is running:  ${running.publicUrl}`,
    ...(running.demoProjectId === null ? [] : [`  Label the demo:       ${running.publicUrl}/projects/${running.demoProjectId}/data?labeling=1`]),
    ...(rows.length === 0 ? [] : ['', '  Accounts (e-mail, password)', ...rows]),
    '',
    `  Data and logs:        ${config.dataDir}`,
    '  Stop with Ctrl-C.',
    '',
    '',
  ].join('\n');
}

/** One role in this process, until it is asked to stop. */
async function runRole(config: Config, name: RoleName): Promise<void> {
  const stopAsked = onStopSignals(() => {});
  const { databaseUrl, labelStudio } = resolveConnections(config);
  const log = createLogger(name, config.logLevel);
  const db = connect(databaseUrl);
  try {
    await assertReachable(db, databaseUrl);
    await migrate(db);
    const role = await startRole(name, { config, db, databaseUrl, secrets: await ensureSecrets(db), labelStudio, log });
    log.info('up');
    await stopAsked;
    await role.close();
    log.info('stopped');
  } finally {
    await db.destroy();
    // A part that could not be started may have left something open; the supervisor waits for this process to end.
    setTimeout(() => process.exit(), LINGER_MS_MAX).unref();
  }
}
