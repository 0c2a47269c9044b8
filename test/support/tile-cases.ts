import { type DecodeOptions, type Refusal, wire } from './decode.ts';
import { formatSamples } from './formats.ts';

/** Tiles that TRLE and ZRLE read alike: the bytes of one tile for each rectangle. */
export interface TileCase extends DecodeOptions {
  readonly name: string;
  readonly tiles: readonly Uint8Array[];
  readonly wanted: readonly string[];
}

export interface TileRefusal extends Omit<Refusal, 'bytes'> {
  readonly tile: Uint8Array;
}

const RAW = 0;
const SOLID = 1;
const PLAIN_RLE = 128;
/** The subencoding of palette RLE is this plus the size of the palette. */
const PALETTE_RLE = 128;

export const black = '00 00 00';
export const white = 'ff ff ff';
export const line = (colour: string, length: number) => Array.from({ length }, () => colour).join(' ');

/** Colours that differ: red and green tell them apart. */
const shade = (i: number) => `${i.toString(16).padStart(2, '0')}8000`;
const palette = (size: number) => Array.from({ length: size }, (_, i) => shade(i));

/** A run of white, whose length stands on the wire as given, and black for the rest of a tile of that size. */
export function runCases(side: number, length: number, bytes: string): TileCase[] {
  const rest = side * side - length;
  const restLength = [...Array.from({ length: Math.floor((rest - 1) / 255) }, () => 255), (rest - 1) % 255];
  const colours = Array.from({ length: side * side }, (_, i) => (i < length ? 'ffffff' : '000000'));
  const common = {
    size: [side, side] as const,
    wanted: Array.from({ length: side }, (_, y) => colours.slice(y * side, (y + 1) * side).join(' ')),
  };
  return [
    {
      ...common,
      name: `a plain run of ${length} pixels is ${bytes}`,
      tiles: [wire(PLAIN_RLE, white, bytes, ...(rest > 0 ? [black, restLength] : []))],
    },
    {
      ...common,
      name: `a palette run of ${length} pixels is ${bytes}`,
      tiles: [wire(PALETTE_RLE + 2, black, white, 0x81, bytes, ...(rest > 0 ? [0x80, restLength] : []))],
    },
  ];
}

export const tileCases: readonly TileCase[] = [
  ...formatSamples.map(({ name, options, cpixel: [a, b], shown: [showA, showB] }) => ({
    name: `every kind of tile, ${name}`,
    ...options,
    size: [4, 10] as const,
    rects: [0, 2, 4, 6, 8].map((y) => ({ x: 1, y, width: 3, height: 2 })),
    tiles: [
      wire(RAW, a, b, b, b, b, a),
      wire(SOLID, b),
      wire(2, a, b, 0b01000000, 0b10100000),
      wire(PLAIN_RLE, a, 3, b, 1),
      wire(PALETTE_RLE + 2, a, b, 1, 0x80, 2, 0x81, 1),
    ],
    wanted: [
      `...... ${showA} ${showB} ${showB}`,
      `...... ${showB} ${showB} ${showA}`,
      `...... ${line(showB, 3)}`,
      `...... ${line(showB, 3)}`,
      `...... ${showA} ${showB} ${showA}`,
      `...... ${showB} ${showA} ${showB}`,
      `...... ${line(showA, 3)}`,
      `...... ${showA} ${line(showB, 2)}`,
      `...... ${showB} ${line(showA, 2)}`,
      `...... ${showA} ${line(showB, 2)}`,
    ],
  })),
  {
    name: 'two packed colours, rows of 10 pixels in two bytes each, padding ignored',
    size: [10, 2],
    tiles: [wire(2, black, white, 0b10101010, 0b10_000000, 0b00000000, 0b01_111111)],
    wanted: ['ffffff 000000 ffffff 000000 ffffff 000000 ffffff 000000 ffffff 000000', `${line('000000', 9)} ffffff`],
  },
  {
    name: 'three packed colours, rows of 5 pixels in two bytes each',
    size: [5, 2],
    tiles: [wire(3, ...palette(3), 0b00_01_10_00, 0b01_111111, 0b10_10_10_10, 0b00_000000)],
    wanted: [
      [shade(0), shade(1), shade(2), shade(0), shade(1)].join(' '),
      [shade(2), shade(2), shade(2), shade(2), shade(0)].join(' '),
    ],
  },
  {
    name: 'four packed colours',
    size: [4, 1],
    tiles: [wire(4, ...palette(4), 0b11_10_01_00)],
    wanted: [[shade(3), shade(2), shade(1), shade(0)].join(' ')],
  },
  {
    name: 'five packed colours, rows of 3 pixels in two bytes each',
    size: [3, 2],
    tiles: [wire(5, ...palette(5), 0x04, 0x1f, 0x32, 0x40)],
    wanted: [[shade(0), shade(4), shade(1)].join(' '), [shade(3), shade(2), shade(4)].join(' ')],
  },
  {
    name: 'sixteen packed colours',
    size: [16, 1],
    tiles: [wire(16, ...palette(16), '0123456789abcdef')],
    wanted: [palette(16).join(' ')],
  },
  ...runCases(16, 1, '00'),
  ...runCases(16, 255, 'fe'),
  ...runCases(16, 256, 'ff 00'),
  {
    name: 'a palette of 127 colours with runs',
    size: [16, 16],
    tiles: [
      wire(
        PALETTE_RLE + 127,
        ...palette(127),
        Array.from({ length: 126 }, (_, i) => i),
        // 256 − 126 pixels of the last colour.
        [0x80 | 126, 256 - 126 - 1],
      ),
    ],
    wanted: Array.from({ length: 16 }, (_, y) =>
      Array.from({ length: 16 }, (_, x) => shade(Math.min(126, y * 16 + x))).join(' '),
    ),
  },
];

