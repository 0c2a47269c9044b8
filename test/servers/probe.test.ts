import { expect, test } from 'vitest';
import { cli, describeWith, qemu, type RfbServer, x11vnc, xtermText, xtigervnc, xtightvnc } from './rig/index.ts';

const PASSWORD = 'secret';
const EVERYWHERE = ['tight', 'hextile', 'rre', 'raw'];

/** LibVNCServer and QEMU round trips are updates. */
const servers = {
  xtigervnc: {
    start: xtigervnc,
    security: [{ type: 2, name: 'vncauth' }],
    size: [800, 600],
    encodings: [...EVERYWHERE, 'zrle'],
    extensions: [
      ...[
        'continuous-updates',
        'cursor-with-alpha',
        'extended-clipboard',
        'extended-desktop-size',
        'fence',
        'last-rect',
      ],
      ...['qemu-extended-key-event', 'qemu-led-state'],
    ],
    roundTripBy: 'fence',
    pointer: 'absolute',
  },
  xtightvnc: {
    start: xtightvnc,
    security: [
      { type: 2, name: 'vncauth' },
      { type: 16, name: 'tight' },
    ],
    size: [800, 600],
    encodings: [...EVERYWHERE, 'zlib', 'co-rre'],
    extensions: ['last-rect', 'x-cursor'],
    roundTripBy: 'update',
    pointer: 'absolute',
  },
  x11vnc: {
    start: x11vnc,
    security: [{ type: 2, name: 'vncauth' }],
    size: [800, 600],
    encodings: [...EVERYWHERE, 'zlib', 'co-rre', 'zrle'],
    extensions: ['cursor', 'extended-clipboard', 'extended-desktop-size', 'last-rect'],
    roundTripBy: 'update',
    pointer: 'absolute',
  },
  qemu: {
    start: qemu,
    security: [{ type: 2, name: 'vncauth' }],
    size: [720, 400],
    encodings: ['tight', 'hextile', 'raw', 'zlib', 'zrle'],
    extensions: [
      'extended-clipboard',
      'extended-desktop-size',
      'qemu-extended-key-event',
      'qemu-led-state',
      'qemu-pointer-motion-change',
    ],
    roundTripBy: 'update',
    pointer: 'relative',
  },
} as const;

for (const [name, { start, ...wanted }] of Object.entries(servers)) {
  describeWith([name as keyof typeof servers], `rfbctl probe on ${name}`, () => {
    test('as JSON and as text', async () => {
      await using server: RfbServer = await start({ password: PASSWORD });
      const run = async (...args: string[]) => {
        const { exitCode, stdout, stderr } = await cli('probe', server.address, '--password', PASSWORD, '-q', ...args);
        expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
        return stdout.toString();
      };
      const report = JSON.parse(await run('--json'));
      expect(report).toMatchObject({
        version: '3.8',
        announcedVersion: '3.8',
        security: { used: 'vncauth', offered: wanted.security },
        width: wanted.size[0],
        height: wanted.size[1],
        pixelFormat: { bitsPerPixel: 32, depth: 24, bigEndian: false, trueColour: true },
        extensions: wanted.extensions,
        roundTripBy: wanted.roundTripBy,
        pointer: wanted.pointer,
      });
      expect(used(report)).toEqual([...wanted.encodings].sort());
      expect(report.roundTripMs).toBeGreaterThan(0);
      expect(report.desktopName).not.toBe('');
      const text = await run();
      for (const part of ['3.8', 'vncauth (2)', wanted.size.join('x'), wanted.encodings[0], wanted.extensions[0]]) {
        expect(text).toContain(part);
      }
    });
  });
}

describeWith(['xtigervnc', 'xterm'], 'rfbctl probe', () => {
  test('names the depth of a 16-bit screen and what is on offer without a password', async () => {
    await using server = await xtigervnc({ depth: 16, geometry: '1024x768' });
    await using _ = await xtermText(server.display, 'text\r\n');
    const { stdout } = await cli('probe', server.address, '--json');
    expect(JSON.parse(stdout.toString())).toMatchObject({
      security: { used: 'none', offered: [{ type: 1, name: 'none' }] },
      width: 1024,
      height: 768,
      pixelFormat: { bitsPerPixel: 16, depth: 16, redMax: 31, greenMax: 63, blueMax: 31 },
    });
  });
});

function used(report: { readonly encodings: readonly { readonly name: string; readonly used: boolean }[] }): string[] {
  return report.encodings
    .filter((encoding) => encoding.used)
    .map(({ name }) => name)
    .sort();
}
