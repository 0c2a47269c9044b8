import { trle } from '../../../../src/rfb/protocol/encodings/trle.ts';
import { describeDecoder, wire } from '../../../support/decode.ts';
import { black, line, tileCases, tileRefusals, white } from '../../../support/tile-cases.ts';

const SOLID = 1;
const REUSE_PACKED = 127;
const PALETTE_RLE = 128;
const REUSE_RLE = 129;

/** Two tiles of 16x1 pixels beside each other. */
const pair = { size: [32, 1] as const };
const red = 'ff 00 00';

describeDecoder(
  trle,
  [
    ...tileCases.map(({ tiles, ...rest }) => ({ ...rest, bytes: wire(...tiles) })),
    {
      name: 'tiles of 16 pixels a side, smaller at both edges',
      size: [17, 18],
      bytes: wire(SOLID, white, SOLID, black, SOLID, red, SOLID, white),
      wanted: [
        ...Array.from({ length: 16 }, () => `${line('ffffff', 16)} 000000`),
        ...Array.from({ length: 2 }, () => `${line('ff0000', 16)} ffffff`),
      ],
    },
    {
      name: 'the palette of packed pixels again for packed pixels (127)',
      ...pair,
      bytes: wire(2, black, white, 0x55, 0x55, REUSE_PACKED, 0x00, 0x0f),
      wanted: [`${line('000000 ffffff', 8)} ${line('000000', 12)} ${line('ffffff', 4)}`],
    },
    {
      name: 'the palette of packed pixels again for runs (129)',
      ...pair,
      bytes: wire(3, black, white, red, 0b00_01_10_00, 0b01010101, 0b10101010, 0, REUSE_RLE, 0x82, 14, 0x01),
      wanted: [
        `000000 ffffff ff0000 000000 ${line('ffffff', 4)} ${line('ff0000', 4)} ${line('000000', 4)} ${line('ff0000', 15)} ffffff`,
      ],
    },
    {
      name: 'the palette of runs again for packed pixels (127)',
      ...pair,
      bytes: wire(PALETTE_RLE + 2, black, white, 0x81, 14, 0x00, REUSE_PACKED, 0xff, 0x01),
      wanted: [`${line('ffffff', 15)} 000000 ${line('ffffff', 8)} ${line('000000', 7)} ffffff`],
    },
    {
      name: 'the palette of runs again for runs (129), twice',
      size: [33, 1],
      bytes: wire(PALETTE_RLE + 2, black, white, 0x81, 15, REUSE_RLE, 0x80, 14, 0x01, REUSE_RLE, 0x00),
      wanted: [`${line('ffffff', 16)} ${line('000000', 15)} ffffff 000000`],
    },
    {
      name: 'a rectangle without area: no tiles',
      size: [1, 1],
      rects: [
        { x: 0, y: 0, width: 1, height: 0 },
        { x: 0, y: 0, width: 1, height: 1 },
      ],
      bytes: wire(SOLID, white),
      wanted: ['ffffff'],
    },
  ],
  [
    ...tileRefusals.map(({ tile, ...rest }) => ({ ...rest, bytes: tile })),
    ...[REUSE_PACKED, REUSE_RLE].map((subencoding) => ({
      name: `palette reuse (${subencoding}) without a palette before`,
      ...pair,
      bytes: wire(SOLID, black, subencoding, 0, 0),
      code: 'BAD_SUBENCODING' as const,
      message: new RegExp(`subencoding ${subencoding} in tile 16x1 at 16,0: no tile before it has a palette`),
    })),
    {
      name: 'the palette of the rectangle before',
      size: [2, 1],
      rects: [
        { x: 0, y: 0, width: 2, height: 1 },
        { x: 0, y: 0, width: 2, height: 1 },
      ],
      bytes: wire(2, black, white, 0x40, REUSE_PACKED, 0x40),
      code: 'BAD_SUBENCODING',
      message: /no tile before it has a palette/,
    },
    {
      name: 'packed pixels of a palette that is too large to pack',
      ...pair,
      bytes: wire(
        PALETTE_RLE + 17,
        Array.from({ length: 17 * 3 }, () => 0),
        [0x80, 15],
        [REUSE_PACKED, 0, 0, 0, 0, 0, 0, 0, 0],
      ),
      code: 'BAD_SUBENCODING',
      message: /subencoding 127 in tile 16x1 at 16,0: the palette has 17 colours/,
    },
  ],
);
