import { AuthenticationError } from '../../rfb/errors.ts';
import type { StreamPipe } from '../stream-pipe.ts';
import type { Machine, OpenOptions, PowerAction } from '../transport.ts';
import { told } from './failure.ts';
import { listMachines } from './list-machines.ts';
import { openConsole } from './open-console.ts';
import { switchMachine } from './power.ts';
import { showXapi, type XapiAddress } from './xapi-address.ts';
import { type Login, XapiSession } from './xapi-session.ts';

/** The session lasts as long as the pipe. */
export async function open(address: XapiAddress, options: OpenOptions): Promise<StreamPipe> {
  const name = showXapi(address);
  return await told(name, 'console', async () => {
    const session = await logIn(address, options);
    try {
      return await openConsole({ session, address, name, options, release: () => session.logout() });
    } catch (error) {
      await session.logout();
      throw error;
    }
  });
}

export async function list(address: XapiAddress, options: OpenOptions): Promise<readonly Machine[]> {
  return await inSession(address, 'console', options, (session) => listMachines(session, address));
}

export async function power(address: XapiAddress, action: PowerAction, options: OpenOptions): Promise<void> {
  await inSession(address, 'power', options, (session) => switchMachine(session, address, action, options));
}

async function inSession<T>(
  address: XapiAddress,
  kind: 'console' | 'power',
  options: OpenOptions,
  work: (session: XapiSession) => Promise<T>,
): Promise<T> {
  return await told(showXapi(address), kind, async () => {
    const session = await logIn(address, options);
    try {
      return await work(session);
    } finally {
      await session.logout();
    }
  });
}

const DEFAULT_USER = 'root';

async function logIn(address: XapiAddress, options: OpenOptions): Promise<XapiSession> {
  return await XapiSession.open(address.api, await loginFor(address, options), options);
}

/** The address's user, then what `xe` would take, then what the caller has. */
async function loginFor(address: XapiAddress, { variables = {}, credentials }: OpenOptions): Promise<Login> {
  const extra = extraArguments(variables.XE_EXTRA_ARGS ?? '');
  const known = { username: address.username ?? extra.username, password: extra.password };
  const missing = (['username', 'password'] as const).filter((field) => known[field] === undefined);
  const asked = (missing.length > 0 && (await credentials?.(missing))) || {};
  const username = known.username ?? asked.username ?? DEFAULT_USER;
  const password = known.password ?? asked.password ?? '';
  if (password !== '') return { username, password };
  const message = `${showXapi(address)} wants the password of ${JSON.stringify(username)}, and none was given`;
  throw new AuthenticationError('CREDENTIALS_REQUIRED', message, { phase: 'connect' });
}

/** `username=root,password=x`, as `xe` reads it: a comma in a value has a backslash in front. */
function extraArguments(text: string): Readonly<Record<string, string | undefined>> {
  const parts = text.match(/(?:\\.|[^,\\])+/gs) ?? [];
  return Object.fromEntries(
    parts.map((part) => {
      const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(part.replace(/\\/g, '')) ?? [];
      return [name, value];
    }),
  );
}
