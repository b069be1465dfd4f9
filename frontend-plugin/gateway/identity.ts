import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import axios from 'axios';
import { userSchema } from '../../core/label-studio/wire.js';
import { messageOf } from '../../core/errors.js';
import { OWN_CONNECTION } from '../../core/own-connection.js';
import { Refusal } from './refusal.js';

/** The Label Studio user behind a request. */
export interface Identity {
  readonly userId: number;
  readonly email: string;
}

export interface Identities {
  /** @throws Refusal (401) for a request without a valid session or token, (503) when Label Studio cannot be asked. */
  identify(req: Pick<IncomingMessage, 'headers'>): Promise<Identity>;
  /** Forgets whose session or token it is: called when one starts or ends. */
  forget(req: Pick<IncomingMessage, 'headers'>): void;
}

const KEPT_MS = 30_000;
const KEPT_MAX = 2_000;
const WHOAMI_MS_MAX = 10_000;

interface Kept {
  readonly identity: Promise<Identity>;
  readonly until: number;
}

/**
 * Knows users by asking Label Studio itself (`whoami`) with the request's own session cookie or token.
 * Answers are kept at most 30 s, under a hash, so that no credential stays in memory longer than its request.
 */
export function createIdentities(labelStudioUrl: string, now: () => Date): Identities {
  const kept = new Map<string, Kept>();
  const remember = (key: string, identity: Promise<Identity>): void => {
    kept.delete(key);
    kept.set(key, { identity, until: now().getTime() + KEPT_MS });
    const oldest = kept.keys().next();
    if (kept.size > KEPT_MAX && oldest.done === false) kept.delete(oldest.value);
    identity.catch(() => {
      if (kept.get(key)?.identity === identity) kept.delete(key);
    });
  };
  return {
    async identify(req) {
      const credentials = credentialsOf(req);
      if (credentials === undefined) throw notLoggedIn();
      const key = keyOf(credentials);
      const found = kept.get(key);
      if (found !== undefined && found.until > now().getTime()) return found.identity;
      const identity = askWhoami(labelStudioUrl, credentials, req.headers.host);
      remember(key, identity);
      return identity;
    },
    forget(req) {
      const credentials = credentialsOf(req);
      if (credentials !== undefined) kept.delete(keyOf(credentials));
    },
  };
}

interface Credentials {
  readonly session: string | undefined;
  readonly authorization: string | undefined;
}

function credentialsOf({ headers }: Pick<IncomingMessage, 'headers'>): Credentials | undefined {
  const session = /(?:^|;\s*)sessionid=([^;]*)/.exec(headers.cookie ?? '')?.[1];
  const { authorization } = headers;
  return session === undefined && authorization === undefined ? undefined : { session, authorization };
}

function keyOf({ session, authorization }: Credentials): string {
  return createHash('sha256').update(JSON.stringify([session, authorization])).digest('base64');
}

function notLoggedIn(): Refusal {
  return new Refusal(401, 'Authentication credentials were not provided.');
}

async function askWhoami(labelStudioUrl: string, { session, authorization }: Credentials, host: string | undefined): Promise<Identity> {
  const reply = await axios
    .get<unknown>(`${labelStudioUrl}/api/current-user/whoami`, {
      headers: {
        ...(session === undefined ? {} : { cookie: `sessionid=${session}` }),
        ...(authorization === undefined ? {} : { authorization }),
        ...(host === undefined ? {} : { host }),
      },
      ...OWN_CONNECTION,
      timeout: WHOAMI_MS_MAX,
      maxRedirects: 0,
      proxy: false,
      maxContentLength: 1_000_000,
      validateStatus: () => true,
    })
    .catch((error: unknown) => {
      throw unavailable(messageOf(error), error);
    });
  if (reply.status === 401 || reply.status === 403) throw notLoggedIn();
  const user = userSchema.safeParse(reply.data);
  if (reply.status !== 200 || !user.success) throw unavailable(`status ${reply.status}`);
  return { userId: user.data.id, email: user.data.email };
}

function unavailable(reason: string, cause?: unknown): Refusal {
  const detail = `Label Studio does not answer who you are (${reason}); your work stays in this page, try again in a moment.`;
  return new Refusal(503, detail, { retryAfterS: 5, cause });
}
