import { randomUUID } from 'node:crypto';
import { type Listening, serve } from '../../server/listen.ts';
import { serverOf } from '../console-stream.ts';
import type { Emulator } from '../emulator.ts';
import { type HttpServer, startHttpServer } from '../http-server.ts';
import { proxyConsole } from './console-proxy.ts';
import { OpenStackProject } from './project.ts';
import { answer } from './services.ts';

/** A project of an OpenStack cloud: Keystone, Nova, the console proxy. */
export const nova: Emulator = {
  name: 'nova',

  async start({ host, port }) {
    const consoles: Listening[] = [await serve({ scene: 'login' }), await serve({ scene: 'desktop' })];
    const [login, desktop] = consoles.map(serverOf);
    if (login === undefined || desktop === undefined) throw new RangeError('no consoles');
    const user = { name: 'demo', password: 'emulated', domain: 'default' };
    const project = new OpenStackProject({
      user,
      project: 'demo',
      credential: { id: randomUUID().replaceAll('-', ''), secret: 'emulated' },
      servers: [
        { id: randomUUID(), name: 'web-1', status: 'ACTIVE', connect: login },
        { id: randomUUID(), name: 'desktop-1', status: 'ACTIVE', connect: desktop },
        { id: randomUUID(), name: 'spare-1', status: 'SHUTOFF', connect: login },
      ],
    });
    const server = await startNova(project, { host, port });
    const close = async () => {
      await Promise.all([server, ...consoles].map((part) => part.close()));
    };
    return {
      address: 'openstack:',
      consoles: ['openstack://web-1', 'openstack://desktop-1'],
      variables: {
        OS_AUTH_URL: `http://${server.authority}/identity/v3`,
        OS_USERNAME: user.name,
        OS_PASSWORD: user.password,
        OS_PROJECT_NAME: 'demo',
      },
      options: [],
      close,
      [Symbol.asyncDispose]: close,
    };
  },
};

/** All of it at one port. */
export async function startNova(
  project: OpenStackProject,
  where: { readonly host?: string | undefined; readonly port?: number | undefined } = {},
): Promise<HttpServer> {
  const server = await startHttpServer({
    ...where,
    answer: (call) => answer(project, call, server.authority),
    upgrade: (upgrade) => proxyConsole(project, upgrade),
  });
  return server;
}
