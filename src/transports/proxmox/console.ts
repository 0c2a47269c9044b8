import { ConnectionError, UsageError } from '../../rfb/errors.ts';
import type { Opened, OpenOptions } from '../transport.ts';
import { type ProxmoxAddress, showProxmox } from './address.ts';
import { ProxmoxApi } from './api.ts';
import { locate, type Owner } from './lookup.ts';
import { assertRunning, openProxy, startProxy } from './proxy.ts';
import { takeTurn } from './turn.ts';

/** `qm vncproxy` ends what is idle for fifteen minutes; pings it never sees. */
const KEEP_ALIVE_MS = 5 * 60_000;

/** A password is good for thirty seconds from the connection on: after that there is nothing to wait for. */
const TURN_LIMIT_MS = 35_000;

/** The screen of a machine; of a container or node the VNC server that shows a terminal. */
export async function openConsole(address: ProxmoxAddress, options: OpenOptions): Promise<Opened> {
  const name = showProxmox(address);
  const { signal } = options;
  const api = await ProxmoxApi.open(address, options);
  const owner = await locate(api, address);
  if (owner.kind === 'node' && api.identity.kind === 'token') throw tokenHasNoShell(name);
  await assertRunning(api, owner, name);
  const machine = owner.kind === 'guest' && owner.type === 'qemu';
  // QEMU has one password for a machine, and each connection sets another.
  const release = machine ? await takeTurn(turnOf(api, owner), { signal, limitMs: TURN_LIMIT_MS }) : () => {};
  try {
    const proxy = await startProxy(api, owner, owner.kind === 'node' ? 'vncshell' : 'vncproxy', { websocket: '1' });
    const pipe = await openProxy(
      api,
      owner,
      proxy,
      { address, name, silentEnd: (cause) => silentEnd(name, cause), release: async () => release() },
      options,
    );
    return {
      pipe,
      credentials: { password: proxy.password ?? proxy.ticket },
      passwordMayBeOvertaken: machine,
      release,
      keepAliveMs: KEEP_ALIVE_MS,
    };
  } catch (error) {
    release();
    throw error;
  }
}

/** `qm vncproxy` finds no machine that runs. */
function silentEnd(name: string, cause: Error | undefined): ConnectionError {
  const why = 'was the machine stopped or moved just now? rfbctl list says where it is';
  const message = `${name}: the node ended the console before it said a word: ${why}`;
  return new ConnectionError('CONNECT_FAILED', message, { cause, phase: 'greeting' });
}

function turnOf({ where }: ProxmoxApi, owner: Owner): string {
  return owner.kind === 'guest' ? `${where}/${owner.vmid}` : where;
}

function tokenHasNoShell(name: string): UsageError {
  const message = `${name}: the shell of a node has no VNC for an API token: log in as a user, or use rfbctl term`;
  return new UsageError('BAD_OPTION', message);
}
