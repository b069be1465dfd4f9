import type { CommandDef } from 'citty';

/** Every `pairloop` command, loaded when it is called. */
export const commands: Record<string, () => Promise<CommandDef>> = {
  migrate: () => import('./commands/migrate.js').then((module) => module.migrateCommand),
};
