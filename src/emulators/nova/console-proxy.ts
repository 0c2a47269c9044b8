import type { Duplex } from 'node:stream';
import { createWebSocketStream } from 'ws';
import { askNothing, joinStreams, joinWebSocket, read } from '../console-stream.ts';
import { acceptUpgrade, refuseUpgrade, type Upgrade } from '../http-server.ts';
import type { OpenStackProject } from './project.ts';

/** nova-novncproxy, which is built on websockify. */
export async function proxyConsole(project: OpenStackProject, upgrade: Upgrade): Promise<void> {
  const { headers, subprotocols } = upgrade;
  if (subprotocols.length > 0 && !subprotocols.includes('binary'))
    return refuseUpgrade(upgrade, '400 Invalid protocol selected');
  const socket = await acceptUpgrade(upgrade, subprotocols.includes('binary') ? 'binary' : undefined);
  // From here on there is no way to say what is wrong.
  const { origin, host = '' } = headers;
  if (origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host)) return socket.terminate();
  const token = tokenOf(upgrade);
  const console = project.consoles.find((candidate) => candidate.token === token && candidate.expires >= Date.now());
  if (console === undefined || console.server.status !== 'ACTIVE') return socket.terminate();
  const server = await console.server.connect();
  if (!project.options.securityProxy) return joinWebSocket(socket, server);
  const viewer = createWebSocketStream(socket).on('error', () => {});
  await showNone(viewer, server).catch(() => {
    viewer.destroy();
    server.destroy();
  });
}

/** Of the query; a cookie where that has none. */
function tokenOf({ url, headers }: Upgrade): string | undefined {
  const query = url.searchParams.get('token');
  return query ?? /(?:^|;\s*)token=([^;]*)/.exec(headers.cookie ?? '')?.[1];
}

/** The proxy logs in at the hypervisor, and offers viewers None alone; both sides have to speak 3.8. */
async function showNone(viewer: Duplex, server: Duplex): Promise<void> {
  viewer.write('RFB 003.008\n');
  if ((await read(viewer, 12)).toString() !== 'RFB 003.008\n') throw new Error('the viewer speaks another version');
  viewer.write(Buffer.of(1, 1));
  if ((await read(viewer, 1))[0] !== 1) {
    const reason = 'Only the security type 1 (NONE) is supported';
    viewer.end(Buffer.concat([Buffer.of(0, 0, 0, 1, 0, 0, 0, reason.length), Buffer.from(reason)]));
    throw new Error(reason);
  }
  await askNothing(server);
  viewer.write(Buffer.alloc(4));
  joinStreams(viewer, server);
}
