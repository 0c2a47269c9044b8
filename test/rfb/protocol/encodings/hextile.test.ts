import { hextile } from '../../../../src/rfb/protocol/encodings/hextile.ts';
import { describeDecoder, wire } from '../../../support/decode.ts';
import { formatSamples } from '../../../support/formats.ts';

const RAW = 1;
const BACKGROUND = 2;
const FOREGROUND = 4;
const SUBRECTS = 8;
const COLOURED = 16;

const black = '00 00 00 00';
const white = 'ff ff ff 00';
const line = (colour: string, length: number) => Array.from({ length }, () => colour).join(' ');

describeDecoder(
  hextile,
  [
    ...formatSamples.map(({ name, options, pixel: [a, b], shown: [showA, showB] }) => ({
      name: `raw, plain and coloured subrectangles, ${name}`,
      ...options,
      size: [34, 2] as const,
      rects: [{ x: 1, y: 0, width: 33, height: 2 }],
      bytes: wire(
        // 16x2 with foreground subrectangles: 2x1 at 0,0 and 1x2 at 15,0.
        [BACKGROUND | FOREGROUND | SUBRECTS, a, b, 2, 0x00, 0x10, 0xf0, 0x01].flatMap((part) => [...wire(part)]),
        // 16x2: the background from before, a subrectangle of its own colour: 1x1 at 3,1.
        wire(SUBRECTS | COLOURED, 1, b, 0x31, 0x00),
        // 1x2.
        wire(RAW, a, b),
      ),
      wanted: [
        `...... ${line(showB, 2)} ${line(showA, 13)} ${showB} ${line(showA, 16)} ${showA}`,
        `...... ${line(showA, 15)} ${showB} ${line(showA, 3)} ${showB} ${line(showA, 12)} ${showB}`,
      ],
    })),
    {
      name: 'background and foreground from earlier tiles, also across a raw one',
      size: [49, 1],
      bytes: wire(
        [BACKGROUND | FOREGROUND | SUBRECTS, white, black, 0].flatMap((part) => [...wire(part)]),
        0,
        wire(RAW, ...Array.from({ length: 16 }, () => black)),
        wire(SUBRECTS, 1, 0x00, 0x00),
      ),
      wanted: [`${line('ffffff', 32)} ${line('000000', 16)} 000000`],
    },
    {
      name: 'raw whatever else the mask says',
      size: [1, 1],
      bytes: wire(31, white),
      wanted: ['ffffff'],
    },
    {
      name: 'tiles of edge sizes in both directions',
      size: [17, 17],
      bytes: wire(BACKGROUND, white, BACKGROUND, black, 0, BACKGROUND, white),
      wanted: [...Array.from({ length: 16 }, () => `${line('ffffff', 16)} 000000`), `${line('000000', 16)} ffffff`],
    },
    {
      name: 'a rectangle without area: no tiles',
      size: [2, 1],
      rects: [
        { x: 0, y: 0, width: 0, height: 1 },
        { x: 0, y: 0, width: 2, height: 1 },
      ],
      bytes: wire(BACKGROUND, white),
      wanted: ['ffffff ffffff'],
    },
  ],
  [
    {
      name: 'a subrectangle that leaves a whole tile',
      size: [32, 32],
      bytes: wire(BACKGROUND | FOREGROUND | SUBRECTS, black, white, 1, 0xc0, 0x70),
      code: 'BAD_RECT',
      message: /8x1 at 12,0 is outside its tile of 16x16 at 0,0/,
    },
    {
      name: 'a subrectangle that leaves a smaller tile at the edge',
      size: [20, 3],
      bytes: wire(BACKGROUND, black, BACKGROUND | SUBRECTS | COLOURED, black, 1, white, 0x02, 0x01),
      code: 'BAD_RECT',
      message: /1x2 at 0,2 is outside its tile of 4x3 at 16,0/,
    },
    {
      name: 'bits that are not defined',
      size: [16, 16],
      bytes: wire(0x42, black),
      code: 'BAD_SUBENCODING',
      message: /subencoding 66 in tile 16x16 at 0,0/,
    },
    {
      name: 'a first tile without background',
      size: [16, 16],
      bytes: wire(0),
      code: 'BAD_SUBENCODING',
      message: /background/,
    },
    {
      name: 'the background of the rectangle before',
      size: [4, 4],
      rects: [
        { x: 0, y: 0, width: 4, height: 4 },
        { x: 0, y: 0, width: 4, height: 4 },
      ],
      bytes: wire(BACKGROUND, black, 0),
      code: 'BAD_SUBENCODING',
      message: /background/,
    },
    {
      name: 'subrectangles without any foreground',
      size: [16, 16],
      bytes: wire(BACKGROUND | SUBRECTS, black, 1, 0, 0),
      code: 'BAD_SUBENCODING',
      message: /foreground/,
    },
  ],
);
