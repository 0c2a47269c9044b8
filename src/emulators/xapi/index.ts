import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { PixelFormat } from '../../rfb/protocol/pixel-format.ts';
import { type Listening, serve } from '../../server/listen.ts';
import type { ServerOptions } from '../../server/server.ts';
import type { Emulator } from '../emulator.ts';
import { startHost } from './host.ts';
import { type EmulatedVm, Pool } from './pool.ts';
import { vncterm } from './vncterm.ts';

/** A pool of XenServer or XCP-ng, of one host. */
export const xapi: Emulator = {
  name: 'xapi',

  async start({ host: address = '127.0.0.1', port = 0 }) {
    const consoles = await Promise.all(SERVERS.map((options) => serve(options)));
    const [login, desktop, terminal] = consoles.map((server) => () => dial(server));
    const pool = new Pool({ vms: vms(login, desktop, terminal && vncterm(terminal)), users: USERS });
    const host = await startHost(pool, { address: address === 'localhost' ? '127.0.0.1' : address, port });
    const at = `xapi://${address.includes(':') ? `[${address}]` : address}:${host.port}`;
    const close = async () => {
      pool.close();
      await Promise.all([host.close(), ...consoles.map((console) => console.close())]);
    };
    return {
      address: at,
      consoles: pool.vms
        .filter(({ state }) => state === 'Running')
        .map(({ name }) => `${at}/${encodeURIComponent(name)}`),
      variables: { XE_EXTRA_ARGS: `username=root,password=${USERS.root.password}` },
      options: ['--tls-pin', `sha256:${host.fingerprint.replaceAll(':', '').toLowerCase()}`],
      close,
      [Symbol.asyncDispose]: close,
    };
  },
};

/** Made up. */
const USERS = { root: { password: 'emulated', role: 'pool-admin' } } as const;

/** As vncterm announces it: 7, 7 and 3 at 5, 2 and 0. */
const BYTE: PixelFormat = {
  bitsPerPixel: 8,
  depth: 8,
  bigEndian: false,
  trueColour: true,
  redMax: 7,
  greenMax: 7,
  blueMax: 3,
  redShift: 5,
  greenShift: 2,
  blueShift: 0,
};

const SERVERS: readonly ServerOptions[] = [
  { scene: 'login', name: 'QEMU (web-1)' },
  { scene: 'desktop', name: 'QEMU (desktop-1)' },
  { scene: 'login', name: 'XenServer Virtual Terminal', version: '3.3', pixelFormat: BYTE },
];

type Connect = () => Promise<Duplex>;

function vms(login?: Connect, desktop?: Connect, terminal?: Connect): EmulatedVm[] {
  const console = (open?: Connect) => (open === undefined ? [] : [{ protocol: 'rfb' as const, connect: open }]);
  return [
    { name: 'web-1', consoles: console(login) },
    { name: 'desktop-1', consoles: console(desktop) },
    { name: 'terminal-1', consoles: console(terminal), tools: false },
    { name: 'spare-1', state: 'Halted', consoles: console(login) },
    { name: 'Debian Bookworm 12', kind: 'template', state: 'Halted' },
    { name: 'Control domain on host: host-1', kind: 'control-domain', consoles: console(terminal) },
  ];
}

async function dial({ host, port }: Listening): Promise<Duplex> {
  const socket = connect({ host, port, noDelay: true });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return socket;
}
