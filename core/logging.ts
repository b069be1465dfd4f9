import { pino, type Logger } from 'pino';

export type { Logger };

/**
 * A logger for one role. Lines are JSON on stderr, so that stdout stays free for `--json`.
 * Tokens, cookies and secrets are blanked wherever they are logged as request headers.
 */
export function createLogger(role: string, level: string): Logger {
  return pino(
    {
      level,
      base: { role },
      redact: {
        paths: ['headers.authorization', 'headers.cookie', 'headers["x-pairloop-secret"]', '*.apiKey', '*.password'],
        censor: '[hidden]',
      },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
