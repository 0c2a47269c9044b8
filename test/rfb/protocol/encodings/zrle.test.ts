import { expect, test } from 'vitest';
import { zrle } from '../../../../src/rfb/protocol/encodings/zrle.ts';
import { deflated, describeDecoder, u32, wire } from '../../../support/decode.ts';
import { black, line, runCases, type TileCase, tileCases, tileRefusals, white } from '../../../support/tile-cases.ts';

const SOLID = 1;

/** Each block of tiles as one rectangle; all of them are one zlib stream. */
async function rectangles(...blocks: readonly Uint8Array[]): Promise<Uint8Array> {
  const parts = await deflated(...blocks);
  return wire(...parts.flatMap((part) => [u32(part.length), part]));
}

async function decodeCase({ tiles, ...rest }: TileCase) {
  return { ...rest, bytes: await rectangles(...tiles) };
}

/** Pixels that do not repeat within a row, so that only what was inflated before makes the second time short. */
const noise = Array.from({ length: 32 * 3 }, (_, i) => (i * i * 31 + i * 7) & 255);
const noiseRow = Array.from({ length: 32 }, (_, i) =>
  noise
    .slice(i * 3, i * 3 + 3)
    .map((channel) => channel.toString(16).padStart(2, '0'))
    .join(''),
).join(' ');
const rows = [0, 1].map((y) => ({ x: 0, y, width: 32, height: 1 }));
const noiseTwice = await deflated(wire(0, noise), wire(0, noise));

const one = { size: [1, 1] as const };
const solid = wire(SOLID, white);
const [solidBlock = new Uint8Array()] = await deflated(solid);

test('the second of two equal rectangles is short, for it refers to the first', () => {
  expect(noiseTwice[1]?.length).toBeLessThan((noiseTwice[0]?.length ?? 0) / 4);
});

describeDecoder(
  zrle,
  [
    ...(await Promise.all(
      [...tileCases, ...runCases(64, 257, 'ff 01'), ...runCases(64, 511, 'ff ff 00')].map(decodeCase),
    )),
    await decodeCase({
      name: 'a run of a whole tile of 64x64 pixels',
      size: [64, 64],
      tiles: [
        wire(
          128,
          white,
          Array.from({ length: 16 }, () => 255),
          15,
        ),
      ],
      wanted: Array.from({ length: 64 }, () => line('ffffff', 64)),
    }),
    await decodeCase({
      name: 'tiles of 64 pixels a side, smaller at both edges',
      size: [65, 66],
      tiles: [wire(SOLID, white, SOLID, black, SOLID, black, SOLID, white)],
      wanted: [
        ...Array.from({ length: 64 }, () => `${line('ffffff', 64)} 000000`),
        ...Array.from({ length: 2 }, () => `${line('000000', 64)} ffffff`),
      ],
    }),
    {
      name: 'one zlib stream over all rectangles',
      size: [32, 2],
      rects: rows,
      bytes: wire(...noiseTwice.flatMap((part) => [u32(part.length), part])),
      wanted: [noiseRow, noiseRow],
    },
    {
      name: 'a rectangle without area, whose payload inflates to nothing',
      ...one,
      rects: [
        { x: 0, y: 0, width: 0, height: 1 },
        { x: 0, y: 0, width: 1, height: 1 },
      ],
      bytes: wire(u32(0), u32(solidBlock.length), solidBlock),
      wanted: ['ffffff'],
    },
  ],
  [
    ...(await Promise.all(tileRefusals.map(async ({ tile, ...rest }) => ({ ...rest, bytes: await rectangles(tile) })))),
    ...(await Promise.all(
      [127, 129].map(async (subencoding) => ({
        name: `palette reuse (${subencoding}), which only TRLE has`,
        size: [65, 1] as const,
        bytes: await rectangles(wire(2, black, white, [0, 0, 0, 0, 0, 0, 0, 0], subencoding, 0)),
        code: 'BAD_SUBENCODING' as const,
        message: new RegExp(`subencoding ${subencoding} in tile 1x1 at 64,0`),
      })),
    )),
    {
      name: 'what is no zlib data',
      ...one,
      bytes: wire(u32(5), 'ff ff ff ff ff'),
      code: 'BAD_ZLIB',
      message: /zrle.*1x1 at 0,0/,
    },
    {
      name: 'zlib data that is corrupt in the middle',
      size: [32, 1],
      bytes: wire(
        u32(noiseTwice[0]?.length ?? 0),
        noiseTwice[0]?.map((byte, i) => (i >= 2 && i < 8 ? 0xff : byte)) ?? [],
      ),
      code: 'BAD_ZLIB',
      message: /zrle.*32x1 at 0,0/,
    },
    {
      name: 'zlib data that is shorter than the tiles',
      ...one,
      bytes: await rectangles(solid.subarray(0, 3)),
      code: 'BAD_ZLIB',
      message: /inflate to 3, more are wanted/,
    },
    {
      name: 'no zlib data for tiles',
      ...one,
      bytes: wire(u32(0)),
      code: 'BAD_ZLIB',
      message: /0 bytes of zlib data/,
    },
    {
      name: 'zlib data that is longer than the tiles',
      ...one,
      bytes: await rectangles(wire(solid, 0)),
      code: 'BAD_ZLIB',
      message: /inflates to more than the 4 bytes wanted/,
    },
    {
      name: 'zlib data that is longer than any tiles could be',
      ...one,
      bytes: await rectangles(wire(solid, new Uint8Array(100_000))),
      code: 'BAD_ZLIB',
      message: /inflates to more than/,
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