const MANY = Array.from({ length: 40 }, () => 255);

/** The first tile, of 16x16 pixels, is wrong. */
export const tileRefusals: readonly TileRefusal[] = [
  ...[17, 126].map((subencoding) => ({
    name: `subencoding ${subencoding}`,
    size: [16, 16] as const,
    tile: wire(subencoding, black),
    code: 'BAD_SUBENCODING' as const,
    message: new RegExp(`subencoding ${subencoding} in tile 16x16 at 0,0`),
  })),
  {
    name: 'a packed index beyond the palette',
    size: [16, 16],
    tile: wire(
      3,
      ...palette(3),
      Array.from({ length: 16 * 4 }, () => 0b00_00_00_11),
    ),
    code: 'BAD_SUBENCODING',
    message: /palette index 3 in tile 16x16 at 0,0, the palette has 3 colours/,
  },
  {
    name: 'a run of an index beyond the palette',
    size: [16, 16],
    tile: wire(PALETTE_RLE + 2, black, white, 0x82, 255, 0),
    code: 'BAD_SUBENCODING',
    message: /palette index 2/,
  },
  {
    name: 'a single pixel of an index beyond the palette',
    size: [16, 16],
    tile: wire(PALETTE_RLE + 2, black, white, 0x7f),
    code: 'BAD_SUBENCODING',
    message: /palette index 127/,
  },
  {
    name: 'a plain run past the tile',
    size: [16, 16],
    tile: wire(PLAIN_RLE, black, 9, white, 247),
    code: 'BAD_LENGTH',
    message: /run of 248.* at pixel 10 of tile 16x16 at 0,0/,
  },
  {
    name: 'a palette run past the tile',
    size: [16, 16],
    tile: wire(PALETTE_RLE + 2, black, white, 0x00, 0x81, 255, 1),
    code: 'BAD_LENGTH',
    message: /run of \d+ or more pixels begins at pixel 1 of tile 16x16 at 0,0/,
  },
  {
    name: 'a plain run without end, as soon as it leaves the tile',
    size: [16, 16],
    tile: wire(PLAIN_RLE, black, MANY),
    code: 'BAD_LENGTH',
    message: /run of \d+ or more pixels begins at pixel 0/,
  },
  {
    name: 'a palette run without end, as soon as it leaves the tile',
    size: [16, 16],
    tile: wire(PALETTE_RLE + 2, black, white, 0x80, MANY),
    code: 'BAD_LENGTH',
    message: /run of \d+ or more pixels begins at pixel 0/,
  },
];
