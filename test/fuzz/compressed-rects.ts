/** Zlib, ZRLE and Tight: payloads that zlib streams carry from rectangle to rectangle; and Tight's JPEGs. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ByteWriter } from '../../src/rfb/bytes/byte-writer.ts';
import { maxCompressedLength } from '../../src/rfb/protocol/limits.ts';
import type { Rect } from '../../src/rfb/protocol/rect.ts';
import { DEFLATE_FAULTS, type DeflateWriter } from './deflate-writer.ts';
import type { Scene } from './scene.ts';
import { tiles } from './tile-rects.ts';

const MAX_PALETTE = 127;

/** The rest is read as whatever it is not. */
const NEVER_READ = 64;

export function zlib(scene: Scene, { width, height }: Rect): void {
  const length = width * height * scene.pixels.bytesPerPixel;
  const payload = compressed(scene, scene.zlib, length, true, () => scene.zlib.compose(scene.choices, length));
  withLength(scene, length, payload);
}

export function zrle(scene: Scene, rect: Rect): void {
  const { pixels } = scene;
  const { width, height } = rect;
  const content = new ByteWriter();
  tiles(scene, rect, content, 64);
  const length = content.length;
  const tileCount = Math.ceil(width / 64) * Math.ceil(height / 64);
  const max = width * height * (pixels.bytesPerCpixel + 1) + tileCount * (1 + MAX_PALETTE * pixels.bytesPerCpixel);
  const payload = compressed(scene, scene.zrle, length, false, () => scene.zrle.add(content.take()));
  withLength(scene, max, payload);
}

function withLength(scene: Scene, rawLength: number, payload: Uint8Array): void {
  const max = maxCompressedLength(rawLength);
  if (scene.breaks('BAD_LENGTH', 4)) scene.out.u32(scene.choices.pick([max + 1, 0xffffffff, 0x80000000]));
  else scene.out.u32(payload.length).bytes(payload);
}

/** What `add` adds to the stream, compressed; `length` bytes are wanted of it. Where they are `pixels`, any bytes will do. */
function compressed(scene: Scene, stream: DeflateWriter, length: number, pixels: boolean, add: () => void): Uint8Array {
  const { choices } = scene;
  if (stream.ended) {
    // Nothing may follow, so that this is wrong whatever it is.
    scene.expected = 'BAD_ZLIB';
    return choices.bytes(choices.between(1, 20));
  }
  if (scene.breaks('BAD_ZLIB', 4)) {
    add();
    stream.add(choices.bytes(choices.between(1, 5)));
    return stream.flush(choices);
  }
  if (length > 0 && scene.breaks('BAD_ZLIB', 4)) {
    stream.compose(choices, choices.below(length));
    // Tiles and indices may be wrong before they end.
    if (!pixels) scene.expected = 'the same';
    return stream.flush(choices);
  }
  if (scene.breaks('BAD_ZLIB', 2)) {
    const fault = choices.pick(DEFLATE_FAULTS);
    add();
    return stream.flush(choices, { fault });
  }
  add();
  const end = choices.oneIn(300);
  const payload = stream.flush(choices, { end });
  // Not the checksum at the end of a stream, which the core does not compare.
  if (!end && scene.breaks('the same', 3)) {
    payload[choices.below(payload.length)] = choices.below(256);
  }
  return payload;
}

const FILL = 8;
const JPEG = 9;
const FILTER_FOLLOWS = 4;
const MIN_COMPRESSED = 12;

export function tight(scene: Scene, rect: Rect): void {
  const { choices, pixels, out } = scene;
  const { width, height } = rect;
  const stream = choices.below(4);
  let resets = choices.oneIn(8) ? choices.below(16) : 0;
  if (scene.tight[stream]?.ended) resets |= 1 << stream;
  for (const [i, writer] of scene.tight.entries()) if (resets & (1 << i)) writer.reset();
  if (scene.breaks('BAD_SUBENCODING', 10)) {
    out.u8((choices.between(10, 15) << 4) | resets).bytes(choices.bytes(NEVER_READ));
    return;
  }
  if (choices.oneIn(8)) {
    out.u8((FILL << 4) | resets).bytes(choices.bytes(pixels.bytesPerTpixel));
    return;
  }
  const filterFollows = choices.oneIn(4) ? 0 : FILTER_FOLLOWS;
  out.u8(((filterFollows | stream) << 4) | resets);
  const filter = filterFollows ? choices.below(3) : 0;
  const rowLength = width * pixels.bytesPerTpixel;
  if (filterFollows && scene.breaks('BAD_SUBENCODING', 10)) {
    out.u8(choices.between(3, 255)).bytes(choices.bytes(NEVER_READ));
  } else if (filter === 1) {
    palette(scene, rect, stream);
  } else if (filter === 2 && !pixels.format.trueColour && !scene.breaks('BAD_SUBENCODING', 1)) {
    out.u8(0);
    data(scene, stream, rowLength * height, (writer, length) => writer.compose(choices, length));
  } else {
    if (filterFollows) out.u8(filter);
    data(scene, stream, rowLength * height, (writer, length) => writer.compose(choices, length));
  }
}

