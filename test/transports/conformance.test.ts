import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { transports } from '../../src/transports/index.ts';
import { type TransportCase, transportSuite } from '../conformance/transport.suite.ts';
import {
  freePort,
  serveExec,
  serveHttpConnect,
  serveTcp,
  serveTls,
  serveUnix,
  serveWebSocket,
  silent,
} from '../support/pipe-servers.ts';
import { serveProxmox, TOKEN } from '../support/proxmox.ts';
import { serveXapi } from '../support/xapi-pool.ts';

const cases: Readonly<Record<string, TransportCase>> = {
  vnc: { serve: serveTcp, dead: async () => `vnc://127.0.0.1:${await freePort()}` },
  unix: { serve: serveUnix, dead: async () => `unix:${path.join(tmpdir(), 'rfbctl-nothing-here.sock')}` },
  tls: {
    serve: serveTls,
    dead: async () => `tls:127.0.0.1::${await freePort()}`,
    hangs: async () => renamed(await serveTcp(silent), 'tls://'),
  },
  ws: {
    serve: serveWebSocket,
    dead: async () => `ws://127.0.0.1:${await freePort()}/`,
    hangs: async () => renamed(await serveTcp(silent), 'ws://'),
  },
  'http-connect': {
    serve: serveHttpConnect,
    dead: async () => `http-connect://127.0.0.1:${await freePort()}/host:5900`,
    hangs: async () => {
      const server = await serveTcp(silent);
      return { ...server, address: `${server.address.replace('vnc:', 'http-connect:')}/host:5900` };
    },
  },
  proxmox: {
    serve: serveProxmox,
    dead: async () => `proxmox://127.0.0.1:${await freePort()}/101`,
    options: { variables: { PROXMOX_VE_API_TOKEN: TOKEN } },
  },
  xapi: {
    serve: serveXapi,
    dead: async () => `xapi://127.0.0.1:${await freePort()}/web`,
    options: { variables: { XE_EXTRA_ARGS: 'password=x' } },
    hangs: async () => {
      const server = await serveTcp(silent);
      const options = { variables: { XE_EXTRA_ARGS: 'password=x' } };
      return { ...server, address: `${server.address.replace('vnc:', 'xapi:')}/web`, options };
    },
  },
  exec: { serve: serveExec, dead: async () => 'exec:exit 3', failsLate: true },
};

for (const [name, transportCase] of Object.entries(cases)) transportSuite(name, transportCase);

test('every transport that opens sockets or processes is held to the contract', () => {
  // A websocket each, once the API has been asked: test/emulators.
  // libvirt has the pipes of others, and wants virsh: test/servers.
  const elsewhere = ['demo', 'hetzner', 'openstack', 'kubevirt', 'libvirt'];
  for (const { schemes } of transports) {
    expect(
      schemes.some((scheme) => scheme in cases || elsewhere.includes(scheme)),
      schemes.join(),
    ).toBe(true);
  }
});

function renamed<T extends { address: string }>(server: T, scheme: string): T {
  return { ...server, address: server.address.replace('vnc://', scheme) };
}
