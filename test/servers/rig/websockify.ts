import { building, type RfbServer, rfbServer } from './rfb-server.ts';
import { listening, startOnFreePort, startProcess } from './server-process.ts';

/**
 * websockify in front of a server that listens on TCP, or of those that its tokens name. Stops alone: the server behind has
 * an owner already.
 */
export function websockify(behind: RfbServer | undefined, args: readonly string[] = []): Promise<RfbServer> {
  const target = behind === undefined ? [] : [`127.0.0.1:${behind.port}`];
  return startOnFreePort((port) =>
    building(async (owned) => {
      const proxy = owned.add(await startProcess('websockify', [...args, `127.0.0.1:${port}`, ...target]));
      await proxy.until(`listening on ${port}`, async () => (await listening(port)) || undefined);
      return rfbServer(owned, proxy, `ws://127.0.0.1:${port}/`, port);
    }),
  );
}
