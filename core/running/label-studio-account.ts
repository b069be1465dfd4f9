import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import { z } from 'zod';
import { PairloopError, messageOf } from '../errors.js';
import { OWN_CONNECTION } from '../own-connection.js';
import { LabelStudioClient, type LabelStudioAccess } from '../label-studio/client.js';

export interface Credentials {
  readonly email: string;
  /** At least 8 characters, for Label Studio. */
  readonly password: string;
}

/** A person's account: Label Studio's id of the user, and the legacy token of its API. */
export interface OpenedAccount {
  readonly userId: number;
  readonly token: string;
}

const TIMEOUT_MS = 30_000;

/**
 * Makes an account in Label Studio the way an invited person does: invitation link, sign-up form. When the account is
 * there already and the password opens it, that account is returned.
 *
 * @throws PairloopError when the address is taken with another password, or Label Studio refuses the form.
 */
export async function createAccount(labelStudioUrl: string, admin: LabelStudioAccess, credentials: Credentials): Promise<OpenedAccount> {
  const known = await signIn(labelStudioUrl, credentials);
  if (known !== undefined) return known;
  const invitation = await new LabelStudioClient(admin).invitation();
  const reply = await sendForm(labelStudioUrl, `/user/signup/?token=${encodeURIComponent(invitation.token)}`, credentials);
  if (reply.status !== 302) {
    const reason = /<li[^>]*>([^<]*(?:already|password|email)[^<]*)<\/li>/i.exec(String(reply.data))?.[1]?.trim();
    throw new PairloopError(
      `Label Studio at ${labelStudioUrl} did not make the account ${credentials.email}: ${reason ?? `it answered ${reply.status}`}. If the account exists with another password, use that one.`,
    );
  }
  return openAccount(labelStudioUrl, credentials.email, cookiesOf(reply));
}

/** Signs in with e-mail and password; undefined when they do not match. */
export async function signIn(labelStudioUrl: string, credentials: Credentials): Promise<OpenedAccount | undefined> {
  const reply = await sendForm(labelStudioUrl, '/user/login/', credentials);
  // A refused form is shown again (200); an accepted one leads on (302).
  return reply.status === 302 ? openAccount(labelStudioUrl, credentials.email, cookiesOf(reply)) : undefined;
}

function browser(labelStudioUrl: string): AxiosInstance {
  return axios.create({ ...OWN_CONNECTION, baseURL: labelStudioUrl, timeout: TIMEOUT_MS, maxRedirects: 0, validateStatus: () => true });
}

/** Fills in a form of Label Studio's own pages: the page gives the CSRF cookie, which goes back as cookie and field. */
async function sendForm(labelStudioUrl: string, path: string, { email, password }: Credentials): Promise<AxiosResponse<unknown>> {
  const http = browser(labelStudioUrl);
  try {
    const page = await http.get<unknown>(path);
    const cookies = cookiesOf(page);
    const token = /csrftoken=([^;]+)/.exec(cookies)?.[1];
    if (token === undefined) throw new PairloopError(`Label Studio at ${labelStudioUrl} shows no form at ${path} (it answered ${page.status}).`);
    const form = new URLSearchParams({ csrfmiddlewaretoken: token, email, password });
    return await http.post<unknown>(path, form, { headers: { cookie: cookies, origin: labelStudioUrl, referer: `${labelStudioUrl}${path}` } });
  } catch (error) {
    if (error instanceof PairloopError) throw error;
    throw new PairloopError(`Label Studio at ${labelStudioUrl} cannot be reached: ${messageOf(error)}`, 'failure', { cause: error });
  }
}

function cookiesOf(reply: AxiosResponse<unknown>): string {
  const lines: unknown = reply.headers['set-cookie'];
  return z.array(z.string()).catch([]).parse(lines).map((line) => line.split(';')[0] ?? '').join('; ');
}

async function openAccount(labelStudioUrl: string, email: string, cookies: string): Promise<OpenedAccount> {
  const http = browser(labelStudioUrl);
  const headers = { cookie: cookies };
  const who = z.object({ id: z.number().int() }).loose().safeParse((await http.get<unknown>('/api/current-user/whoami', { headers })).data);
  const key = z.object({ token: z.string() }).loose().safeParse((await http.get<unknown>('/api/current-user/token', { headers })).data);
  if (!who.success || !key.success) {
    throw new PairloopError(`Label Studio at ${labelStudioUrl} let ${email} in but does not say its id and token; Pairloop is tested with 1.23.2.`);
  }
  return { userId: who.data.id, token: key.data.token };
}
