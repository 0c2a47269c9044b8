import { building, type RfbServer, rfbServer, type XServerOptions } from './rfb-server.ts';
import { listening, startOnPort, startProcess } from './server-process.ts';
import { vncPasswordFile } from './vnc-password.ts';
import { XClient } from './x-client.ts';
import { XDisplay } from './x-display.ts';

export interface XRfbServer extends RfbServer {
  readonly display: XDisplay;
}

export interface XtigervncOptions extends XServerOptions {
  /** Default: `None`, or `VncAuth` when there is a password. */
  readonly securityTypes?: string;
}

/** TigerVNC's X server. */
export function xtigervnc(options: XtigervncOptions = {}): Promise<XRfbServer> {
  const { geometry = '800x600', depth = 24, password, args = [] } = options;
  const securityTypes = options.securityTypes ?? (password === undefined ? 'None' : 'VncAuth');
  return startOnPort(options.port, (port) =>
    building(async (owned) => {
      const directory = await owned.directory();
      const security = ['-SecurityTypes', securityTypes];
      if (password !== undefined) security.push('-PasswordFile', await vncPasswordFile(directory, password));
      const server = owned.add(
        await startProcess('Xtigervnc', [
          ...['-displayfd', '3', '-geometry', geometry, '-depth', `${depth}`, '-rfbport', `${port}`],
          ...['-interface', '127.0.0.1', '-localhost', '-AlwaysShared', '-nolisten', 'tcp', '-ac', '-noreset'],
          ...security,
          ...args,
        ]),
      );
      const number = await server.until('display number', () => displayNumber(server.report()));
      await server.until(`listening on ${port}`, async () => (await listening(port)) || undefined);
      const display = owned.add(new XDisplay(number, await XClient.connect(number), 'down'));
      return { ...rfbServer(owned, server, `127.0.0.1::${port}`, port), display };
    }),
  );
}

/** What `-displayfd` wrote, once it is complete. */
export function displayNumber(report: string): number | undefined {
  const found = /^(\d+)\n/.exec(report);
  return found ? Number(found[1]) : undefined;
}
