import { expect, test } from 'vitest';
import { ByteReader } from '../../../../src/rfb/bytes/byte-reader.ts';
import { bell } from '../../../../src/rfb/protocol/messages/server-to-client/bell.ts';
import { endOfContinuousUpdates } from '../../../../src/rfb/protocol/messages/server-to-client/end-of-continuous-updates.ts';
import { framebufferUpdate } from '../../../../src/rfb/protocol/messages/server-to-client/framebuffer-update.ts';
import { serverCutText } from '../../../../src/rfb/protocol/messages/server-to-client/server-cut-text.ts';
import { serverFence } from '../../../../src/rfb/protocol/messages/server-to-client/server-fence.ts';
import { setColourMapEntries } from '../../../../src/rfb/protocol/messages/server-to-client/set-colour-map-entries.ts';
import { rows, u16, u32, wire } from '../../../support/decode.ts';
import { chunksOf } from '../../../support/pipes.ts';
import { describeTelling, RecordingTarget } from '../../../support/recording-target.ts';

const RAW = u32(0);
const HEXTILE = u32(5);
const DESKTOP_SIZE = u32(-223);
const LAST_RECT = u32(-224);
const QEMU_EXTENDED_KEY = u32(-258);

const geometry = (x: number, y: number, width: number, height: number) => [x, y, width, height].flatMap(u16);
const rect = (x: number, y: number, width: number, height: number) => ({ x, y, width, height });
const pixel = '010203 00';

/** One mebibyte, the longest clipboard that is kept. */
const longest = 1024 * 1024;

