import { ByteWriter } from '../../src/rfb/bytes/byte-writer.ts';
import { type PixelFormat, pixelFormats, RGBX8888 } from '../../src/rfb/protocol/pixel-format.ts';
import { PixelReader } from '../../src/rfb/protocol/pixel-reader.ts';
import type { Rect } from '../../src/rfb/protocol/rect.ts';
import type { Choices } from './choices.ts';
import { jpegPlace, tight, tightJpeg, zlib, zrle } from './compressed-rects.ts';
import { HEIGHTS, otherMessage, pseudoRect, WIDTHS } from './other-rects.ts';
import { copyRect, coRre, hextile, raw, rre } from './plain-rects.ts';
import { type Expected, Scene } from './scene.ts';
import { tiles } from './tile-rects.ts';

/** What a server says after its ServerInit. */
export interface FuzzCase {
  readonly width: number;
  readonly height: number;
  readonly pixelFormat: PixelFormat;
  readonly messages: readonly Message[];
  readonly expected: Expected;
}

/** An update's rectangles, with their headers, or the whole of another message. */
export interface Message {
  readonly rects?: readonly Uint8Array[];
  /** The rectangles that the update announces. */
  readonly count?: number;
  readonly bytes?: Uint8Array;
}

export interface CaseLimits {
  readonly updates: number;
  readonly rects: number;
  /** How seldom a rectangle is none of pixels. */
  readonly pseudoOneIn: number;
}

/** Up to so many updates of up to so many rectangles; in half of all cases the server breaks one rule in one of them. */
export function generateCase(choices: Choices, limits: CaseLimits): FuzzCase {
  const width = choices.pick(WIDTHS);
  const height = choices.pick(HEIGHTS);
  const pixelFormat = anyFormat(choices);
  const scene = new Scene(choices, new PixelReader(pixelFormat), width, height);
  const messages: Message[] = [];
  const updates = choices.between(1, limits.updates);
  const faultIn = choices.oneIn(2) ? choices.below(updates) : updates;
  for (let i = 0; i < updates && messages.length < 2 * limits.updates; i++) {
    if (i === faultIn) scene.wantFault();
    if (choices.oneIn(3)) messages.push({ bytes: otherMessage(scene) });
    messages.push(update(scene, limits));
    // Some more, so that whoever reads on has something to read.
    if (scene.expected !== 'accepted') break;
  }
  messages.push(update(scene, { ...limits, rects: 3 }), {
    bytes: choices.bytes(scene.expected === 'accepted' ? 0 : 1000),
  });
  return { width, height, pixelFormat, messages, expected: scene.expected };
}

function update(scene: Scene, limits: CaseLimits): Message {
  const { choices } = scene;
  const count = choices.oneIn(40) ? 0 : choices.between(1, limits.rects);
  const rects: Uint8Array[] = [];
  for (let i = 0; i < count && scene.expected === 'accepted'; i++) rects.push(rectangle(scene, limits));
  if (!choices.oneIn(10)) return { rects, count: Math.max(count, rects.length) };
  rects.push(withHeader(scene, { x: 0, y: 0, width: 0, height: 0 }, -224));
  return { rects, count: choices.pick([0xffff, rects.length, rects.length + 1]) };
}

const ENCODINGS: readonly (readonly [type: number, write: (scene: Scene, rect: Rect) => void])[] = [
  [0, raw],
  [1, copyRect],
  [2, rre],
  [4, coRre],
  [5, hextile],
  [6, zlib],
  [7, tight],
  [15, (scene, rect) => tiles(scene, rect, scene.out, 16)],
  [16, zrle],
];

/** Zlib streams take the reference decoder ten times as long as what is not compressed: so that those are seldomer. */
const COMPRESSED = [6, 7, 16];

function rectangle(scene: Scene, { pseudoOneIn }: CaseLimits): Uint8Array {
  const { choices } = scene;
  if (choices.oneIn(pseudoOneIn)) {
    const { type, ...rect } = pseudoRect(scene);
    return withHeader(scene, rect, type);
  }
  let [type, write] = choices.pick(ENCODINGS) ?? [0, raw];
  if (COMPRESSED.includes(type) && choices.oneIn(2)) [type, write] = choices.pick(ENCODINGS) ?? [0, raw];
  const jpeg = type === 7 && choices.oneIn(8) ? jpegPlace(scene) : undefined;
  if (jpeg) {
    tightJpeg(scene, jpeg.picture);
    return withHeader(scene, jpeg.rect, 7);
  }
  const rect = scene.place();
  if (scene.breaks('BAD_RECT', 10)) {
    const beyond = { ...rect, x: scene.width - rect.width + choices.between(1, 5) };
    const below = { ...rect, y: scene.height - rect.height + choices.between(1, 5) };
    scene.out.bytes(choices.bytes(100));
    return withHeader(scene, choices.oneIn(2) ? beyond : below, type);
  }
  write(scene, rect);
  return withHeader(scene, rect, type);
}

