import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PairloopError } from '../errors.js';
import { canEnter, serverUser, type SystemUser } from './server-user.js';

/** Where the embedded server keeps its binaries and its cluster, and as whom it runs. */
export interface ServerHome {
  readonly folder: string;
  /** The cluster itself (PGDATA); absent before the first start. */
  readonly cluster: string;
  /** Undefined: as ourselves. */
  readonly user: SystemUser | undefined;
}

const SYSTEM_FOLDER = '/var/lib/pairloop';
const NOTE = 'postgres-location.txt';

/**
 * Finds or makes the server's home: a folder in the data folder, unless we are root and the server's own user
 * cannot pass through to it. Then it is a folder under /var/lib/pairloop, and a note in the data folder says which.
 *
 * @throws PairloopError when a cluster is there that this user may not use.
 */
export function serverHome(dataDir: string): ServerHome {
  const folder = notedFolder(dataDir) ?? join(dataDir, 'postgres');
  const cluster = join(folder, 'cluster');
  if (existsSync(cluster)) return { folder, cluster, user: clusterUser(folder, cluster) };
  const user = serverUser();
  if (user !== undefined && folder.startsWith(dataDir) && !canEnter(dataDir, user)) return systemHome(dataDir, user);
  return makeHome(folder, user);
}

function notedFolder(dataDir: string): string | undefined {
  const note = join(dataDir, NOTE);
  if (!existsSync(note)) return undefined;
  const [folder] = readFileSync(note, 'utf8').split('\n');
  return folder;
}

/** A new name each time: a cluster left by a data folder that was deleted is never taken for this one's. */
function systemHome(dataDir: string, user: SystemUser): ServerHome {
  const folder = join(SYSTEM_FOLDER, randomBytes(6).toString('hex'));
  mkdirSync(SYSTEM_FOLDER, { recursive: true, mode: 0o755 });
  const home = makeHome(folder, user);
  writeFileSync(
    join(dataDir, NOTE),
    `${folder}\nThe embedded PostgreSQL cannot run as root, and its own user cannot enter this folder, so the database is there.\nDelete that folder together with this one.\n`,
  );
  return home;
}

function makeHome(folder: string, user: SystemUser | undefined): ServerHome {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  return { folder, cluster: join(folder, 'cluster'), user };
}

/** PostgreSQL runs only as the owner of its cluster: root acts as whoever made it. */
function clusterUser(folder: string, cluster: string): SystemUser | undefined {
  const owner = statSync(cluster);
  const self = process.getuid?.();
  if (self === undefined || owner.uid === self) return undefined;
  if (self !== 0) {
    throw new PairloopError(
      `The database in ${cluster} belongs to the system user ${owner.uid}, not to you (${self}): start Pairloop as that user, or set PAIRLOOP_DATA to a folder of yours.`,
    );
  }
  const user = { uid: owner.uid, gid: owner.gid };
  if (!canEnter(folder, user)) {
    throw new PairloopError(
      `The database in ${cluster} cannot be reached by its system user ${owner.uid}: let others pass through the folders above it (chmod o+x).`,
    );
  }
  return user;
}
