import { existsSync } from 'node:fs';
import { building, rfbServer, type XServerOptions } from './rfb-server.ts';
import { listening, startOnFreePort, startProcess } from './server-process.ts';
import { vncPasswordFile } from './vnc-password.ts';
import { XClient } from './x-client.ts';
import { XDisplay } from './x-display.ts';
import type { XRfbServer } from './xtigervnc.ts';

/** TightVNC 1.3's X server. */
export function xtightvnc(options: XServerOptions = {}): Promise<XRfbServer> {
  const { geometry = '800x600', depth = 24, password, args = [] } = options;
  return startOnFreePort((port) =>
    building(async (owned) => {
      const directory = await owned.directory();
      const security = password === undefined ? [] : ['-rfbauth', await vncPasswordFile(directory, password)];
      const number = freeDisplay();
      const server = owned.add(
        await startProcess('Xtightvnc', [
          ...[`:${number}`, '-geometry', geometry, '-depth', `${depth}`, '-rfbport', `${port}`, '-localhost'],
          ...['-alwaysshared', '-nolisten', 'tcp', '-ac', '-fp', FONTS, ...security, ...args],
        ]),
      );
      await server.until(`listening on ${port}`, async () => (await listening(port)) || undefined);
      const connect = () => XClient.connect(number).catch(() => undefined);
      const display = owned.add(new XDisplay(number, await server.until('X connection', connect), 'round'));
      return { ...rfbServer(owned, server, `127.0.0.1::${port}`, port), display };
    }),
  );
}

/** It predates `-displayfd`. A random start keeps test runs side by side apart. */
function freeDisplay(): number {
  for (let number = 300 + Math.floor(Math.random() * 500); ; number++) {
    if (!existsSync(`/tmp/.X${number}-lock`) && !existsSync(`/tmp/.X11-unix/X${number}`)) return number;
  }
}

const FONTS = '/usr/share/fonts/X11/misc';
