import { fontOf, type Glyph, type GlyphFont } from '../../../fonts/glyph-font.ts';
import { byPreference } from '../../../fonts/preference.ts';
import { assertCell, badFont } from './bad-font.ts';
import { placed } from './placed.ts';

const MAGIC = Buffer.from('FILE\0\0\0\u0004PFF2', 'latin1');
/** Code point, flags, where the glyph is. */
const INDEX_ENTRY = 9;
const GLYPH_HEADER = 10;
const MAX_GLYPHS = 0x20000;
/** Beyond it are GRUB's own numbers of forms that letters take beside others. */
const MAX_CODE_POINT = 0x10ffff;

interface IndexEntry {
  readonly codePoint: number;
  readonly at: number;
  readonly advance: number;
}

export function isPf2(bytes: Uint8Array): boolean {
  return MAGIC.equals(bytes.subarray(0, MAGIC.length));
}

/**
 * A font of GRUB's graphical terminal, as grub-mkfont writes it (/boot/grub/fonts/unicode.pf2). Its cells are as wide as the
 * widest printable ASCII character; glyphs of another width are left out.
 * @throws UsageError `BAD_FONT`
 */
export function parsePf2(bytes: Buffer, name: string): GlyphFont {
  const sections = sectionsOf(bytes);
  const index = readIndex(bytes, sections.get('CHIX') ?? Buffer.alloc(0), name);
  const ascii = index.filter(({ codePoint }) => codePoint >= 0x20 && codePoint <= 0x7e);
  const cell = { width: Math.max(0, ...ascii.map(({ advance }) => advance)), height: number(sections.get('MAXH')) };
  assertCell(name, cell);
  const ascent = number(sections.get('ASCE'));
  return fontOf(name, cell.width, cell.height, () =>
    index
      .filter(({ codePoint, advance }) => codePoint <= MAX_CODE_POINT && advance === cell.width)
      .sort((a, b) => byPreference(a.codePoint, b.codePoint))
      .map((entry) => glyphAt(bytes, entry, cell, ascent)),
  );
}

/** Name, length, data; the last, `DATA`, goes on to the end of the file. */
function sectionsOf(bytes: Buffer): Map<string, Buffer> {
  const sections = new Map<string, Buffer>();
  for (let at = 0; at + 8 <= bytes.length; ) {
    const name = bytes.toString('latin1', at, at + 4);
    const length = bytes.readUInt32BE(at + 4);
    if (name === 'DATA') break;
    sections.set(name, bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return sections;
}

function number(section: Buffer | undefined): number {
  return section?.length === 2 ? section.readUInt16BE() : 0;
}

function readIndex(bytes: Buffer, index: Buffer, name: string): IndexEntry[] {
  const count = Math.floor(index.length / INDEX_ENTRY);
  if (count > MAX_GLYPHS) throw badFont(name, `it has ${count} glyphs, wanted at most ${MAX_GLYPHS}`);
  return Array.from({ length: count }, (_, i) => {
    const codePoint = index.readUInt32BE(i * INDEX_ENTRY);
    const at = index.readUInt32BE(i * INDEX_ENTRY + 5);
    const width = at + GLYPH_HEADER <= bytes.length ? bytes.readUInt16BE(at) : 0;
    const height = at + GLYPH_HEADER <= bytes.length ? bytes.readUInt16BE(at + 2) : 0;
    if (at + GLYPH_HEADER + Math.ceil((width * height) / 8) > bytes.length) {
      throw badFont(name, `glyph ${i + 1} of ${count} is not in the file; is it whole?`);
    }
    return { codePoint, at, advance: bytes.readInt16BE(at + 8) };
  });
}

/** The bits of a glyph's rows follow each other without a gap. */
function glyphAt(
  bytes: Buffer,
  { codePoint, at }: IndexEntry,
  cell: { readonly width: number; readonly height: number },
  ascent: number,
): Glyph {
  const width = bytes.readUInt16BE(at);
  const height = bytes.readUInt16BE(at + 2);
  const left = bytes.readInt16BE(at + 4);
  const top = ascent - bytes.readInt16BE(at + 6) - height;
  const bit = (x: number, y: number) => {
    const index = y * width + x;
    return (((bytes[at + GLYPH_HEADER + (index >> 3)] ?? 0) << (index & 7)) & 0x80) !== 0;
  };
  return { character: String.fromCodePoint(codePoint), rows: placed({ width, height, bit }, { left, top }, cell) };
}
