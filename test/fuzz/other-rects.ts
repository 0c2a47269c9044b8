/** Pseudo-rectangles, and messages that are no updates. */
import { ByteWriter } from '../../src/rfb/bytes/byte-writer.ts';
import type { Rect } from '../../src/rfb/protocol/rect.ts';
import type { Scene } from './scene.ts';

/** Of a screen in these tests. */
export const WIDTHS = [17, 1, 2, 8, 16, 33, 64, 65, 80, 130, 300, 700] as const;
export const HEIGHTS = [16, 1, 2, 7, 17, 33, 64, 65, 70] as const;

type PseudoRect = Rect & { readonly type: number };

/** Writes the payload into `out`. */
export function pseudoRect(scene: Scene): PseudoRect {
  const { choices, pixels, out } = scene;
  const nowhere = { x: 0, y: 0, width: 0, height: 0 };
  if (scene.breaks('UNKNOWN_ENCODING', 6)) return { ...nowhere, type: choices.pick([3, 8, 17, -1, 0x7fffffff]) };
  if (scene.breaks('BAD_VALUE', 6)) {
    const [width, height] = choices.pick([
      [0xffff, 0xffff],
      [16_385, 1],
      [16_384, 4097],
    ]);
    return { ...nowhere, width, height, type: -223 };
  }
  if (scene.breaks('BAD_RECT', 6))
    return { ...nowhere, width: 1025, height: 1, type: choices.pick([-239, -240, -314]) };
  const cursor = { x: choices.below(5), y: 0, width: choices.below(20), height: choices.below(9) };
  const area = cursor.width * cursor.height;
  const plane = Math.ceil(cursor.width / 8) * cursor.height;
  switch (choices.below(8)) {
    case 0:
      out.bytes(choices.bytes(area * pixels.bytesPerPixel + plane));
      return { ...cursor, type: -239 };
    case 1:
      out.bytes(choices.bytes(plane === 0 ? 0 : 6 + 2 * plane));
      return { ...cursor, type: -240 };
    case 2:
      out.u32(0).bytes(choices.bytes(area * 4));
      return { ...cursor, type: -314 };
    case 3: {
      const name = Buffer.from('a name'.slice(choices.below(6)));
      out.u32(name.length).bytes(name);
      return { ...nowhere, type: -307 };
    }
    case 4:
      out.u8(choices.below(8));
      return { ...nowhere, type: -261 };
    case 5:
      return { ...nowhere, x: choices.below(2), type: -257 };
    default:
      return resize(scene);
  }
}

/** Often none, since each takes as long as a hundred rectangles. */
function resize(scene: Scene): PseudoRect {
  const { choices, out } = scene;
  const changes = choices.oneIn(12);
  const width = changes ? choices.pick([...WIDTHS, 0]) : scene.width;
  const height = changes ? choices.pick(HEIGHTS) : scene.height;
  const refused = choices.oneIn(3);
  const extended = refused || choices.oneIn(2);
  if (!refused) [scene.width, scene.height] = [width, height];
  if (!extended) return { x: 0, y: 0, width, height, type: -223 };
  out.u8(1).pad(3).u32(1).u16(0).u16(0).u16(width).u16(height).u32(0);
  return { x: refused ? 1 : choices.pick([0, 2]), y: refused ? 1 : 0, width, height, type: -308 };
}

export function otherMessage(scene: Scene): Uint8Array {
  const { choices, pixels } = scene;
  const out = new ByteWriter();
  if (scene.breaks('UNKNOWN_MESSAGE', 4)) return out.u8(choices.pick([4, 77, 255])).take();
  switch (choices.below(pixels.format.trueColour ? 3 : 6)) {
    case 0:
      return out.u8(2).take();
    case 1:
      return out.u8(3).pad(3).u32(4).bytes(choices.bytes(4)).take();
    case 2: {
      // A fence that asks for no answer.
      const length = choices.below(9);
      return out.u8(248).pad(3).u32(0).u8(length).bytes(choices.bytes(length)).take();
    }
    default: {
      const first = choices.pick([0, 200, 255, 65_500]);
      const count = choices.below(40);
      return out
        .u8(1)
        .pad(1)
        .u16(first)
        .u16(count)
        .bytes(choices.bytes(count * 6))
        .take();
    }
  }
}
