import { createHash } from 'node:crypto';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { Session } from '../../src/rfb/session/session.ts';
import { openAddress } from '../../src/transports/index.ts';
import { u16, u32, wire } from '../support/decode.ts';
import { type PipeServer, type Serve, serveTcp, serveUnix } from '../support/pipe-servers.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function opened(start: (serve: Serve) => Promise<PipeServer>, serve: Serve) {
  const server = await start(serve);
  cleanups.push(server.close);
  const { pipe } = await openAddress(server.address);
  cleanups.push(() => pipe.close());
  return pipe;
}

const MIB = 1024 * 1024;
const noise = (length: number) => Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 17) & 255));
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe.each([
  ['tcp', serveTcp],
  ['unix', serveUnix],
])('%s', (_name, start) => {
  test.each([
    ['at once', async () => {}],
    ['a turn later', async () => void (await turn())],
    ['now and then much later', async (i: number) => void (i % 16 === 0 && (await sleep(5)))],
  ])(
    'receives into two buffers in turns, and a chunk stays until the next is asked for: read %s',
    async (_when, wait) => {
      const bytes = noise(8 * MIB);
      const pipe = await opened(start, (peer) => peer.end(bytes));
      const pair = [new Uint8Array(64 * 1024), new Uint8Array(64 * 1024)] as const;
      pipe.receiveInto?.(() => pair);
      const hash = createHash('sha256');
      let inPair = 0;
      let chunks = 0;
      for await (const chunk of pipe.incoming) {
        await wait(chunks++);
        hash.update(chunk);
        if (pair.some(({ buffer }) => buffer === chunk.buffer)) inPair += chunk.length;
      }
      expect(hash.digest('hex')).toBe(hashOf(bytes));
      // All but what was under way when it was told.
      expect(inPair).toBeGreaterThan(bytes.length - 3 * 64 * 1024);
    },
  );

  test('a session shows what was received into its core, also after the screen has changed its size', async () => {
    const [width, height] = [500, 400];
    const first = noise(width * height * 4);
    const second = noise((width + 1) * height * 4).reverse();
    const rect = (x: number, y: number, w: number, h: number, type: number) =>
      wire(u16(x), u16(y), u16(w), u16(h), u32(type >>> 0));
    const pipe = await opened(start, (peer) => {
      peer.once('data', () => {
        peer.write(wire(1, 1));
        peer.write(
          wire(u32(0), u16(width), u16(height), 32, 24, 0, 1, ...[255, 255, 255].map(u16), 0, 8, 16, 0, 0, 0, u32(0)),
        );
        peer.write(wire(0, 0, u16(3), rect(0, 0, width, height, 0)));
        peer.write(first);
        peer.write(rect(0, 0, width + 1, height, -223));
        peer.write(rect(0, 0, width + 1, height, 0));
        peer.end(second);
      });
      peer.write('RFB 003.008\n');
    });
    const session = await Session.open(pipe);
    let before: Uint8Array | undefined;
    session.once('resize', () => {
      before = session.framebuffer.rgba({ x: 0, y: 0, width, height });
    });
    await new Promise<void>((resolve) => session.once('update', resolve));
    expect(hashOf(before ?? new Uint8Array())).toBe(hashOf(opaque(first)));
    expect(hashOf(session.framebuffer.rgba())).toBe(hashOf(opaque(second)));
    await session.close();
  });
});

function opaque(rgbx: Buffer): Uint8Array {
  return Uint8Array.from(rgbx, (value, i) => (i % 4 === 3 ? 255 : value));
}
