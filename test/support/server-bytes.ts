import { ByteWriter } from '../../src/rfb/bytes/byte-writer.ts';
import { type PixelFormat, RGBX8888, writePixelFormat } from '../../src/rfb/protocol/pixel-format.ts';
import { encodeText } from '../../src/rfb/protocol/text.ts';
import { wire } from './decode.ts';

export interface ServerInitBytes {
  readonly width?: number;
  readonly height?: number;
  readonly pixelFormat?: PixelFormat;
  readonly name?: string;
  /** Default: the name's. */
  readonly nameLength?: number;
}

/** ServerInit, RFC 6143 §7.3.2. */
export function serverInit(init: ServerInitBytes = {}): Uint8Array {
  const { width = 4, height = 4, pixelFormat = RGBX8888, name = 'test', nameLength } = init;
  const out = new ByteWriter().u16(width).u16(height);
  writePixelFormat(out, pixelFormat);
  const text = encodeText(name);
  return out
    .u32(nameLength ?? text.length)
    .bytes(text)
    .take();
}

/** All that a server says up to its ServerInit, with security None, in 3.8. */
export function opening(init: ServerInitBytes = {}): Uint8Array {
  return wire(encodeText('RFB 003.008\n'), [1, 1], [0, 0, 0, 0], serverInit(init));
}
