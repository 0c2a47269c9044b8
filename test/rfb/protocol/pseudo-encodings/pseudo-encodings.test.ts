import { describe, expect, test } from 'vitest';
import type { ByteReader } from '../../../../src/rfb/bytes/byte-reader.ts';
import { type PixelFormat, pixelFormats } from '../../../../src/rfb/protocol/pixel-format.ts';
import { cursor } from '../../../../src/rfb/protocol/pseudo-encodings/cursor.ts';
import { cursorWithAlpha } from '../../../../src/rfb/protocol/pseudo-encodings/cursor-with-alpha.ts';
import { desktopName } from '../../../../src/rfb/protocol/pseudo-encodings/desktop-name.ts';
import { desktopSize } from '../../../../src/rfb/protocol/pseudo-encodings/desktop-size.ts';
import { extendedDesktopSize } from '../../../../src/rfb/protocol/pseudo-encodings/extended-desktop-size.ts';
import { pseudoEncodings } from '../../../../src/rfb/protocol/pseudo-encodings/index.ts';
import { lastRect } from '../../../../src/rfb/protocol/pseudo-encodings/last-rect.ts';
import type { PseudoEncoding } from '../../../../src/rfb/protocol/pseudo-encodings/pseudo-encoding.ts';
import { qemuLedState } from '../../../../src/rfb/protocol/pseudo-encodings/qemu-led-state.ts';
import { qemuPointerMotionChange } from '../../../../src/rfb/protocol/pseudo-encodings/qemu-pointer-motion-change.ts';
import { xCursor } from '../../../../src/rfb/protocol/pseudo-encodings/x-cursor.ts';
import { u16, u32, wire } from '../../../support/decode.ts';
import { describeTelling, type RecordingTarget, type TellingCase } from '../../../support/recording-target.ts';

/** The pseudo-encoding as it reads a rectangle of that geometry. */
function at(pseudo: PseudoEncoding, x: number, y: number, width: number, height: number) {
  return async (reader: ByteReader, target: RecordingTarget) => pseudo.apply?.(reader, { x, y, width, height }, target);
}

const rgba = (hex: string) => wire(hex);
const none = new Uint8Array(0);

/** Nine pixels wide, so that a row of a bitmask takes two bytes; the first, the last and the second of row 1 show. */
const mask = wire('80 80', '40 00');
const cursorCase = (name: string, format: PixelFormat, pixel: string, shown: string): TellingCase => ({
  name,
  receive: at(cursor, 8, 1, 9, 2),
  format,
  bytes: wire(...Array.from({ length: 18 }, () => pixel), mask),
  told: [
    [
      'setCursor',
      {
        width: 9,
        height: 2,
        hotspotX: 8,
        hotspotY: 1,
        rgba: rgba(
          [shown, ...Array.from({ length: 7 }, () => '00000000'), shown, '00000000', shown]
            .concat(Array.from({ length: 7 }, () => '00000000'))
            .join(''),
        ),
      },
    ],
  ],
});

const screen = (id: number, x: number, y: number, width: number, height: number, flags: number) =>
  wire(u32(id), u16(x), u16(y), u16(width), u16(height), u32(flags));
const oneScreen = wire(1, 0, 0, 0, screen(0, 0, 0, 800, 600, 0));
const shownScreen = { id: 0, x: 0, y: 0, width: 800, height: 600, flags: 0 };

