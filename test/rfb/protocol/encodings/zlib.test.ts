import { zlib } from '../../../../src/rfb/protocol/encodings/zlib.ts';
import { deflated, describeDecoder, u32, wire } from '../../../support/decode.ts';
import { formatSamples } from '../../../support/formats.ts';

/** Each block of pixels as one rectangle; all of them are one zlib stream. */
async function rectangles(...blocks: readonly Uint8Array[]): Promise<Uint8Array> {
  const parts = await deflated(...blocks);
  return wire(...parts.flatMap((part) => [u32(part.length), part]));
}

const white = 'ff ff ff 00';
const one = { size: [1, 1] as const };
const bigRow = Array.from({ length: 64 }, (_, i) => ((i * 41) & 255).toString(16).padStart(2, '0').repeat(3));

describeDecoder(
  zlib,
  [
    ...(await Promise.all(
      formatSamples.map(async ({ name, options, pixel: [a, b], shown: [showA, showB] }) => ({
        name: `two rectangles of one stream, ${name}`,
        ...options,
        size: [3, 3] as const,
        rects: [
          { x: 1, y: 0, width: 2, height: 2 },
          { x: 0, y: 2, width: 3, height: 1 },
        ],
        bytes: await rectangles(wire(a, b, b, a), wire(a, a, b)),
        wanted: [`...... ${showA} ${showB}`, `...... ${showB} ${showA}`, `${showA} ${showA} ${showB}`],
      })),
    )),
    {
      name: 'the same pixels again, which the stream remembers',
      size: [64, 2],
      rects: [0, 1].map((y) => ({ x: 0, y, width: 64, height: 1 })),
      bytes: await rectangles(...[0, 1].map(() => wire(...bigRow.map((colour) => `${colour}00`)))),
      wanted: [bigRow.join(' '), bigRow.join(' ')],
    },
    {
      name: 'a rectangle without area, whose payload is empty',
      ...one,
      rects: [
        { x: 0, y: 0, width: 0, height: 1 },
        { x: 0, y: 0, width: 1, height: 1 },
      ],
      bytes: wire(u32(0), await rectangles(wire(white))),
      wanted: ['ffffff'],
    },
  ],
  [
    {
      name: 'what is no zlib data',
      ...one,
      bytes: wire(u32(4), 'ff ff ff ff'),
      code: 'BAD_ZLIB',
      message: /zlib rectangle 1x1 at 0,0/,
    },
    {
      name: 'zlib data that is shorter than the pixels',
      ...one,
      bytes: await rectangles(wire('ff ff ff')),
      code: 'BAD_ZLIB',
      message: /inflate to 3, more are wanted/,
    },
    {
      name: 'zlib data that is longer than the pixels',
      ...one,
      bytes: await rectangles(wire(white, 0)),
      code: 'BAD_ZLIB',
      message: /inflates to more than the 4 bytes wanted/,
    },
    {
      name: 'a zlib bomb',
      ...one,
      bytes: await rectangles(new Uint8Array(4_000_000)),
      code: 'BAD_ZLIB',
      message: /inflates to more than the 4 bytes wanted/,
    },
    {
      name: 'a length of 4 GiB, before it waits for that',
      ...one,
      bytes: wire(u32(0xffffffff)),
      code: 'BAD_LENGTH',
      message: /4294967295 compressed bytes for 1x1 at 0,0/,
    },
  ],
);
