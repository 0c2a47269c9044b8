import { badAddress, parseHostUrl } from './address.ts';

/** A machine that the system's `ssh` logs in to: its configuration, keys, agent and known hosts count. */
export interface SshHop {
  readonly host: string;
  /** Left out: as the configuration of ssh says. */
  readonly port?: number;
  readonly username?: string;
  /** A private key, where another than the usual ones is to be used. */
  readonly keyFile?: string;
}

/**
 * `ssh:user@host`, `ssh:user@host:port`; the double slash may stand.
 * @throws UsageError `BAD_ADDRESS`
 */
export function parseSshHop(text: string): SshHop {
  const [, authority = ''] = /^ssh:(?:\/\/)?([^/?#]*)\/?$/.exec(text) ?? [];
  if (authority === '') throw badAddress(text, 'wanted ssh:user@host or ssh:user@host:port');
  const { host, port, username } = parseHostUrl(`ssh://${authority}`, SSH_PORT);
  if (username?.startsWith('-')) throw badAddress(text, 'a user name does not begin with -');
  const given = /:\d+$/.test(authority.replace(/\[.*\]/, ''));
  return { host, ...(given && { port }), ...(username !== undefined && { username }) };
}

export function showSshHop({ host, port, username }: SshHop): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return `ssh:${username === undefined ? '' : `${username}@`}${name}${port === undefined ? '' : `:${port}`}`;
}

const SSH_PORT = 22;