function palette(scene: Scene, { width, height }: Rect, stream: number): void {
  const { choices, pixels, out } = scene;
  out.u8(1);
  if (scene.breaks('BAD_SUBENCODING', 6)) {
    out.u8(0).bytes(choices.bytes(NEVER_READ));
    return;
  }
  const size = choices.pick([2, 3, 256, 17, choices.between(2, 256)]);
  out.u8(size - 1).bytes(choices.bytes(size * pixels.bytesPerTpixel));
  const indices = choices.bytes((size === 2 ? (width + 7) >> 3 : width) * height);
  if (size > 2 && size < 256) {
    for (let i = 0; i < indices.length; i++) indices[i] = (indices[i] ?? 0) % size;
    if (indices.length > 0 && scene.breaks('BAD_SUBENCODING', 2)) {
      indices[choices.below(indices.length)] = choices.pick([size, choices.between(size, 255)]);
    }
  }
  data(scene, stream, indices.length, (writer) => writer.add(indices), indices);
}

/** What a filter leaves, compressed or, where it is short, not. */
function data(
  scene: Scene,
  stream: number,
  length: number,
  add: (writer: DeflateWriter, length: number) => void,
  plain?: Uint8Array,
): void {
  const { choices, out } = scene;
  const writer = scene.tight[stream & 3];
  if (length < MIN_COMPRESSED || !writer) {
    out.bytes(plain ?? choices.bytes(length));
    return;
  }
  const max = maxCompressedLength(length);
  if (max < 0x3fffff && scene.breaks('BAD_LENGTH', 4)) {
    compactLength(scene, max + 1);
    return;
  }
  const payload = compressed(scene, writer, length, !plain, () => add(writer, length));
  compactLength(scene, payload.length);
  out.bytes(payload);
}

function compactLength({ choices, out }: Scene, length: number): void {
  const long = choices.oneIn(8) ? 3 : 1;
  if (length < 0x80 && long < 3) out.u8(length);
  else if (length < 0x4000 && long < 3) out.u8((length & 127) | 128).u8(length >> 7);
  else
    out
      .u8((length & 127) | 128)
      .u8(((length >> 7) & 127) | 128)
      .u8(length >> 14);
}

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array;
}

const folder = join(resolve(import.meta.dirname, '../..'), 'fixtures/jpeg');
const pictures: readonly Picture[] = Object.entries(
  JSON.parse(readFileSync(join(folder, 'pictures.json'), 'utf8')) as Record<string, { width: number; height: number }>,
).map(([name, { width, height }]) => ({
  width,
  height,
  bytes: new Uint8Array(readFileSync(join(folder, `${name}.jpg`))),
}));

/** A rectangle of a JPEG's size, where one fits. */
export function jpegPlace({ choices, width, height }: Scene): { rect: Rect; picture: Picture } | undefined {
  const fitting = pictures.filter((picture) => picture.width <= width && picture.height <= height);
  const picture = choices.pick(fitting);
  if (!picture) return undefined;
  const x = choices.below(width - picture.width + 1);
  const y = choices.below(height - picture.height + 1);
  return { rect: { x, y, width: picture.width, height: picture.height }, picture };
}

/** The bytes of `picture` or, where one may be broken, not quite. */
export function tightJpeg(scene: Scene, { bytes }: Picture): void {
  const { choices, out } = scene;
  out.u8(JPEG << 4);
  let sent = bytes;
  if (scene.breaks('BAD_JPEG', 4)) {
    sent = bytes.subarray(0, choices.below(bytes.length >> 1));
  } else if (scene.breaks('the same', 2)) {
    sent = bytes.slice();
    sent[choices.below(bytes.length)] = choices.below(256);
  }
  compactLength(scene, sent.length);
  out.bytes(sent);
}
