import { building, type RfbServer, rfbServer } from './rfb-server.ts';
import { listening, startOnFreePort, startProcess } from './server-process.ts';

/** websockify in front of a server that listens on TCP. Stops alone: the server behind has an owner already. */
export function websockify(behind: RfbServer, args: readonly string[] = []): Promise<RfbServer> {
  return startOnFreePort((port) =>
    building(async (owned) => {
      const proxy = owned.add(
        await startProcess('websockify', [...args, `127.0.0.1:${port}`, `127.0.0.1:${behind.port}`]),
      );
      await proxy.until(`listening on ${port}`, async () => (await listening(port)) || undefined);
      return rfbServer(owned, proxy, `ws://127.0.0.1:${port}/`, port);
    }),
  );
}
