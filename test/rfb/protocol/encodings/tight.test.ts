import { tight } from '../../../../src/rfb/protocol/encodings/tight.ts';
import type { PixelFormat } from '../../../../src/rfb/protocol/pixel-format.ts';
import { type DecodeCase, deflated, describeDecoder, wire } from '../../../support/decode.ts';
import { formatSamples } from '../../../support/formats.ts';

/** Compression-control: the upper four bits; the lower four reset streams. */
const STREAM = [0x00, 0x10, 0x20, 0x30] as const;
const FILTER_FOLLOWS = 0x40;
const FILL = 0x80;
const JPEG = 0x90;

const COPY = 0;
const PALETTE = 1;
const GRADIENT = 2;

const black = '00 00 00';
const white = 'ff ff ff';
const red = 'ff 00 00';
const line = (colour: string, length: number) => Array.from({ length }, () => colour).join(' ');

/** A length in its compact representation: 7, 7 and 8 bits, least significant first. */
function compact(length: number): readonly number[] {
  if (length < 128) return [length];
  if (length < 16384) return [(length & 127) | 128, length >> 7];
  return [(length & 127) | 128, ((length >> 7) & 127) | 128, length >> 14];
}

/** Blocks of one zlib stream, each behind its compact length. */
async function compressed(...blocks: readonly Uint8Array[]): Promise<Uint8Array[]> {
  return (await deflated(...blocks)).map((part) => wire(compact(part.length), part));
}

const at = (x: number, y: number, width: number, height: number) => ({ x, y, width, height });

/** What GradientFilter is for: `intensities[y][x]` are red, green and blue as the pixel format counts them. */
type Intensities = readonly (readonly (readonly [number, number, number])[])[];

/** The differences, by the pseudo-code of rfbproto, for one component. */
function gradientDifferences(intensities: Intensities, component: 0 | 1 | 2, max: number): number[][] {
  const v = (x: number, y: number) => intensities[y]?.[x]?.[component] ?? 0;
  return intensities.map((row, y) =>
    row.map((_, x) => {
      const predicted = v(x - 1, y) + v(x, y - 1) - v(x - 1, y - 1);
      const clamped = Math.min(max, Math.max(0, predicted));
      return (v(x, y) - clamped) & max;
    }),
  );
}

/** Three components as the bytes of a TPIXEL. */
function tpixel(format: PixelFormat, [red, green, blue]: readonly [number, number, number]): number[] {
  const { bitsPerPixel, depth, redMax, greenMax, blueMax, redShift, greenShift, blueShift, bigEndian } = format;
  if (bitsPerPixel === 32 && depth === 24 && redMax === 255 && greenMax === 255 && blueMax === 255) {
    return [red, green, blue];
  }
  const value = red * 2 ** redShift + green * 2 ** greenShift + blue * 2 ** blueShift;
  const bytes = Array.from({ length: bitsPerPixel / 8 }, (_, i) => Math.floor(value / 256 ** i) % 256);
  return bigEndian ? bytes.reverse() : bytes;
}

async function gradientCase(name: string, format: PixelFormat): Promise<DecodeCase> {
  const [width, height] = [7, 5];
  const max = [format.redMax, format.greenMax, format.blueMax] as const;
  const intensities = Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => {
      // Slopes, and steps that drive the prediction beyond both ends of the range.
      const wild = (x * 5 + y * 3) % 4 === 0 ? 1 : 0;
      const part = (i: number, share: number) => Math.floor(((wild ? 1 - share : share) % 1) * (max[i] ?? 0));
      return [part(0, x / width), part(1, y / height), part(2, (x + y) / (width + height))] as const;
    }),
  );
  const [reds, greens, blues] = ([0, 1, 2] as const).map((i) => gradientDifferences(intensities, i, max[i]));
  const differences = intensities.flatMap((row, y) =>
    row.map((_, x) => tpixel(format, [reds?.[y]?.[x] ?? 0, greens?.[y]?.[x] ?? 0, blues?.[y]?.[x] ?? 0])),
  );
  return {
    name: `gradient filter, ${name}`,
    format,
    size: [width, height],
    bytes: wire(FILTER_FOLLOWS, GRADIENT, ...(await compressed(wire(...differences)))),
    wanted: intensities.map((row) =>
      row
        .map((components) =>
          components
            .map((value, i) => Math.floor((value * 255) / (max[i] ?? 1)))
            .map((value) => value.toString(16).padStart(2, '0'))
            .join(''),
        )
        .join(' '),
    ),
  };
}

