import { CODE_PAGE_437 } from '../../../fonts/code-page-437.ts';
import { fontOf, type GlyphFont, glyphRows } from '../../../fonts/glyph-font.ts';
import { byPreference } from '../../../fonts/preference.ts';
import { assertCell, badFont } from './bad-font.ts';

/** A font of Linux' text consoles, as kbd's `setfont` loads it: PSF 1 or 2. */
interface Psf {
  readonly width: number;
  readonly height: number;
  readonly count: number;
  /** Of a glyph, in bytes. */
  readonly size: number;
  readonly start: number;
  /** The character of each glyph that is meant; undefined without a table. */
  readonly codePoints: readonly (number | undefined)[] | undefined;
}

const MAX_GLYPHS = 0x10000;

export function isPsf(bytes: Uint8Array): boolean {
  return isPsf1(bytes) || isPsf2(bytes);
}

/** @throws UsageError `BAD_FONT` */
export function parsePsf(bytes: Buffer, name: string): GlyphFont {
  const psf = isPsf1(bytes) ? readPsf1(bytes) : readPsf2(bytes, name);
  const { width, height, count, size, start } = psf;
  assertCell(name, psf);
  if (size < height * Math.ceil(width / 8) || bytes.length < start + count * size) {
    throw badFont(name, `${count} glyphs of ${width}x${height} do not fit into its ${bytes.length} bytes`);
  }
  const codePoints = psf.codePoints ?? CODE_PAGE_437;
  return fontOf(name, width, height, () =>
    Array.from({ length: count }, (_, i) => ({ codePoint: codePoints[i], at: start + i * size }))
      .flatMap(({ codePoint, at }) => (codePoint === undefined ? [] : [{ codePoint, at }]))
      .sort((a, b) => byPreference(a.codePoint, b.codePoint))
      .map(({ codePoint, at }) => ({
        character: String.fromCodePoint(codePoint),
        rows: glyphRows(bytes.subarray(at, at + size), width, height),
      })),
  );
}

function isPsf1(bytes: Uint8Array): boolean {
  return bytes[0] === 0x36 && bytes[1] === 0x04 && bytes.length > 4;
}

function isPsf2(bytes: Uint8Array): boolean {
  return bytes[0] === 0x72 && bytes[1] === 0xb5 && bytes[2] === 0x4a && bytes[3] === 0x86 && bytes.length >= 32;
}

function readPsf1(bytes: Buffer): Psf {
  const [, , mode = 0, height = 0] = bytes;
  const count = mode & 1 ? 512 : 256;
  const start = 4;
  const codePoints = mode & 6 ? psf1Table(bytes.subarray(start + count * height), count) : undefined;
  return { width: 8, height, count, size: height, start, codePoints };
}

/** Of each glyph 16-bit characters up to FFFFh; from FFFEh on sequences of several. */
function psf1Table(table: Buffer, count: number): (number | undefined)[] {
  const codePoints = new Array<number | undefined>(count).fill(undefined);
  let glyph = 0;
  let sequences = false;
  for (let at = 0; at + 1 < table.length && glyph < count; at += 2) {
    const code = table.readUInt16LE(at);
    if (code === 0xffff) {
      glyph++;
      sequences = false;
    } else if (code === 0xfffe) sequences = true;
    else if (!sequences) codePoints[glyph] = [codePoints[glyph] ?? code, code].sort(byPreference)[0];
  }
  return codePoints;
}

function readPsf2(bytes: Buffer, name: string): Psf {
  const [start = 0, flags = 0, count = 0, size = 0, height = 0, width = 0] = Array.from({ length: 6 }, (_, i) =>
    bytes.readUInt32LE(8 + 4 * i),
  );
  if (count > MAX_GLYPHS) throw badFont(name, `it has ${count} glyphs, wanted at most ${MAX_GLYPHS}`);
  const codePoints = flags & 1 ? psf2Table(bytes.subarray(start + count * size), count) : undefined;
  return { width, height, count, size, start, codePoints };
}

/** Of each glyph UTF-8 characters up to FFh; from FEh on sequences of several. */
function psf2Table(table: Buffer, count: number): (number | undefined)[] {
  const codePoints: (number | undefined)[] = [];
  for (let at = 0; codePoints.length < count; ) {
    const end = table.indexOf(0xff, at);
    if (end < 0) break;
    const entry = table.subarray(at, end);
    const sequences = entry.indexOf(0xfe);
    const text = entry.subarray(0, sequences < 0 ? undefined : sequences).toString('utf8');
    const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0);
    codePoints.push(codes.sort(byPreference)[0]);
    at = end + 1;
  }
  return codePoints;
}
