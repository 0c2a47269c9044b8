import { createWebSocketStream } from 'ws';
import { type Listening, serve } from '../../server/listen.ts';
import { demandPassword, serverOf } from '../console-stream.ts';
import type { Emulator } from '../emulator.ts';
import { acceptUpgrade, type HttpServer, refuseUpgrade, startHttpServer, type Upgrade } from '../http-server.ts';
import { answer } from './api.ts';
import { Project } from './project.ts';

/** A project of Hetzner Cloud. */
export const hetzner: Emulator = {
  name: 'hetzner',

  async start({ host, port }) {
    const consoles: Listening[] = [await serve({ scene: 'login' }), await serve({ scene: 'desktop' })];
    const [login, desktop] = consoles.map(serverOf);
    if (login === undefined || desktop === undefined) throw new RangeError('no consoles');
    const token = 'emulated'.padEnd(64, '0');
    const project = new Project({
      token,
      servers: [
        { id: 42, name: 'web-1', status: 'running', connect: login },
        { id: 43, name: 'desktop-1', status: 'running', connect: desktop },
        { id: 44, name: 'spare-1', status: 'off', connect: login },
      ],
    });
    const server = await startHetzner(project, { host, port });
    const close = async () => {
      await Promise.all([server, ...consoles].map((part) => part.close()));
    };
    return {
      address: 'hetzner:',
      consoles: ['hetzner://web-1', 'hetzner://desktop-1'],
      variables: { HCLOUD_TOKEN: token, HCLOUD_ENDPOINT: `http://${server.authority}/v1` },
      options: [],
      close,
      [Symbol.asyncDispose]: close,
    };
  },
};

/** The API and the consoles, which the provider has at another host. */
export async function startHetzner(
  project: Project,
  where: { readonly host?: string | undefined; readonly port?: number | undefined } = {},
): Promise<HttpServer> {
  const server = await startHttpServer({
    ...where,
    answer: (call) => answer(project, call, server.authority),
    upgrade: (upgrade) => openConsole(project, upgrade),
  });
  return server;
}

async function openConsole(project: Project, upgrade: Upgrade): Promise<void> {
  const { request, headers, subprotocols } = upgrade;
  const ticket = project.tickets.find(({ path }) => path === request.url);
  if (ticket === undefined || Date.now() > ticket.expires) return refuseUpgrade(upgrade, '401 Unauthorized');
  if (headers.authorization !== undefined) return refuseUpgrade(upgrade, '400 Bad Request', 'a token of the API');
  const socket = await acceptUpgrade(upgrade, subprotocols.includes('binary') ? 'binary' : undefined);
  if (ticket.server.status !== 'running') return socket.close();
  const viewer = createWebSocketStream(socket).on('error', () => {});
  await demandPassword(viewer, ticket.password, ticket.server.connect).catch(() => viewer.end());
}
