import { createRequire } from 'node:module';
import type { PNG, PNGOptions } from 'pngjs';
import { UsageError } from '../rfb/errors.ts';
import { MAX_DESKTOP_PIXELS } from '../rfb/protocol/limits.ts';
import type { Picture } from './picture.ts';

/** The picture formats that can be written. */
export const imageFormats = ['png', 'jpeg', 'ppm'] as const;
export type ImageFormat = (typeof imageFormats)[number];

const DEFAULT_JPEG_QUALITY = 90;

/** The format that a file's name asks for. @throws UsageError `BAD_OPTION` */
export function imageFormatOf(fileName: string): ImageFormat {
  const extension = /\.([^./\\]+)$/.exec(fileName)?.[1]?.toLowerCase();
  switch (extension) {
    case undefined:
    case 'png':
      return 'png';
    case 'jpg':
    case 'jpeg':
      return 'jpeg';
    case 'ppm':
    case 'pnm':
      return 'ppm';
    default:
      throw new UsageError('BAD_OPTION', `cannot write ".${extension}" pictures (${fileName}); use .png, .jpg or .ppm`);
  }
}

export async function encodeImage(picture: Picture, format: ImageFormat): Promise<Uint8Array> {
  switch (format) {
    case 'png':
      return encodePng(picture);
    case 'ppm':
      return encodePpm(picture);
    case 'jpeg': {
      const { encodeJpeg } = await import('../rfb/protocol/jpeg.ts');
      return encodeJpeg(picture.rgba, picture.width, picture.height, DEFAULT_JPEG_QUALITY);
    }
  }
}

/**
 * Reads a PNG of any kind; transparent pixels keep their alpha.
 * @throws UsageError `BAD_IMAGE` when it is none, or larger than a screen can be
 */
export function readPng(bytes: Uint8Array, name: string): Picture {
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (header.length < 33 || !header.subarray(0, 8).equals(PNG_SIGNATURE)) {
    throw new UsageError('BAD_IMAGE', `${name} is no PNG picture`);
  }
  // Before anything is allocated for it: width and height stand at the start of the first chunk.
  const width = header.readUInt32BE(16);
  const height = header.readUInt32BE(20);
  if (width * height > MAX_DESKTOP_PIXELS) {
    throw new UsageError('BAD_IMAGE', `${name} has ${width}x${height} pixels, more than a screen can have`);
  }
  try {
    return { width, height, rgba: codec().PNG.sync.read(header).data, fresh: true };
  } catch (cause) {
    throw new UsageError('BAD_IMAGE', `${name} is a broken PNG: ${(cause as Error).message}`, { cause });
  }
}

/** Most commands write no picture, and one that does can load this while it waits for the server. */
export function loadPng(): void {
  codec();
}

/** Loaded when first needed. */
function codec(): typeof import('pngjs') {
  pngjs ??= createRequire(import.meta.url)('pngjs') as typeof import('pngjs');
  return pngjs;
}

let pngjs: typeof import('pngjs') | undefined;

const PNG_SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/**
 * Truecolour PNG without filter: screens are flat, so filters and a higher level than this cost time and save little. Its
 * own run-length strategy, which pngjs would take, makes them ten times as big; its own conversion takes five times as long.
 */
function encodePng(picture: Picture): Uint8Array {
  return codec().PNG.sync.write(truecolour(picture), PNG_OPTIONS);
}

/** The same file, compressed on another thread: slower, and in the way of nothing. */
export async function encodePngAside(picture: Picture): Promise<Uint8Array> {
  const file = truecolour(picture);
  const chunks: Buffer[] = [];
  await new Promise<void>((resolve, reject) => {
    file
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', resolve)
      .on('error', reject);
    file.pack();
  });
  return Buffer.concat(chunks);
}

function truecolour(picture: Picture): PNG {
  const { PNG } = codec();
  const file = new PNG({ width: picture.width, height: picture.height, ...PNG_OPTIONS });
  file.data = rgb(picture);
  return file;
}

const RGB = 2;
const PNG_OPTIONS: PNGOptions = {
  ...{ colorType: RGB, inputColorType: RGB, inputHasAlpha: false, filterType: 0 },
  ...{ deflateLevel: 3, deflateStrategy: 0 },
};

/** Portable pixmap, binary (P6). */
function encodePpm(picture: Picture): Uint8Array {
  return Buffer.concat([Buffer.from(`P6\n${picture.width} ${picture.height}\n255\n`, 'latin1'), rgb(picture)]);
}

function rgb({ rgba }: Picture): Buffer {
  const bytes = Buffer.allocUnsafe((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    bytes[to++] = rgba[from] ?? 0;
    bytes[to++] = rgba[from + 1] ?? 0;
    bytes[to++] = rgba[from + 2] ?? 0;
  }
  return bytes;
}
