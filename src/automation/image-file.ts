import { PNG } from 'pngjs';
import { UsageError } from '../rfb/errors.ts';
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

/** Truecolour PNG. Filter "none" and a middling level: screens are flat, so more effort costs time and saves little. */
function encodePng({ width, height, rgba }: Picture): Uint8Array {
  const png = new PNG({ width, height });
  png.data = Buffer.from(rgba.buffer, rgba.byteOffset, rgba.byteLength);
  return PNG.sync.write(png, { colorType: 2, inputHasAlpha: true, filterType: 0, deflateLevel: 6 });
}

/** Portable pixmap, binary (P6). */
function encodePpm({ width, height, rgba }: Picture): Uint8Array {
  const header = Buffer.from(`P6\n${width} ${height}\n255\n`, 'latin1');
  const bytes = Buffer.alloc(header.length + width * height * 3);
  header.copy(bytes);
  for (let from = 0, to = header.length; from < rgba.length; from += 4) {
    bytes[to++] = rgba[from] ?? 0;
    bytes[to++] = rgba[from + 1] ?? 0;
    bytes[to++] = rgba[from + 2] ?? 0;
  }
  return bytes;
}