describeTelling(
  [
    {
      name: 'FramebufferUpdate: rectangles and pseudo-rectangles in their order',
      receive: framebufferUpdate.receive,
      bytes: wire(
        wire(0, u16(3)),
        wire(geometry(1, 2, 1, 1), RAW, pixel),
        wire(geometry(0, 0, 0, 0), QEMU_EXTENDED_KEY),
        // One tile, its background given.
        wire(geometry(0, 0, 2, 2), HEXTILE, 2, pixel),
      ),
      told: [
        ['beginUpdate'],
        ['painted', rect(1, 2, 1, 1), 'raw'],
        ['confirm', 'qemu-extended-key-event'],
        ['painted', rect(0, 0, 2, 2), 'hextile'],
        ['finishUpdate'],
      ],
    },
    {
      name: 'FramebufferUpdate without rectangles',
      receive: framebufferUpdate.receive,
      bytes: wire(0, u16(0)),
      told: [['beginUpdate'], ['finishUpdate']],
    },
    {
      name: 'FramebufferUpdate of 65535 rectangles that LastRect ends after one',
      receive: framebufferUpdate.receive,
      bytes: wire(0, u16(0xffff), geometry(0, 0, 1, 1), RAW, pixel, geometry(0, 0, 0, 0), LAST_RECT),
      told: [
        ['beginUpdate'],
        ['painted', rect(0, 0, 1, 1), 'raw'],
        ['confirm', 'last-rect'],
        ['endUpdate'],
        ['finishUpdate'],
      ],
    },
    {
      name: 'FramebufferUpdate with a pseudo-rectangle larger than the framebuffer',
      receive: framebufferUpdate.receive,
      bytes: wire(0, u16(1), geometry(0, 0, 9999, 9999), DESKTOP_SIZE),
      told: [['beginUpdate'], ['confirm', 'desktop-size'], ['resize', 9999, 9999], ['finishUpdate']],
    },
    {
      name: 'SetColourMapEntries, big-endian',
      receive: setColourMapEntries.receive,
      bytes: wire(0, u16(0x0102), u16(2), u16(0x1234), u16(2), u16(3), u16(0xff00), u16(0x00ff), u16(0)),
      told: [
        ['setColourMapEntry', 0x0102, 0x1234, 2, 3],
        ['setColourMapEntry', 0x0103, 0xff00, 0x00ff, 0],
        ['colourMapChanged'],
      ],
    },
    {
      name: 'SetColourMapEntries beyond the last one',
      receive: setColourMapEntries.receive,
      bytes: wire(0, u16(0xffff), u16(2), new Uint8Array(12)),
      told: [['setColourMapEntry', 0xffff, 0, 0, 0], ['setColourMapEntry', 0x10000, 0, 0, 0], ['colourMapChanged']],
    },
    { name: 'Bell', receive: bell.receive, bytes: wire(), told: [['bell']] },
    {
      name: 'ServerCutText is Latin-1',
      receive: serverCutText.receive,
      bytes: wire(0xff, 0xff, 0xff, u32(5), Buffer.from('caf\xe9\n', 'latin1')),
      told: [['cutText', 'café\n']],
    },
    {
      name: 'an empty ServerCutText',
      receive: serverCutText.receive,
      bytes: wire(0, 0, 0, u32(0)),
      told: [['cutText', '']],
    },
    {
      name: 'ServerCutText of a negative length, the extended clipboard',
      receive: serverCutText.receive,
      bytes: wire(0, 0, 0, u32(-8), u32(0x01000001), u32(0)),
      told: [
        ['confirm', 'extended-clipboard'],
        ['clipboardMessage', { action: 'caps', formats: 1, actions: [], maxTextLength: 0 }],
      ],
    },
    {
      name: 'EndOfContinuousUpdates',
      receive: endOfContinuousUpdates.receive,
      bytes: wire(),
      told: [['confirm', 'continuous-updates']],
    },
    {
      name: 'ServerFence',
      receive: serverFence.receive,
      bytes: wire(1, 2, 3, u32(0x80000003), 2, 7, 8),
      told: [
        ['confirm', 'fence'],
        ['fence', { flags: 0x80000003, payload: Uint8Array.of(7, 8) }],
      ],
    },
    {
      name: 'ServerFence of 64 bytes',
      receive: serverFence.receive,
      bytes: wire(0, 0, 0, u32(0), 64, new Uint8Array(64)),
      told: [
        ['confirm', 'fence'],
        ['fence', { flags: 0, payload: new Uint8Array(64) }],
      ],
    },
  ],
  [
    {
      name: 'a rectangle of an encoding that nobody knows, naming it and its place',
      receive: framebufferUpdate.receive,
      bytes: wire(0, u16(2), geometry(0, 0, 1, 1), RAW, pixel, geometry(1, 2, 3, 1), u32(-1234)),
      code: 'UNKNOWN_ENCODING',
      // 3 + 12 + 4 bytes come before it.
      message: /rectangle 2 of 2 \(3x1 at 1,2, stream offset 19\) has encoding -1234/,
    },
    ...(
      [
        [1, 0, 4, 4],
        [0, 1, 4, 4],
        [4, 0, 1, 1],
        [65535, 65535, 65535, 65535],
      ] as const
    ).map(([x, y, width, height]) => ({
      name: `a rectangle of ${width}x${height} at ${x},${y} on a screen of 4x4, before its pixels`,
      receive: framebufferUpdate.receive,
      bytes: wire(0, u16(1), geometry(x, y, width, height), RAW),
      code: 'BAD_RECT' as const,
      message: new RegExp(`raw rectangle ${width}x${height} at ${x},${y} is outside the 4x4 framebuffer`),
    })),
    {
      name: 'a clipboard of 2 GiB',
      receive: serverCutText.receive,
      bytes: wire(0, 0, 0, u32(0x7fffffff)),
      code: 'BAD_LENGTH',
      message: /2147483647 bytes, the limit is 67108864/,
    },
    {
      name: 'a clipboard of the most negative length',
      receive: serverCutText.receive,
      bytes: wire(0, 0, 0, u32(0x80000000)),
      code: 'BAD_LENGTH',
      message: /2147483648 bytes/,
    },
    {
      name: 'a fence payload of 65 bytes',
      receive: serverFence.receive,
      bytes: wire(0, 0, 0, u32(0), 65),
      code: 'BAD_LENGTH',
      message: /65 bytes, allowed are 64/,
    },
  ],
);

test('a rectangle is painted before the session hears of it', async () => {
  const target = new RecordingTarget();
  const bytes = wire(0, u16(1), geometry(3, 3, 1, 1), RAW, pixel);
  await framebufferUpdate.receive(new ByteReader(chunksOf([bytes])), target);
  expect(rows(target.framebuffer)[3]).toBe('...... ...... ...... 010203');
});

test.each([
  ['is kept up to 1 MiB', longest, [['cutText', 'a'.repeat(longest)]]],
  ['is passed over above that', longest + 1, []],
])('ServerCutText %s', async (_name, length, told) => {
  const target = new RecordingTarget();
  const reader = new ByteReader(chunksOf([wire(0, 0, 0, u32(length)), new Uint8Array(length).fill(0x61)]));
  await serverCutText.receive(reader, target);
  expect(target.told).toEqual(told);
  expect(reader.offset).toBe(7 + length);
});
