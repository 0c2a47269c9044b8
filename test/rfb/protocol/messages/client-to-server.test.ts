import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../../../src/rfb/bytes/byte-reader.ts';
import { ByteWriter } from '../../../../src/rfb/bytes/byte-writer.ts';
import { clientCutText } from '../../../../src/rfb/protocol/messages/client-to-server/client-cut-text.ts';
import { clientFence } from '../../../../src/rfb/protocol/messages/client-to-server/client-fence.ts';
import { enableContinuousUpdates } from '../../../../src/rfb/protocol/messages/client-to-server/enable-continuous-updates.ts';
import { framebufferUpdateRequest } from '../../../../src/rfb/protocol/messages/client-to-server/framebuffer-update-request.ts';
import { clientMessages } from '../../../../src/rfb/protocol/messages/client-to-server/index.ts';
import { keyEvent } from '../../../../src/rfb/protocol/messages/client-to-server/key-event.ts';
import { pointerEvent } from '../../../../src/rfb/protocol/messages/client-to-server/pointer-event.ts';
import { qemuExtendedKeyEvent } from '../../../../src/rfb/protocol/messages/client-to-server/qemu-extended-key-event.ts';
import { setDesktopSize } from '../../../../src/rfb/protocol/messages/client-to-server/set-desktop-size.ts';
import { setEncodings } from '../../../../src/rfb/protocol/messages/client-to-server/set-encodings.ts';
import { setPixelFormat } from '../../../../src/rfb/protocol/messages/client-to-server/set-pixel-format.ts';
import type { ClientMessage } from '../../../../src/rfb/protocol/messages/message.ts';
import { RGBX8888 } from '../../../../src/rfb/protocol/pixel-format.ts';
import { u32, wire } from '../../../support/decode.ts';
import { chunksOf } from '../../../support/pipes.ts';
import { pieces } from '../../../support/segmentations.ts';

const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const anyU32 = fc.nat(0xffffffff);
const rect = { x: u16, y: u16, width: u16, height: u16 };

/** A message with one example of its bytes, worked out from its table in the specification, and any others. */
interface Sample<T> {
  readonly message: ClientMessage<T>;
  readonly example: T;
  readonly bytes: string;
  readonly any: fc.Arbitrary<T>;
}

const sample = <T>(given: Sample<T>): Sample<unknown> => given as unknown as Sample<unknown>;

const samples = [
  sample({
    message: setPixelFormat,
    example: { ...RGBX8888, bigEndian: true, redMax: 0x0102, redShift: 16, blueShift: 3 },
    bytes: '00 000000 20 18 01 01 0102 00ff 00ff 10 08 03 000000',
    any: fc.record({
      bitsPerPixel: u8,
      depth: u8,
      bigEndian: fc.boolean(),
      trueColour: fc.boolean(),
      redMax: u16,
      greenMax: u16,
      blueMax: u16,
      redShift: u8,
      greenShift: u8,
      blueShift: u8,
    }),
  }),
  sample({
    message: setEncodings,
    example: [16, 0, -239],
    bytes: '02 00 0003 00000010 00000000 ffffff11',
    any: fc.array(fc.integer(), { maxLength: 300 }),
  }),
  sample({
    message: framebufferUpdateRequest,
    example: { incremental: true, x: 1, y: 2, width: 0x0304, height: 5 },
    bytes: '03 01 0001 0002 0304 0005',
    any: fc.record({ incremental: fc.boolean(), ...rect }),
  }),
  sample({
    message: keyEvent,
    example: { down: true, keysym: 0x010020ac },
    bytes: '04 01 0000 010020ac',
    any: fc.record({ down: fc.boolean(), keysym: anyU32 }),
  }),
  sample({
    message: pointerEvent,
    example: { x: 0x0102, y: 3, buttonMask: 0b101 },
    bytes: '05 05 0102 0003',
    // Nine buttons: eight in RFC 6143 less the one that marks the second byte, two in that.
    any: fc.record({ x: u16, y: u16, buttonMask: fc.nat(0x1ff) }),
  }),
  sample({
    message: clientCutText,
    example: Uint8Array.of(0x61, 0xe9),
    bytes: '06 000000 00000002 61e9',
    any: fc.uint8Array({ maxLength: 2000 }),
  }),
  sample({
    message: enableContinuousUpdates,
    example: { enable: true, x: 1, y: 2, width: 3, height: 4 },
    bytes: '96 01 0001 0002 0003 0004',
    any: fc.record({ enable: fc.boolean(), ...rect }),
  }),
  sample({
    message: clientFence,
    example: { flags: 0x80000001, payload: Uint8Array.of(1, 2) },
    bytes: 'f8 000000 80000001 02 0102',
    any: fc.record({ flags: anyU32, payload: fc.uint8Array({ maxLength: 64 }) }),
  }),
  sample({
    message: setDesktopSize,
    example: { width: 800, height: 600, screens: [{ id: 0, x: 1, y: 2, width: 3, height: 4, flags: 5 }] },
    bytes: 'fb 00 0320 0258 01 00 00000000 0001 0002 0003 0004 00000005',
    any: fc.record({
      width: u16,
      height: u16,
      screens: fc.array(fc.record({ id: anyU32, ...rect, flags: anyU32 }), { maxLength: 255 }),
    }),
  }),
  sample({
    message: qemuExtendedKeyEvent,
    example: { down: true, keysym: 0xff0d, xtScancode: 0x9c },
    bytes: 'ff 00 0001 0000ff0d 0000009c',
    any: fc.record({ down: fc.boolean(), keysym: anyU32, xtScancode: anyU32 }),
  }),
];

