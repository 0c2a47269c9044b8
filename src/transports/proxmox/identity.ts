import { AuthenticationError, UsageError } from '../../rfb/errors.ts';
import { quoted } from '../address.ts';
import type { OpenOptions } from '../transport.ts';
import { type ProxmoxAddress, showProxmox } from './address.ts';

/** Who to be: an API token, or a user who logs in. */
export type Identity =
  | { readonly kind: 'token'; readonly id: string; readonly secret: string }
  | { readonly kind: 'user'; readonly username: string; readonly password: string };

/** Of the Terraform providers bpg/proxmox and Telmate/proxmox. */
export const VARIABLES = [
  'PROXMOX_VE_API_TOKEN',
  'PROXMOX_VE_USERNAME',
  'PROXMOX_VE_PASSWORD',
  'PM_API_TOKEN_ID',
  'PM_API_TOKEN_SECRET',
  'PM_USER',
  'PM_PASS',
  'PM_OTP',
] as const;

type Variables = Partial<Record<(typeof VARIABLES)[number], string>>;

/**
 * A user that was named goes before the variables. One with an exclamation mark, `root@pam!ci`, is a token whose secret is the
 * password.
 * @throws AuthenticationError `CREDENTIALS_REQUIRED` · UsageError `BAD_OPTION`
 */
export async function identify(address: ProxmoxAddress, options: OpenOptions): Promise<Identity> {
  const variables: Variables = options.variables ?? {};
  const named = address.username ?? (await options.credentials?.(['username']))?.username;
  if (named === undefined) {
    const token = tokenOf(variables);
    if (token !== undefined) return token;
  }
  const user = variables.PROXMOX_VE_USERNAME ?? variables.PM_USER;
  const username = named ?? user;
  if (username === undefined) throw required(address, 'nobody said who to be');
  if (!username.includes('@')) {
    throw new UsageError(
      'BAD_OPTION',
      `user ${quoted(username)} has no realm: wanted ${username}@pam or ${username}@pve`,
    );
  }
  const theirs = user === undefined || user === username;
  const password = (theirs && (variables.PROXMOX_VE_PASSWORD ?? variables.PM_PASS)) || (await ask(options));
  if (password === undefined) throw required(address, `the password of ${username} is missing`);
  if (username.includes('!')) return { kind: 'token', id: username, secret: password };
  return { kind: 'user', username, password };
}

async function ask({ credentials }: OpenOptions): Promise<string | undefined> {
  return (await credentials?.(['password']))?.password;
}

function tokenOf(variables: Variables): Identity | undefined {
  const { PROXMOX_VE_API_TOKEN: whole, PM_API_TOKEN_ID: id, PM_API_TOKEN_SECRET: secret } = variables;
  if (whole !== undefined) return parseToken(whole);
  return id !== undefined && secret !== undefined ? { kind: 'token', id, secret } : undefined;
}

/** `user@realm!name=secret`; what it is, no message says. */
function parseToken(text: string): Identity {
  const [, id, secret] = /^(?:PVEAPIToken=)?([^!=\s]+@[^!=\s]+![^=\s]+)=(\S+)$/.exec(text.trim()) ?? [];
  if (id !== undefined && secret !== undefined) return { kind: 'token', id, secret };
  throw new UsageError('BAD_OPTION', 'PROXMOX_VE_API_TOKEN holds no token: wanted user@realm!name=secret');
}

function required(address: ProxmoxAddress, why: string): AuthenticationError {
  const ways = 'a token in PROXMOX_VE_API_TOKEN (user@realm!name=secret), or a user (root@pam) and a password';
  const message = `${showProxmox(address)}: ${why}; wanted ${ways}`;
  return new AuthenticationError('CREDENTIALS_REQUIRED', message, { phase: 'connect' });
}
