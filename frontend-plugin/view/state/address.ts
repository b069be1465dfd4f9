/** An address that somebody is asked about before anything follows it. */
export interface Address {
  /** The whole address in the three pieces that a reader must tell apart; together they are what would be opened. */
  readonly before: string;
  readonly host: string;
  readonly after: string;
  /** What the browser may open; null when the address can only be copied. */
  readonly url: string | null;
  /** What deserves a second look, in words. */
  readonly warnings: readonly string[];
}

const OPENABLE = new Set(['http:', 'https:', 'mailto:']);

/**
 * Reads an address as a browser would. The shown pieces are ASCII: other letters of a host are written as the network
 * writes them (`xn--…`), those elsewhere percent-encoded, so that no letter can pose as another or turn the direction.
 * Only http, https and mailto may be opened; anything else, a relative address too, is given back as it is written.
 */
export function readAddress(written: string): Address {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url === undefined) return { before: written, host: '', after: '', url: null, warnings: ['This is no complete address. It can only be copied.'] };
  if (!OPENABLE.has(url.protocol)) {
    return { before: written, host: '', after: '', url: null, warnings: [`Addresses that begin with “${url.protocol}” are never opened. It can only be copied.`] };
  }
  const { href, host } = url;
  const hostAt = host === '' ? -1 : href.indexOf(host, url.protocol.length + 2 + userInfo(url).length);
  const [from, to] = hostAt < 0 ? [href.length, href.length] : [hostAt, hostAt + host.length];
  return { before: href.slice(0, from), host: href.slice(from, to), after: href.slice(to), url: href, warnings: warningsOf(url, written) };
}

function userInfo({ username, password }: URL): string {
  if (username === '' && password === '') return '';
  return `${username}${password === '' ? '' : `:${password}`}@`;
}

function warningsOf(url: URL, written: string): string[] {
  const warnings: string[] = [];
  const user = userInfo(url);
  if (user !== '') warnings.push(`“${user}” is a user name, not the site. The site is ${url.host}.`);
  if (/(^|\.)xn--/.test(url.hostname)) {
    const host = writtenHost(written);
    const how = /^[ -~]*$/.test(host) ? 'it is written in code' : `in the text it reads “${host}”`;
    warnings.push(`The name of this site has letters that can look like others: ${how}.`);
  }
  return warnings;
}

/** The host as it stands in the text, with its own letters. */
function writtenHost(written: string): string {
  return /^[a-z][a-z0-9+.-]*:[\\/]*(?:[^/?#\\]*@)?([^/?#\\]*)/i.exec(written.trim())?.[1] ?? written;
}