test('there is a sample of every message', () => {
  expect(samples.map(({ message }) => message.name)).toEqual(clientMessages.map(({ name }) => name));
});

async function read(message: ClientMessage<unknown>, chunks: readonly Uint8Array[]): Promise<unknown> {
  const reader = new ByteReader(chunksOf(chunks));
  await reader.need(1);
  expect(reader.u8()).toBe(message.type);
  const content = await message.read(reader);
  expect(reader.buffered, 'bytes left').toBe(0);
  return content;
}

function written(message: ClientMessage<unknown>, content: unknown): Uint8Array {
  const out = new ByteWriter();
  message.write(out, content);
  return out.take();
}

describe.each(samples)('$message.name', ({ message, example, bytes, any }) => {
  test('is these bytes', async () => {
    expect(Buffer.from(written(message, example)).toString('hex')).toBe(bytes.replaceAll(' ', ''));
    expect(await read(message, [wire(bytes)])).toEqual(example);
  });

  test('is read as it was written', async () => {
    const property = fc.asyncProperty(any, async (content) => {
      const bytes = written(message, content);
      expect(await read(message, [bytes])).toEqual(content);
      expect(await read(message, pieces(bytes, 1))).toEqual(content);
    });
    await fc.assert(property, { numRuns: 50 });
  });

  test('cut short anywhere, the connection is lost', async () => {
    for (let length = 1; length < wire(bytes).length; length++) {
      await expect(read(message, [wire(bytes).subarray(0, length)])).rejects.toMatchObject({
        code: 'CONNECTION_LOST',
      });
    }
  });
});

test('a pointer mask with buttons 8 and 9 takes a second byte, bit 7 of the first says so', () => {
  expect([...written(pointerEvent as ClientMessage<unknown>, { x: 1, y: 2, buttonMask: 0b1_1000_0001 })]).toEqual([
    5, 0x81, 0, 1, 0, 2, 0b11,
  ]);
});

test.each<[string, ClientMessage<unknown>, Uint8Array, string, RegExp]>([
  [
    'a clipboard of 2 GiB',
    clientCutText as ClientMessage<unknown>,
    wire(6, 0, 0, 0, u32(0x7fffffff)),
    'BAD_LENGTH',
    /2147483647/,
  ],
  [
    'an extended clipboard of 2 GiB',
    clientCutText as ClientMessage<unknown>,
    wire(6, 0, 0, 0, u32(0x80000000)),
    'BAD_LENGTH',
    /-2147483648/,
  ],
  [
    'a fence payload of 65 bytes',
    clientFence as ClientMessage<unknown>,
    wire(248, 0, 0, 0, u32(0), 65),
    'BAD_LENGTH',
    /65 bytes/,
  ],
  [
    'a QEMU message of the future',
    qemuExtendedKeyEvent as ClientMessage<unknown>,
    wire(255, 1),
    'UNKNOWN_MESSAGE',
    /QEMU client message 1/,
  ],
])('refused: %s', async (_name, message, bytes, code, text) => {
  await expect(read(message, [bytes])).rejects.toMatchObject({
    name: 'ProtocolError',
    code,
    message: expect.stringMatching(text),
  });
});
