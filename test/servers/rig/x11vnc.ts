import { building, rfbServer, type XServerOptions } from './rfb-server.ts';
import { listening, startOnPort, startProcess } from './server-process.ts';
import { XClient } from './x-client.ts';
import { XDisplay } from './x-display.ts';
import { displayNumber, type XRfbServer } from './xtigervnc.ts';

/** x11vnc (LibVNCServer) in front of an Xvfb of its own. */
export function x11vnc(options: XServerOptions = {}): Promise<XRfbServer> {
  const { geometry = '800x600', depth = 24, password, args = [], env = {} } = options;
  return startOnPort(options.port, (port) =>
    building(async (owned) => {
      const screen = ['-screen', '0', `${geometry}x${depth}`];
      const xvfb = owned.add(
        await startProcess('Xvfb', ['-displayfd', '3', ...screen, '-nolisten', 'tcp', '-ac', '-noreset']),
      );
      const number = await xvfb.until('display number', () => displayNumber(xvfb.report()));
      const display = owned.add(new XDisplay(number, await XClient.connect(number), 'round'));
      const server = owned.add(
        await startProcess(
          'x11vnc',
          [
            ...['-norc', '-display', display.name, '-rfbport', `${port}`, '-no6', '-localhost', '-forever', '-shared'],
            ...(password === undefined ? ['-nopw'] : ['-passwd', password]),
            ...args,
          ],
          { env },
        ),
      );
      await server.until(`listening on ${port}`, async () => (await listening(port)) || undefined);
      return { ...rfbServer(owned, server, `127.0.0.1::${port}`, port), display };
    }),
  );
}
