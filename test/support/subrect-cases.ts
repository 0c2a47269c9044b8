import type { Encoding } from '../../src/rfb/protocol/encodings/encoding.ts';
import { describeDecoder, u32, wire } from './decode.ts';
import { formatSamples } from './formats.ts';

const black = '00 00 00 00';
const white = 'ff ff ff 00';

/** What RRE and CoRRE have to do alike; `geometry` puts x, y, width and height into bytes. */
export function describeSubrects(encoding: Encoding, geometry: (...fields: readonly number[]) => number[]): void {
  describeDecoder(
    encoding,
    [
      ...formatSamples.map(({ name, options, pixel: [a, b], shown: [showA, showB] }) => ({
        name,
        ...options,
        size: [4, 3] as const,
        rects: [{ x: 1, y: 0, width: 3, height: 3 }],
        bytes: wire(u32(2), a, b, geometry(1, 0, 2, 2), a, geometry(2, 1, 1, 1)),
        wanted: [
          `...... ${showA} ${showB} ${showB}`,
          `...... ${showA} ${showB} ${showA}`,
          `...... ${showA} ${showA} ${showA}`,
        ],
      })),
      {
        name: 'a background alone',
        size: [2, 1],
        bytes: wire(u32(0), white),
        wanted: ['ffffff ffffff'],
      },
      {
        name: 'later subrectangles over earlier ones, and empty ones',
        size: [2, 1],
        bytes: wire(u32(2), black, white, geometry(0, 0, 2, 1), black, geometry(2, 1, 0, 0)),
        wanted: ['ffffff ffffff'],
      },
      {
        name: 'a rectangle without area: count and background come all the same',
        size: [2, 1],
        rects: [{ x: 0, y: 0, width: 0, height: 1 }],
        bytes: wire(u32(0), white),
        wanted: ['...... ......'],
      },
    ],
    [
      {
        name: 'a subrectangle that is too wide',
        size: [8, 8],
        rects: [{ x: 0, y: 0, width: 3, height: 3 }],
        bytes: wire(u32(1), black, white, geometry(1, 0, 3, 1)),
        code: 'BAD_RECT',
        message: /subrectangle 3x1 at 1,0 is outside its 3x3 rectangle/,
      },
      {
        name: 'a subrectangle that is too high',
        size: [8, 8],
        rects: [{ x: 0, y: 0, width: 3, height: 3 }],
        bytes: wire(u32(1), black, white, geometry(0, 3, 1, 1)),
        code: 'BAD_RECT',
        message: /1x1 at 0,3/,
      },
      {
        name: 'subrectangles that paint the rectangle over and over',
        size: [3, 3],
        bytes: wire(u32(9), black, ...Array.from({ length: 9 }, () => wire(white, geometry(0, 0, 3, 3)))),
        code: 'BAD_LENGTH',
        message: /subrectangles of 3x3 at 0,0 paint it more than 8 times over/,
      },
      {
        name: 'more subrectangles than pixels, before it waits for them',
        size: [2, 2],
        bytes: wire(u32(0xffffffff), black),
        code: 'BAD_LENGTH',
        message: /4294967295 subrectangles in a rectangle of 4 pixels/,
      },
    ],
  );
}
