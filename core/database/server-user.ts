import { execFileSync, spawnSync } from 'node:child_process';

/** A system user, for `spawn`. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The user a PostgreSQL server must run as: undefined (ourselves) except for root, as whom PostgreSQL refuses
 * to run; then the system user `postgres` where there is one, else `nobody`.
 */
export function serverUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return lookUp('postgres') ?? lookUp('nobody') ?? { uid: 65_534, gid: 65_534 };
}

function lookUp(name: string): SystemUser | undefined {
  try {
    const ask = (flag: string): number => Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: ask('-u'), gid: ask('-g') };
  } catch {
    return undefined;
  }
}

/** Whether this user can pass through the folder: tried, not derived, as access lists and mounts have their say too. */
export function canEnter(folder: string, user: SystemUser): boolean {
  return spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { cwd: '/', stdio: 'ignore', ...user }).status === 0;
}
