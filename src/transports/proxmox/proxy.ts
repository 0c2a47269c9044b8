import { ConnectionError, type RfbError } from '../../rfb/errors.ts';
import { showHostPort } from '../address.ts';
import { connectionLost } from '../connect-error.ts';
import { openWebSocket } from '../open-websocket.ts';
import type { StreamPipe } from '../stream-pipe.ts';
import type { OpenOptions } from '../transport.ts';
import type { ProxmoxAddress } from './address.ts';
import type { ProxmoxApi } from './api.ts';
import { failureOf } from './failures.ts';
import { recordOf, textIn, textOf } from './fields.ts';
import { type Owner, pathOf, stateOf } from './lookup.ts';

/** A console that a node has opened: one client, within ten seconds, through the same node. */
export interface ConsoleProxy {
  readonly port: string;
  /** As it came: a new one begins with the password and a colon, and both may hold any character. */
  readonly ticket: string;
  readonly password: string | undefined;
  /** Who it is for, `root@pam!ci` among them. */
  readonly user: string;
}

export type ProxyCall = 'vncproxy' | 'vncshell' | 'termproxy';

/** @throws ConnectionError `CONNECT_FAILED` · AuthenticationError: the right is missing */
export async function startProxy(
  api: ProxmoxApi,
  owner: Owner,
  call: ProxyCall,
  form: Readonly<Record<string, string>>,
): Promise<ConsoleProxy> {
  const doing = `opening the console of ${nameOf(owner)}`;
  const data = recordOf(await api.call({ path: `${pathOf(owner)}/${call}`, doing, form }));
  return {
    port: textOf(data, 'port'),
    ticket: textOf(data, 'ticket'),
    password: textIn(data, 'password'),
    user: textIn(data, 'user') ?? api.username,
  };
}

export interface ProxyPipeOptions {
  readonly address: ProxmoxAddress;
  readonly name: string;
  readonly release?: () => Promise<void>;
  /** Why it ends when it has not said a word. */
  readonly silentEnd: (cause: Error | undefined) => RfbError;
}

/** The websocket to it. Proxmox VE never says goodbye: that it just ends is the normal end. */
export async function openProxy(
  api: ProxmoxApi,
  owner: Owner,
  { port, ticket }: ConsoleProxy,
  { address, name, release, silentEnd }: ProxyPipeOptions,
  options: OpenOptions,
): Promise<StreamPipe> {
  const doing = `opening the websocket of ${nameOf(owner)}`;
  const { cookie, authorization } = await api.headers();
  options.onProgress?.(`${doing} at ${api.where}`);
  const query = `port=${port}&vncticket=${encodeURIComponent(ticket)}`;
  const host = showHostPort(address).replace('::', ':');
  const url = new URL(`wss://${host}/api2/json${pathOf(owner)}/vncwebsocket?${query}`);
  return await openWebSocket(url, {
    ...(options.signal && { signal: options.signal }),
    headers: { ...(cookie && { cookie }), ...(authorization && { authorization }) },
    name,
    dial: () => api.dial(),
    refused: (answer) => failureOf(answer, { where: api.where, doing }),
    explain: async (cause, received) => {
      if (!received) return silentEnd(cause);
      return cause === undefined ? undefined : connectionLost(name, cause);
    },
    ...(release && { release }),
  });
}

/** Only what runs has a console. @throws ConnectionError `CONNECT_FAILED` */
export async function assertRunning(api: ProxmoxApi, owner: Owner, address: string): Promise<void> {
  if (owner.kind === 'node') return;
  const state = await stateOf(api, owner);
  if (state === undefined || state === 'running') return;
  const message = `${address}: machine ${owner.vmid} is ${state}, and has no console: rfbctl power ${address} on`;
  throw new ConnectionError('CONNECT_FAILED', message, { phase: 'connect' });
}

export function nameOf(owner: Owner): string {
  return owner.kind === 'node'
    ? `node ${owner.node}`
    : `${owner.type === 'qemu' ? 'machine' : 'container'} ${owner.vmid}`;
}
