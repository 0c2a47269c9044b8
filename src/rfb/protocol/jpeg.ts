import { ProtocolError } from '../errors.ts';
import { type JpegDecoder, loadDecoder, loadEncoder } from './jpeg-codec.ts';

let decoder: Promise<JpegDecoder> | undefined;
let encoder: ReturnType<typeof loadEncoder> | undefined;

/**
 * The pixels of a JPEG in the framebuffer's layout.
 * @throws ProtocolError `BAD_JPEG` when it is broken, cut off or of another size
 */
export async function decodeJpeg(bytes: Uint8Array, width: number, height: number): Promise<Uint32Array> {
  const size = jpegSize(bytes);
  if (size.width !== width || size.height !== height) {
    throw new ProtocolError('BAD_JPEG', `JPEG of ${size.width}x${size.height} pixels, wanted are ${width}x${height}`);
  }
  const { decode, warnings } = await currentDecoder();
  try {
    const data = decode(ended(bytes));
    if (data.length !== width * height * 4) throw new Error(`${data.length} bytes of pixels`);
    const complaint = warnings.find((warning) => !AFTER_THE_PICTURE.test(warning));
    if (complaint === undefined) return new Uint32Array(data.buffer, data.byteOffset, width * height);
    throw new ProtocolError('BAD_JPEG', `JPEG of ${bytes.length} bytes for ${width}x${height} pixels: ${complaint}`);
  } catch (cause) {
    if (cause instanceof ProtocolError) throw cause;
    decoder = undefined;
    throw new ProtocolError('BAD_JPEG', `broken JPEG of ${bytes.length} bytes for ${width}x${height} pixels`, {
      cause,
    });
  }
}

/** libjpeg leaves an instance where it was when it gave up: the next picture gets a new one, also one that waits already. */
async function currentDecoder(): Promise<JpegDecoder> {
  for (;;) {
    decoder ??= loadDecoder();
    const awaited = decoder;
    const loaded = await awaited;
    if (decoder === awaited) return loaded;
  }
}

/** libjpeg makes grey of what is missing, and only says so; but this means nothing. */
const AFTER_THE_PICTURE = /extraneous bytes before marker 0xd9$/;

/** With the marker that ends a picture: some lack it, and libjpeg complains of that as it does of missing pixels. */
function ended(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes.length + 2);
  copy.set(bytes);
  copy.set([0xff, 0xd9], bytes.length);
  return copy;
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
  return new Uint8Array(await encode(image as Parameters<typeof encode>[0], { quality }));
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
