import { createHash } from 'node:crypto';
import { AuthenticationError } from '../../rfb/errors.ts';
import { type HttpApi, jsonOf } from '../http-api.ts';
import type { OpenOptions } from '../transport.ts';
import { failureOf } from './failures.ts';
import { recordOf, textOf } from './fields.ts';
import type { Identity } from './identity.ts';

/** A user who has logged in. */
export interface Login {
  readonly ticket: string;
  /** Wanted by all that changes something. */
  readonly csrfToken: string;
}

type User = Extract<Identity, { kind: 'user' }>;

interface Known {
  readonly login: Promise<Login>;
  /** When it was begun, by `performance.now()`. */
  readonly since: number;
}

/** Tickets are good for two hours, and are exchanged for new ones until then. */
const RENEW_AFTER_MS = 60 * 60_000;
const EXPIRES_AFTER_MS = 110 * 60_000;

/** A ticket younger than this is not refused for its age. */
const FRESH_MS = 30_000;

/**
 * Logins of this process: a code of a second factor is good for once, and ten consoles at a time must not want ten. Only who
 * knows the password finds one.
 */
const logins = new Map<string, Known>();

/** @throws AuthenticationError · ConnectionError `CONNECT_FAILED` · the reason of an aborted `signal` */
export async function logIn(http: HttpApi, user: User, options: OpenOptions): Promise<Login> {
  const key = keyOf(http, user);
  for (;;) {
    const known = logins.get(key);
    const age = known === undefined ? Number.POSITIVE_INFINITY : performance.now() - known.since;
    if (known === undefined || age > RENEW_AFTER_MS) {
      const login =
        known && age < EXPIRES_AFTER_MS ? renewed(http, user, known, options) : loggedIn(http, user, options);
      return await begun(key, login);
    }
    try {
      return await known.login;
    } catch (error) {
      // What ended somebody else's attempt, their deadline or their network, is no reason not to try.
      options.signal?.throwIfAborted();
      if (error instanceof AuthenticationError) throw error;
      if (logins.get(key) === known) logins.delete(key);
    }
  }
}

async function begun(key: string, login: Promise<Login>): Promise<Login> {
  const known: Known = { login, since: performance.now() };
  logins.set(key, known);
  try {
    return await login;
  } catch (error) {
    if (logins.get(key) === known) logins.delete(key);
    throw error;
  }
}

/** Gives a ticket up that was refused. False when it is so young that another would fare no better. */
export function giveUp(http: HttpApi, user: User): boolean {
  const key = keyOf(http, user);
  const known = logins.get(key);
  if (known !== undefined && performance.now() - known.since < FRESH_MS) return false;
  logins.delete(key);
  return true;
}

function keyOf(http: HttpApi, { username, password }: User): string {
  return createHash('sha256')
    .update(JSON.stringify([http.name, username, password]))
    .digest('hex');
}

/** The ticket itself is the password for a new one, without a second factor. */
async function renewed(http: HttpApi, user: User, { login }: Known, options: OpenOptions): Promise<Login> {
  try {
    const { ticket } = await login;
    return loginOf(await post(http, { username: user.username, password: ticket }, user.username));
  } catch (error) {
    if (!(error instanceof AuthenticationError)) throw error;
    return await loggedIn(http, user, options);
  }
}

async function loggedIn(http: HttpApi, { username, password }: User, options: OpenOptions): Promise<Login> {
  options.onProgress?.(`logging in at ${http.name}`);
  const data = await post(http, { username, password }, username);
  if (!data.NeedTFA) return loginOf(data);
  const challenge = textOf(data, 'ticket');
  const kinds = kindsOf(challenge);
  const code = options.variables?.PM_OTP ?? (await options.credentials?.(['otp']))?.otp;
  if (code === undefined || code === '') {
    const message = `${http.name} wants a second factor of ${username} (${kinds}); give its code with --otp or RFBCTL_OTP: 123456, or recovery:CODE`;
    throw new AuthenticationError('CREDENTIALS_REQUIRED', message, { phase: 'connect' });
  }
  const response = /^[a-z\d]+:/.test(code) ? code : `totp:${code}`;
  return loginOf(await post(http, { username, password: response, 'tfa-challenge': challenge }, username));
}

async function post(http: HttpApi, form: Readonly<Record<string, string>>, username: string) {
  const answer = await http.request({
    method: 'POST',
    path: '/api2/json/access/ticket',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  });
  if (answer.status !== 200) throw failureOf(answer, { where: http.name, doing: `logging in as ${username}` });
  return recordOf(recordOf(jsonOf(answer, http.name)).data);
}

function loginOf(data: Readonly<Record<string, unknown>>): Login {
  return { ticket: textOf(data, 'ticket'), csrfToken: textOf(data, 'CSRFPreventionToken') };
}

/** What second factors there are: `PVE:!tfa!` and the challenge as escaped JSON. */
function kindsOf(ticket: string): string {
  try {
    const [, challenge = ''] = /!tfa!([^:]*)/.exec(ticket) ?? [];
    const kinds = recordOf(JSON.parse(decodeURIComponent(challenge)));
    const names = Object.entries(kinds).flatMap(([name, value]) => (value ? [name] : []));
    return names.join(', ') || 'unknown';
  } catch {
    return 'of an unknown kind';
  }
}
