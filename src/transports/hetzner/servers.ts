import { ConnectionError } from '../../rfb/errors.ts';
import { quoted } from '../address.ts';
import { type JsonRecord, listOf, recordIn, textIn, textOf } from '../json-record.ts';
import type { Machine, OpenOptions, PowerAction } from '../transport.ts';
import { namedIn, parseHetzner, showHetzner } from './address.ts';
import { HetznerApi } from './api.ts';

/** What Hetzner Cloud calls them. */
const COMMANDS = { on: 'poweron', off: 'poweroff', shutdown: 'shutdown', reset: 'reset', reboot: 'reboot' } as const;

export const powerActions = Object.keys(COMMANDS) as readonly PowerAction[];

const PAGE_SIZE = 50;

/** The id of a server; what is all digits is one. @throws ConnectionError `CONNECT_FAILED` */
export async function serverId(api: HetznerApi, server: string): Promise<string> {
  return isId(server) ? server : textOf(await findServer(api, server), 'id', api.where);
}

async function findServer(api: HetznerApi, server: string): Promise<JsonRecord> {
  const doing = `looking for ${showHetzner(server)}`;
  if (isId(server)) return recordIn(await api.call({ method: 'GET', path: `/servers/${server}`, doing }), 'server');
  const path = `/servers?name=${encodeURIComponent(server)}`;
  const [found] = listOf((await api.call({ method: 'GET', path, doing })).servers, api.where);
  if (found !== undefined) return found;
  const message = `there is no server called ${quoted(server)} in the project of this token; rfbctl list hetzner: shows which there are`;
  throw new ConnectionError('CONNECT_FAILED', message, { phase: 'connect' });
}

const isId = (server: string) => /^\d+$/.test(server);

export async function listServers(address: string, options: OpenOptions): Promise<readonly Machine[]> {
  const api = new HetznerApi(options);
  const server = parseHetzner(address);
  if (server !== undefined) return [machineOf(await findServer(api, server), api.where)];
  const machines: Machine[] = [];
  for (let page: string | undefined = '1'; page !== undefined; ) {
    const path: string = `/servers?page=${page}&per_page=${PAGE_SIZE}`;
    const answer = await api.call({ method: 'GET', path, doing: 'listing servers' });
    machines.push(...listOf(answer.servers, api.where).map((entry) => machineOf(entry, api.where)));
    const next = textIn(recordIn(recordIn(answer, 'meta'), 'pagination'), 'next_page');
    page = Number(next) > Number(page) ? next : undefined;
  }
  return machines;
}

export async function switchPower(address: string, action: PowerAction, options: OpenOptions): Promise<void> {
  const api = new HetznerApi(options);
  const server = namedIn(address);
  const found = await findServer(api, server);
  const state = textOf(found, 'status', api.where);
  if (state === (action === 'on' ? 'running' : 'off') && action !== 'reset' && action !== 'reboot') return;
  const id = textOf(found, 'id', api.where);
  const doing = `waiting for ${action} of ${showHetzner(server)}`;
  const call = { method: 'POST', path: `/servers/${id}/actions/${COMMANDS[action]}`, doing } as const;
  await api.done(recordIn(await api.call(call), 'action'), call);
  // The guest has been told by then, and takes its time.
  if (action === 'shutdown') await api.until(doing, async () => textIn(await findServer(api, id), 'status') === 'off');
}

function machineOf(server: JsonRecord, where: string): Machine {
  const id = textOf(server, 'id', where);
  const place =
    textIn(recordIn(server, 'location'), 'name') ??
    textIn(recordIn(recordIn(server, 'datacenter'), 'location'), 'name');
  return {
    id,
    name: textOf(server, 'name', where),
    state: textOf(server, 'status', where),
    console: 'vnc',
    address: `hetzner://${id}`,
    ...(place !== undefined && { host: place }),
  };
}