const gradients = await Promise.all(
  formatSamples.flatMap(({ name, options: { format } }) => (format?.trueColour ? [gradientCase(name, format)] : [])),
);

const everyFilter = await Promise.all(
  formatSamples.map(async ({ name, options, tpixel: [a, b], shown: [showA, showB] }): Promise<DecodeCase> => {
    const copied = wire(...Array.from({ length: 12 }, (_, i) => (i % 3 === 0 ? b : a)));
    const [stream = new Uint8Array()] = await compressed(copied);
    return {
      name: `fill, copy filter and palettes, ${name}`,
      ...options,
      size: [13, 5],
      rects: [at(0, 0, 2, 1), at(2, 0, 2, 1), at(0, 1, 12, 1), at(0, 2, 10, 2), at(0, 4, 3, 1)],
      bytes: wire(
        wire(FILL, a),
        // 2 pixels are less than 12 bytes in every format, 12 are more in none.
        wire(STREAM[0], a, b),
        wire(STREAM[0], stream),
        wire(FILTER_FOLLOWS, PALETTE, 1, a, b, 0b01010101, 0b01_111111, 0b10000000, 0b00_000000),
        wire(FILTER_FOLLOWS, PALETTE, 2, a, b, a, 0, 1, 2),
      ),
      wanted: [
        `${showA} ${showA} ${showA} ${showB} ${line('......', 9)}`,
        `${line(`${showB} ${showA} ${showA}`, 4)} ......`,
        `${line(`${showA} ${showB}`, 5)} ${line('......', 3)}`,
        `${showB} ${line(showA, 9)} ${line('......', 3)}`,
        `${showA} ${showB} ${showA} ${line('......', 10)}`,
      ],
    };
  }),
);

/** Rows of 32 pixels that differ from stream to stream. */
const noise = STREAM.map((_, stream) => Array.from({ length: 96 }, (_, i) => (i * i * 13 + i * 5 + stream * 17) & 255));
const shownNoise = noise.map((bytes) => (Buffer.from(bytes).toString('hex').match(/.{6}/g) ?? []).join(' '));
const noiseStreams = await Promise.all(noise.map((bytes) => compressed(wire(bytes), wire(bytes))));
const freshNoise = await compressed(wire(noise[1] ?? []));

/** 16x8 pixels: a grey block (128) and a white one, which JPEG keeps exactly. By cjpeg of libjpeg-turbo 2.1.5, quality 100. */
const jpegData = Buffer.from(
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB' +
    'AQEBAQEBAQH/wAALCAAIABABAREA/8QAFQABAQAAAAAAAAAAAAAAAAAAAAr/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAA/AC/h/9k=',
  'base64',
);
const jpegRow = `${line('808080', 8)} ${line('ffffff', 8)}`;

/** 20000 bytes that zlib cannot shorten, so that their length takes three bytes. */
const incompressible = Array.from({ length: 20_001 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 1e6) & 255);
const [longPayload = new Uint8Array()] = await compressed(wire(incompressible));
const [shortPayload = new Uint8Array()] = await compressed(wire(...Array.from({ length: 4 }, () => white)));
const [cutPayload = new Uint8Array()] = await compressed(wire(white, white, white, 255));
const [longerPayload = new Uint8Array()] = await compressed(wire(white, white, white, white, 0));
const [bomb = new Uint8Array()] = await compressed(new Uint8Array(100_000));
const oneBitRows = await compressed(new Uint8Array(12).fill(0xff));

