import { Agent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';

/**
 * Settings for axios that give each request its own connection. Connections that are kept break under
 * Label Studio's development server just when the next request uses them (ECONNRESET, also on a POST, which must
 * not be sent twice); opening one on the same machine takes a fraction of a millisecond.
 */
export const OWN_CONNECTION = {
  httpAgent: new Agent({ keepAlive: false }),
  httpsAgent: new SecureAgent({ keepAlive: false }),
} as const;
