import { defineConfig } from 'vitest/config';

const everywhere = { exclude: ['dist/**', 'node_modules/**', '.pairloop*/**'] };

/**
 * Three projects, by what a test needs: `unit` needs nothing, `db` a PostgreSQL server,
 * `e2e` a running Label Studio (and for `*.browser.test.ts` a Chromium). Each project's global
 * set-up provides it, once for all its files.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...everywhere,
          name: 'unit',
          // Only against tests that hang: a busy machine must not fail one that works.
          testTimeout: 30_000,
          include: ['**/*.test.ts', '**/*.test.tsx'],
          exclude: [...everywhere.exclude, '**/*.{db,e2e,browser}.test.ts'],
        },
      },
      {
        test: {
          ...everywhere,
          name: 'db',
          include: ['**/*.db.test.ts'],
          globalSetup: ['tests/support/database-server.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...everywhere,
          name: 'e2e',
          include: ['**/*.{e2e,browser}.test.ts'],
          globalSetup: ['tests/support/pairloop-stack.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 600_000,
        },
      },
    ],
    maxWorkers: 2,
  },
});