describeTelling(
  [
    { name: 'DesktopSize', receive: at(desktopSize, 7, 7, 800, 600), bytes: none, told: [['resize', 800, 600]] },
    {
      name: 'ExtendedDesktopSize with two screens, changed by the server',
      receive: at(extendedDesktopSize, 0, 0, 800, 600),
      bytes: wire(2, 0xff, 0xff, 0xff, screen(0xfffffffe, 0, 0, 400, 600, 0), screen(2, 400, 0, 400, 600, 5)),
      told: [
        ['resize', 800, 600],
        [
          'setScreens',
          [
            { id: 0xfffffffe, x: 0, y: 0, width: 400, height: 600, flags: 0 },
            { id: 2, x: 400, y: 0, width: 400, height: 600, flags: 5 },
          ],
          { reason: 'server', status: 0 },
        ],
      ],
    },
    {
      name: 'ExtendedDesktopSize without screens',
      receive: at(extendedDesktopSize, 2, 0, 8, 6),
      bytes: wire(0, 0, 0, 0),
      told: [
        ['resize', 8, 6],
        ['setScreens', [], { reason: 'other-client', status: 0 }],
      ],
    },
    {
      name: 'ExtendedDesktopSize that grants our request, for the screen of id 0',
      receive: at(extendedDesktopSize, 1, 0, 800, 600),
      bytes: oneScreen,
      told: [
        ['resize', 800, 600],
        ['setScreens', [shownScreen], { reason: 'client', status: 0 }],
      ],
    },
    ...[1, 2, 3, 4, 99].map((status) => ({
      name: `ExtendedDesktopSize that answers our request with status ${status}: no resize`,
      receive: at(extendedDesktopSize, 1, status, 800, 600),
      bytes: oneScreen,
      told: [['setScreens', [shownScreen], { reason: 'client', status }]],
    })),
    {
      name: 'ExtendedDesktopSize for a reason of the future counts as the server’s, whose status means nothing',
      receive: at(extendedDesktopSize, 3, 2, 800, 600),
      bytes: oneScreen,
      told: [
        ['resize', 800, 600],
        ['setScreens', [shownScreen], { reason: 'server', status: 0 }],
      ],
    },
    { name: 'LastRect', receive: at(lastRect, 0, 0, 0, 0), bytes: none, told: [['endUpdate']] },
    {
      name: 'DesktopName in UTF-8',
      receive: at(desktopName, 0, 0, 0, 0),
      bytes: wire(u32(6), Buffer.from('Büro!')),
      told: [['setDesktopName', 'Büro!']],
    },
    {
      name: 'DesktopName in Latin-1',
      receive: at(desktopName, 0, 0, 0, 0),
      bytes: wire(u32(4), Buffer.from('Büro', 'latin1')),
      told: [['setDesktopName', 'Büro']],
    },
    {
      name: 'no DesktopName',
      receive: at(desktopName, 0, 0, 0, 0),
      bytes: wire(u32(0)),
      told: [['setDesktopName', '']],
    },
    cursorCase('Cursor, 32 bits', pixelFormats.bgrx8888, '030201ee', '010203ff'),
    cursorCase('Cursor, 16 bits big-endian', { ...pixelFormats.rgb565, bigEndian: true }, 'f800', 'ff0000ff'),
    cursorCase('Cursor, 8 bits', pixelFormats.bgr233, 'c0', '0000ffff'),
    {
      name: 'Cursor that is hidden',
      receive: at(cursor, 0, 0, 0, 0),
      bytes: none,
      told: [['setCursor', { width: 0, height: 0, hotspotX: 0, hotspotY: 0, rgba: none }]],
    },
    {
      name: 'X Cursor: primary where the bitmap is 1, secondary where it is 0',
      receive: at(xCursor, 1, 0, 9, 1),
      // Pixels 0 and 8 show; pixel 8 is primary. The bitmap's other bits mean nothing.
      bytes: wire('010203', '040506', '7f 80', '80 80'),
      told: [
        [
          'setCursor',
          {
            width: 9,
            height: 1,
            hotspotX: 1,
            hotspotY: 0,
            rgba: rgba(`040506ff${'00000000'.repeat(7)}010203ff`),
          },
        ],
      ],
    },
    {
      name: 'X Cursor that is hidden has no colours either',
      receive: at(xCursor, 0, 0, 0, 4),
      bytes: none,
      told: [['setCursor', { width: 0, height: 4, hotspotX: 0, hotspotY: 0, rgba: none }]],
    },
    {
      name: 'Cursor With Alpha, whose colours are no longer premultiplied',
      receive: at(cursorWithAlpha, 2, 1, 4, 1),
      bytes: wire(u32(0), '10203080', '102030ff', '00000000', 'ffffff80'),
      told: [
        [
          'setCursor',
          { width: 4, height: 1, hotspotX: 2, hotspotY: 1, rgba: rgba('20406080 102030ff 00000000 ffffff80') },
        ],
      ],
    },
    {
      name: 'Cursor With Alpha that is hidden',
      receive: at(cursorWithAlpha, 0, 0, 0, 0),
      bytes: wire(u32(0)),
      told: [['setCursor', { width: 0, height: 0, hotspotX: 0, hotspotY: 0, rgba: none }]],
    },
    ...[
      [0, false, false, false],
      [1, true, false, false],
      [2, false, true, false],
      [4, false, false, true],
      [0xff, true, true, true],
    ].map(([lights, scrollLock, numLock, capsLock]) => ({
      name: `QEMU LED State ${lights}`,
      receive: at(qemuLedState, 0, 0, 0, 0),
      bytes: wire(Number(lights)),
      told: [['setLedState', { scrollLock, numLock, capsLock }]],
    })),
    ...[0, 1].map((x) => ({
      name: `QEMU Pointer Motion Change ${x}`,
      receive: at(qemuPointerMotionChange, x, 0, 800, 600),
      bytes: none,
      told: [['setAbsolutePointer', x === 1]],
    })),
  ],
  [
    ...[cursor, xCursor, cursorWithAlpha].flatMap((pseudo) =>
      (
        [
          [1025, 1],
          [1, 1025],
          [65535, 65535],
        ] as const
      ).map(([width, height]) => ({
        name: `a ${pseudo.name} of ${width}x${height} pixels, before it waits for them`,
        receive: at(pseudo, 0, 0, width, height),
        bytes: none,
        code: 'BAD_RECT' as const,
        message: new RegExp(`cursor of ${width}x${height}.*the limit is 1024`),
      })),
    ),
    {
      name: 'a cursor with alpha in an encoding that is not ours',
      receive: at(cursorWithAlpha, 0, 0, 1, 1),
      bytes: wire(u32(7)),
      code: 'UNKNOWN_ENCODING',
      message: /encoding 7, supported is 0/,
    },
    {
      name: 'a desktop name of 4 GiB',
      receive: at(desktopName, 0, 0, 0, 0),
      bytes: wire(u32(0xffffffff)),
      code: 'BAD_LENGTH',
      message: /4294967295 bytes, the limit is 65536/,
    },
  ],
);

describe('what is only offered', () => {
  test.each(pseudoEncodings.filter(({ apply }) => apply === undefined))('$name has no payload', ({ name }) => {
    const silent = [
      'fence',
      'continuous-updates',
      'qemu-extended-key-event',
      'extended-mouse-buttons',
      'extended-clipboard',
    ];
    expect(silent).toContain(name);
  });

  test('servers that shall paint the pointer are offered no cursor', () => {
    expect(pseudoEncodings.filter((pseudo) => pseudo.cursor).map(({ name }) => name)).toEqual([
      'cursor-with-alpha',
      'cursor',
      'x-cursor',
    ]);
  });
});