/** The rectangle that `out` holds the payload of. */
export function withHeader({ out }: Scene, { x, y, width, height }: Rect, type: number): Uint8Array {
  const payload = out.take();
  return out.u16(x).u16(y).u16(width).u16(height).s32(type).bytes(payload).take();
}

const FORMATS: readonly [PixelFormat, ...PixelFormat[]] = [
  RGBX8888,
  pixelFormats.bgrx8888,
  pixelFormats.xrgb8888be,
  { ...RGBX8888, redShift: 24, greenShift: 16, blueShift: 8 },
  { ...RGBX8888, redShift: 8, greenShift: 16, blueShift: 24, bigEndian: true },
  { ...RGBX8888, depth: 32 },
  { ...RGBX8888, depth: 30, redMax: 1023, greenMax: 1023, blueMax: 1023, redShift: 20, greenShift: 10, blueShift: 0 },
  { ...RGBX8888, bitsPerPixel: 24 },
  { ...pixelFormats.bgrx8888, bitsPerPixel: 24, bigEndian: true },
  pixelFormats.rgb565,
  { ...pixelFormats.rgb565, bigEndian: true },
  pixelFormats.rgb555,
  pixelFormats.bgr233,
  { ...pixelFormats.bgr233, trueColour: false },
  { ...pixelFormats.bgr233, trueColour: false, bitsPerPixel: 16, depth: 16 },
  { ...pixelFormats.bgr233, trueColour: false, bitsPerPixel: 16, depth: 16, bigEndian: true },
];

/** One of the usual ones or, seldom, one that nobody has: any maxima, any shifts. */
function anyFormat(choices: Choices): PixelFormat {
  if (!choices.oneIn(4)) return choices.pick(FORMATS);
  const bitsPerPixel = choices.pick([32, 8, 16, 24]);
  const max = () => choices.pick([255, 127, 31, 7, 1, 100, choices.between(1, 1023), choices.oneIn(50) ? 65_535 : 255]);
  const shift = () => choices.below(bitsPerPixel);
  return {
    bitsPerPixel,
    depth: choices.pick([24, bitsPerPixel, 8, 30, 32]),
    bigEndian: choices.oneIn(2),
    trueColour: true,
    redMax: max(),
    greenMax: max(),
    blueMax: max(),
    redShift: shift(),
    greenShift: shift(),
    blueShift: shift(),
  };
}

export function bytesOf({ messages }: Pick<FuzzCase, 'messages'>): Uint8Array {
  const out = new ByteWriter();
  for (const { rects, count, bytes } of messages) {
    if (rects)
      out
        .u8(0)
        .pad(1)
        .u16(count ?? rects.length);
    for (const rect of rects ?? []) out.bytes(rect);
    if (bytes) out.bytes(bytes);
  }
  return out.take();
}

export function rectCount({ messages }: Pick<FuzzCase, 'messages'>): number {
  return messages.reduce((sum, { rects }) => sum + (rects?.length ?? 0), 0);
}

/** How the bytes arrive: lengths of the pieces, used in turn; none for all in one. */
export type Cuts = readonly number[];

export function anyCuts(choices: Choices, length: number): Cuts {
  const kind = choices.below(6);
  if (kind < 2) return [];
  if (kind === 2) return length < 4000 ? [1] : [choices.between(1, 40)];
  if (kind === 3) return [choices.pick([1460, 4096, 65_536])];
  return Array.from({ length: choices.between(1, 40) }, () => choices.between(1, choices.pick([3000, 3, 20, 300])));
}

export function cut(bytes: Uint8Array, cuts: Cuts): Uint8Array[] {
  if (cuts.length === 0) return [bytes];
  const chunks: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = cuts[i % cuts.length] ?? 1;
    chunks.push(bytes.subarray(at, at + length));
    at += length;
  }
  return chunks;
}
