import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { GlyphFont } from '../../../fonts/glyph-font.ts';
import { badFont } from './bad-font.ts';
import { isBdf, parseBdf } from './bdf.ts';
import { isPf2, parsePf2 } from './pf2.ts';
import { isPsf, parsePsf } from './psf.ts';

/** GNU Unifont, all of Unicode, has 10 MB as BDF. */
const MAX_BYTES = 64 << 20;

/** Reads a font to read text by: BDF, PSF (Linux' consoles), PF2 (GRUB), also gzipped. @throws UsageError `BAD_FONT` */
export async function readFont(file: string): Promise<GlyphFont> {
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw badFont(file, `it cannot be read (${cause.code})`);
  });
  return parseFont(bytes, file);
}

/** @throws UsageError `BAD_FONT` */
function parseFont(given: Buffer, file: string): GlyphFont {
  const bytes = given[0] === 0x1f && given[1] === 0x8b ? unpacked(given, file) : given;
  const name = path.basename(file).replace(/(?:\.(?:gz|bdf|psfu?|pf2))+$/i, '');
  if (isPsf(bytes)) return parsePsf(bytes, name);
  if (isPf2(bytes)) return parsePf2(bytes, name);
  if (isBdf(bytes)) return parseBdf(bytes.toString('latin1'), name);
  throw badFont(file, 'it is no font that is known: wanted BDF, PSF or PF2, also gzipped; pcf2bdf makes BDF of PCF');
}

function unpacked(bytes: Buffer, file: string): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BYTES });
  } catch {
    throw badFont(file, 'its gzip data is damaged, or holds more than 64 MiB');
  }
}
