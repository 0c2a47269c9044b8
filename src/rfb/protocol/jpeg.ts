import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { ProtocolError } from '../errors.ts';

type Decode = typeof import('@jsquash/jpeg/decode.js')['default'];
type Encode = typeof import('@jsquash/jpeg/encode.js')['default'];

let decoder: Promise<Decode> | undefined;
let encoder: Promise<Encode> | undefined;

/**
 * The pixels of a JPEG in the framebuffer's layout.
 * @throws ProtocolError `BAD_JPEG` when it is broken or of another size
 */
export async function decodeJpeg(bytes: Uint8Array, width: number, height: number): Promise<Uint32Array> {
  const size = jpegSize(bytes);
  if (size.width !== width || size.height !== height) {
    throw new ProtocolError('BAD_JPEG', `JPEG of ${size.width}x${size.height} pixels, wanted are ${width}x${height}`);
  }
  decoder ??= loadDecoder();
  const decode = await decoder;
  try {
    const { data } = await decode(bytes.slice().buffer, { preserveOrientation: false });
    if (data.length !== width * height * 4) throw new Error(`${data.length} bytes of pixels`);
    return new Uint32Array(data.buffer, data.byteOffset, width * height);
  } catch (cause) {
    // libjpeg leaves its instance where it was when it gave up: the next picture gets a new one.
    decoder = undefined;
    throw new ProtocolError('BAD_JPEG', `broken JPEG of ${bytes.length} bytes for ${width}x${height} pixels`, {
      cause,
    });
  }
}

/** `quality` is 1 to 100. */
export async function encodeJpeg(
  rgba: Uint8Array,
  width: number,
  height: number,
  quality: number,
): Promise<Uint8Array> {
  encoder ??= loadEncoder();
  const encode = await encoder;
  const image = { data: new Uint8ClampedArray(rgba), width, height, colorSpace: 'srgb' };
  return new Uint8Array(await encode(image as Parameters<Encode>[0], { quality }));
}

/** Reads width and height from the frame header (ITU T.81 §B.2.2), which is what the decoder would allocate for. */
export function jpegSize(bytes: Uint8Array): { readonly width: number; readonly height: number } {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const broken = (what: string) => new ProtocolError('BAD_JPEG', `JPEG of ${bytes.length} bytes: ${what}`);
  if (data.byteLength < 2 || data.getUint16(0) !== 0xffd8) throw broken('it does not begin with ff d8');
  for (let at = 2; at + 9 <= data.byteLength; ) {
    if (data.getUint8(at) !== 0xff) throw broken(`no marker at offset ${at}`);
    const marker = data.getUint8(at + 1);
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === SOS || marker < SOF_FIRST) break;
    if (marker >= SOF_FIRST && marker <= SOF_LAST && !NO_FRAME_HEADERS.includes(marker)) {
      return { height: data.getUint16(at + 5), width: data.getUint16(at + 7) };
    }
    at += 2 + data.getUint16(at + 2);
  }
  throw broken('it has no frame header');
}

const SOF_FIRST = 0xc0;
const SOF_LAST = 0xcf;
/** DHT, JPG and DAC lie among the frame headers. */
const NO_FRAME_HEADERS = [0xc4, 0xc8, 0xcc];
const SOS = 0xda;

/** What the codec returns its pixels in: a browser's class, which Node lacks. */
class CodecImageData {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;

  constructor(data: Uint8ClampedArray, width: number, height: number) {
    this.data = data;
    this.width = width;
    this.height = height;
  }
}

async function loadDecoder(): Promise<Decode> {
  if (!('ImageData' in globalThis)) Object.defineProperty(globalThis, 'ImageData', { value: CodecImageData });
  const { default: decode, init } = await import('@jsquash/jpeg/decode.js');
  await (init as Init)(await compile('dec/mozjpeg_dec.wasm'), SILENT);
  return decode;
}

async function loadEncoder(): Promise<Encode> {
  const { default: encode, init } = await import('@jsquash/jpeg/encode.js');
  await (init as Init)(await compile('enc/mozjpeg_enc.wasm'), SILENT);
  return encode;
}

/** The package's declarations leave out the form with a module, which is the one that needs no `fetch`. */
type Init = (module: object, options: object) => Promise<void>;

/** libjpeg's warnings would go to the console. */
const SILENT = { print: () => {}, printErr: () => {} };

async function compile(file: string): Promise<object> {
  const path = createRequire(import.meta.url).resolve(`@jsquash/jpeg/codec/${file}`);
  // Every Node has it; without the DOM's, there are no declarations for it.
  const { WebAssembly } = globalThis as unknown as { WebAssembly: { compile(bytes: Uint8Array): Promise<object> } };
  return WebAssembly.compile(await readFile(path));
}
