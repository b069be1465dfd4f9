import type { Finding, TextFile } from './repository.js';

/** Absolute folders that exist on one machine only; spelled apart, so that this file does not find itself. */
const FOLDERS = ['work', 'root', 'farm', 'opt/pypi', 'opt/wheels', 'tmp/bash_jobs', 'home/\\w+', 'Users/\\w+'];
const MACHINE_PATH = new RegExp(`(?<![\\w.*)}\\]-])(?:file://)?/(?:${FOLDERS.join('|')})(?:/[\\w.-]|(?=['"\`\\s]|$))`);

/** Settings that lead a package manager elsewhere, and hosts that mirror a registry. */
const MIRROR = /(?:^|[\s"'])(?:registry\s*=|--?(?:extra-)?index-url\b|(?:extra-)?index-url\s*=|--find-links\b|find-links\s*=)|\/\/[^/\s"'`]*\b(?:mirrors?|artifactory|nexus|devpi|verdaccio)\b/i;
const REGISTRY_HOST = /https?:\/\/([^/\s"'`]*(?:pypi|npm|registry)[^/\s"'`]*)/gi;
const OFFICIAL_HOSTS = new Set(['pypi.org', 'files.pythonhosted.org', 'registry.npmjs.org', 'www.npmjs.com', 'npmjs.com', 'docs.npmjs.com']);

/** Folders of one machine, named in a file that everyone gets. */
export function findMachinePaths({ path, text }: TextFile): Finding[] {
  return findLines(path, text, (line) => MACHINE_PATH.exec(line)?.[0], {
    what: 'names a folder of one machine',
    why: 'the checkout must work, and read well, on any machine',
    fix: 'use a path relative to the checkout or the data folder, or a folder made for the test',
  });
}

/** Where one machine gets its packages from. */
export function findMirrors({ path, text }: TextFile): Finding[] {
  const strange = (line: string): string | undefined =>
    [...line.matchAll(REGISTRY_HOST)].map((match) => match[1]!).find((host) => !OFFICIAL_HOSTS.has(host.toLowerCase()));
  return findLines(path, text, (line) => MIRROR.exec(line)?.[0].trim() ?? strange(line), {
    what: 'names a mirror or index of packages',
    why: "everyone installs from their own registry; ours may not answer them",
    fix: 'leave it out; whoever needs a mirror sets it on their machine',
  });
}

/** Download addresses in the lock file. */
export function findResolvedAddresses({ path, text }: TextFile): Finding[] {
  if (!path.endsWith('package-lock.json')) return [];
  return findLines(path, text, (line) => /"resolved":\s*"https?:[^"]*"/.exec(line)?.[0], {
    what: 'has a download address',
    why: 'npm then ignores the registry of whoever installs',
    fix: 'run npm with omit-lockfile-registry-resolved=true, as .npmrc says',
  }).slice(0, 3);
}

function findLines(path: string, text: string, match: (line: string) => string | undefined, said: Pick<Finding, 'what' | 'why' | 'fix'>): Finding[] {
  return text.split('\n').flatMap((line, index) => {
    const found = match(line);
    return found === undefined ? [] : [{ path, line: index + 1, ...said, what: `${said.what}: ${found}` }];
  });
}