describeDecoder(
  tight,
  [
    ...everyFilter,
    ...gradients,
    {
      name: 'four streams, each with a memory of its own',
      size: [32, 8],
      rects: Array.from({ length: 8 }, (_, y) => at(0, y, 32, 1)),
      bytes: wire(
        ...[0, 1].flatMap((time) => STREAM.map((control, i) => wire(control, noiseStreams[i]?.[time] ?? []))),
      ),
      wanted: [...shownNoise, ...shownNoise],
    },
    ...(
      [
        ['its own rectangle', wire(STREAM[1] | 0b0010, ...freshNoise)],
        ['a filled one', wire(FILL | 0b0010, red, STREAM[1], ...freshNoise)],
        ['a JPEG one', wire(JPEG | 0b0010, compact(jpegData.length), jpegData, STREAM[1], ...freshNoise)],
        ['one that is too short to compress', wire(STREAM[0] | 0b1110, red, STREAM[1], ...freshNoise)],
      ] as const
    ).map(([where, bytes], i) => ({
      name: `a stream that is reset in the control byte of ${where}`,
      size: [32, 9] as const,
      rects: [at(0, 0, 32, 1), ...(i === 0 ? [] : [i === 2 ? at(0, 1, 16, 8) : at(0, 1, 1, 1)]), at(0, 0, 32, 1)],
      bytes: wire(STREAM[1], noiseStreams[1]?.[0] ?? [], bytes),
      wanted: [
        shownNoise[1] ?? '',
        ...Array.from({ length: 8 }, (_, y) => {
          if (i === 2) return `${jpegRow} ${line('......', 16)}`;
          return i > 0 && y === 0 ? `ff0000 ${line('......', 31)}` : line('......', 32);
        }),
      ],
    })),
    {
      name: 'a reset of one stream that leaves the others alone',
      size: [32, 3],
      rects: Array.from({ length: 3 }, (_, y) => at(0, y, 32, 1)),
      bytes: wire(
        STREAM[2],
        noiseStreams[2]?.[0] ?? [],
        STREAM[1] | 0b1011,
        ...freshNoise,
        STREAM[2],
        noiseStreams[2]?.[1] ?? [],
      ),
      wanted: [shownNoise[2] ?? '', shownNoise[1] ?? '', shownNoise[2] ?? ''],
    },
    {
      name: 'a copy filter that is named',
      size: [2, 1],
      bytes: wire(FILTER_FOLLOWS, COPY, white, black),
      wanted: ['ffffff 000000'],
    },
    {
      name: 'three pixels of 3 bytes as they are, four compressed',
      size: [4, 2],
      rects: [at(0, 0, 3, 1), at(0, 1, 4, 1)],
      bytes: wire(STREAM[3], white, black, white, STREAM[3], shortPayload),
      wanted: ['ffffff 000000 ffffff ......', line('ffffff', 4)],
    },
    {
      name: '11 bytes of 1-bit indices as they are, 12 compressed',
      size: [96, 2],
      rects: [at(0, 0, 88, 1), at(0, 1, 96, 1)],
      bytes: wire(
        wire(FILTER_FOLLOWS, PALETTE, 1, black, white, new Uint8Array(11).fill(0xff)),
        wire(FILTER_FOLLOWS, PALETTE, 1, black, white, ...oneBitRows),
      ),
      wanted: [`${line('ffffff', 88)} ${line('......', 8)}`, line('ffffff', 96)],
    },
    {
      name: 'a palette of 256 colours',
      size: [3, 1],
      bytes: wire(
        [FILTER_FOLLOWS, PALETTE, 255],
        Array.from({ length: 256 }, (_, i) => [i, 255 - i, 7]).flat(),
        [0, 128, 255],
      ),
      wanted: ['00ff07 807f07 ff0007'],
    },
    {
      name: 'a JPEG',
      size: [16, 8],
      // 161 bytes: a1 01.
      bytes: wire(JPEG, 'a1 01', jpegData),
      wanted: Array.from({ length: 8 }, () => jpegRow),
    },
    {
      name: 'a length of three bytes',
      size: [6667, 1],
      bytes: wire(STREAM[0], longPayload),
      wanted: [(Buffer.from(incompressible).toString('hex').match(/.{6}/g) ?? []).join(' ')],
    },
    {
      name: 'rectangles without area: a fill, a copy',
      size: [1, 1],
      rects: [at(0, 0, 0, 1), at(0, 0, 1, 0), at(0, 0, 1, 1)],
      bytes: wire(FILL, red, STREAM[0], FILL, white),
      wanted: ['ffffff'],
    },
  ],
  [
    ...[0xa0, 0xb0, 0xc0, 0xd0, 0xe0, 0xf0].map((control) => ({
      name: `compression control 0x${control.toString(16)}`,
      size: [1, 1] as const,
      bytes: wire(control, white),
      code: 'BAD_SUBENCODING' as const,
      message: new RegExp(`control 0x${control.toString(16)} for 1x1 at 0,0`),
    })),
    ...[3, 255].map((filter) => ({
      name: `filter ${filter}`,
      size: [1, 1] as const,
      bytes: wire(FILTER_FOLLOWS, filter, white),
      code: 'BAD_SUBENCODING' as const,
      message: new RegExp(`filter ${filter} for 1x1 at 0,0`),
    })),
    {
      name: 'a palette of one colour',
      size: [2, 1],
      bytes: wire(FILTER_FOLLOWS, PALETTE, 0, white, 0),
      code: 'BAD_SUBENCODING',
      message: /palette of 1 colour for 2x1 at 0,0/,
    },
    {
      name: 'an index beyond the palette',
      size: [3, 1],
      bytes: wire(FILTER_FOLLOWS, PALETTE, 2, black, white, red, 0, 3, 0),
      code: 'BAD_SUBENCODING',
      message: /palette index 3 in row 0 of 3x1 at 0,0, the palette has 3 colours/,
    },
    {
      name: 'the gradient filter for colour-map pixels',
      ...formatSamples.find(({ name }) => name === 'colour map of 8 bits')?.options,
      size: [2, 1],
      bytes: wire(FILTER_FOLLOWS, GRADIENT, 5, 5),
      code: 'BAD_SUBENCODING',
      message: /gradient filter for 2x1 at 0,0/,
    },
    {
      name: 'zlib data of a stream that has just been reset, and goes on',
      size: [32, 2],
      rects: [at(0, 0, 32, 1), at(0, 1, 32, 1)],
      bytes: wire(STREAM[0], noiseStreams[0]?.[0] ?? [], STREAM[0] | 1, noiseStreams[0]?.[1] ?? []),
      code: 'BAD_ZLIB',
      message: /tight rectangle 32x1 at 0,1/,
    },
    {
      name: 'zlib data that is shorter than the pixels',
      size: [4, 1],
      bytes: wire(STREAM[0], cutPayload),
      code: 'BAD_ZLIB',
      message: /inflate to 10, more are wanted/,
    },
    {
      name: 'zlib data that is longer than the pixels',
      size: [4, 1],
      bytes: wire(STREAM[0], longerPayload),
      code: 'BAD_ZLIB',
      message: /inflates to more than the 12 bytes wanted/,
    },
    {
      name: 'a zlib bomb',
      size: [4, 1],
      bytes: wire(STREAM[0], bomb),
      code: 'BAD_ZLIB',
      message: /inflates to more than the 12 bytes wanted/,
    },
    {
      name: 'more compressed bytes than the pixels can need, before it waits for them',
      size: [4, 1],
      bytes: wire(STREAM[0], 'ff ff ff'),
      code: 'BAD_LENGTH',
      message: /4194303 compressed bytes for 4x1 at 0,0/,
    },
    {
      name: 'a JPEG of another size',
      size: [16, 9],
      bytes: wire(JPEG, compact(jpegData.length), jpegData),
      code: 'BAD_JPEG',
      message: /16x8 pixels, wanted are 16x9/,
    },
    {
      name: 'what is no JPEG',
      size: [16, 8],
      bytes: wire(JPEG, 4, 'de ad be ef'),
      code: 'BAD_JPEG',
      message: /begin with ff d8/,
    },
    {
      name: 'a JPEG of no bytes',
      size: [16, 8],
      bytes: wire(JPEG, 0),
      code: 'BAD_JPEG',
      message: /0 bytes/,
    },
    {
      name: 'a JPEG without a picture behind its headers',
      size: [16, 8],
      bytes: wire(JPEG, compact(100), jpegData.subarray(0, 100)),
      code: 'BAD_JPEG',
      message: /JPEG of 100 bytes/,
    },
  ],
);
