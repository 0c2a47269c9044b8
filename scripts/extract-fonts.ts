// Writes src/fonts/*.ts from fonts that may be given on with this program (LICENSE-FONTS), as Debian 12 ships them:
// seabios, xfonts-base (pcf2bdf reads it), console-setup-linux, unifont; unpacked below the folder in the first argument.
// Only needed to add a font: what it writes is committed.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateRawSync, gunzipSync } from 'node:zlib';
import { parseBdf } from '../src/automation/text/fonts/bdf.ts';
import { parsePsf } from '../src/automation/text/fonts/psf.ts';
import type { GlyphFont } from '../src/fonts/glyph-font.ts';
import { byPreference } from '../src/fonts/preference.ts';

const ROOT = process.argv[2] ?? '/';
const FONTS = path.join(path.dirname(import.meta.dirname), 'src/fonts');

/** "A" in the VGA BIOS's fonts, to find them by. */
const LETTER_A = {
  16: '000010386cc6c6fec6c6c6c600000000',
  14: '000010386cc6c6fec6c6c6000000',
  8: '3078ccccfccccc00',
};

/** What of large fonts is kept: Latin, punctuation, arrows, and what terminals draw boxes with. */
const LATIN = [
  [0x21, 0x7e],
  [0xa1, 0x17f],
  [0x2010, 0x2044],
  [0x20a0, 0x20ac],
  [0x2190, 0x2195],
  [0x2260, 0x2265],
  [0x23ba, 0x23bd],
  [0x2409, 0x2424],
  [0x2500, 0x25ff],
] as const;
/** Of what boot loaders and consoles are translated to, too. */
const EUROPEAN = [...LATIN, [0x386, 0x3ce], [0x400, 0x45f], [0x490, 0x491], [0x263a, 0x266b]] as const;

type Ranges = readonly (readonly [number, number])[];

const file = (name: string) => readFileSync(path.join(ROOT, name));

const bios = file('usr/share/seabios/vgabios-stdvga.bin');
for (const [key, letter] of Object.entries(LETTER_A)) {
  const height = Number(key);
  const at = bios.indexOf(Buffer.from(letter, 'hex')) - 0x41 * height;
  write({
    name: `vga-8x${height}`,
    source: 'SeaBIOS, vgasrc/vgafonts.c: public domain (after Joseph Gil, fntcol16)',
    ...{ width: 8, height, codePoints: undefined },
    bytes: bios.subarray(at, at + 256 * height),
  });
}

for (const name of ['5x7', '6x10', '6x13', '6x13B', '7x13', '7x13B', '8x13', '8x13B', '9x15', '9x15B', '10x20']) {
  const pcf = gunzipSync(file(`usr/share/fonts/X11/misc/${name}.pcf.gz`));
  const bdf = execFileSync('pcf2bdf', { input: pcf, encoding: 'latin1', maxBuffer: 1 << 26 });
  if (!/COPYRIGHT "Public domain/.test(bdf)) throw new Error(`${name} is not in the public domain`);
  const source = 'X.Org misc-misc: "Public domain font. Share and enjoy."';
  keep(`misc-fixed-${name.toLowerCase()}`, source, LATIN, parseBdf(bdf, name));
}

/** Fonts of Debian's text consoles: name there, name here. */
const CONSOLE_FONTS = {
  Fixed: { sizes: ['13', '14', '15', '16', '18'], name: 'console-fixed', source: 'Fixed' },
  VGA: { sizes: ['8', '14', '16'], name: 'console-vga', source: 'VGA' },
  Terminus: {
    sizes: ['12x6', '14', '16', '18x10', '20x10', '22x11', '24x12', '28x14', '32x16'],
    name: 'ter',
    source: 'Terminus Font (OFL)',
  },
  TerminusBold: {
    sizes: ['14', '16', '18x10', '20x10', '22x11', '24x12', '28x14', '32x16'],
    name: 'ter-bold',
    source: 'Terminus Font (OFL)',
  },
  TerminusBoldVGA: { sizes: ['14', '16'], name: 'ter-bold-vga', source: 'Terminus Font (OFL)' },
};
for (const [typeface, { sizes, name, source }] of Object.entries(CONSOLE_FONTS)) {
  for (const size of sizes) {
    // 512 glyphs a file: the others add what the first has no room for, and what they have in another shape.
    const fonts = ['Uni2', 'Lat15', 'Lat2', 'Lat7', 'CyrSlav', 'CyrKoi', 'Greek'].map((set) =>
      parsePsf(gunzipSync(file(`usr/share/consolefonts/${set}-${typeface}${size}.psf.gz`)), set),
    );
    const [first] = fonts;
    if (!first) continue;
    keep(`${name}-${first.width}x${first.height}`, `console-setup, ${source}`, EUROPEAN, ...fonts);
  }
}

const unifont = file('usr/share/unifont/unifont.hex')
  .toString('latin1')
  .matchAll(/^([\dA-F]{4}):([\dA-F]{32})$/gm);
const unifontGlyphs = [...unifont].map(([, code = '', rows = '']) => ({
  character: String.fromCodePoint(Number.parseInt(code, 16)),
  rows: Uint32Array.from(Buffer.from(rows, 'hex')),
}));
keep('unifont-8x16', 'GNU Unifont 15 (OFL)', EUROPEAN, {
  ...{ name: 'unifont', width: 8, height: 16, glyphs: unifontGlyphs, find: () => undefined },
});

/** Writes what is kept of fonts of one size: each character in every shape that it has in them. */
function keep(
  name: string,
  source: string,
  kept: Ranges,
  ...fonts: readonly [GlyphFont, ...GlyphFont[]] | GlyphFont[]
): void {
  const shapes = new Map<number, Uint32Array[]>();
  for (const glyph of fonts.flatMap(({ glyphs }) => glyphs)) {
    const code = glyph.character.codePointAt(0) ?? 0;
    if (!kept.some(([first, last]) => code >= first && code <= last)) continue;
    const known = shapes.get(code) ?? [];
    if (!known.some((rows) => rows.every((row, i) => row === glyph.rows[i]))) shapes.set(code, [...known, glyph.rows]);
  }
  const [{ width, height } = { width: 0, height: 0 }] = fonts;
  const glyphs = [...shapes]
    .sort(([a], [b]) => byPreference(a, b))
    .flatMap(([code, each]) => each.map((rows) => ({ code, rows })));
  const codePoints = glyphs.map(({ code }) => code);
  const bytes = Buffer.concat(glyphs.map(({ rows }) => packed(rows, width)));
  write({ name, source, width, height, codePoints, bytes });
}

/** Rows in whole bytes, the leftmost pixel in the highest bit. */
function packed(rows: Uint32Array, width: number): Buffer {
  const length = Math.ceil(width / 8);
  const bytes = Buffer.alloc(rows.length * length);
  for (const [i, row] of rows.entries()) bytes.writeUIntBE(row * 2 ** (8 * length - width), i * length, length);
  return bytes;
}

interface Written {
  readonly name: string;
  readonly source: string;
  readonly width: number;
  readonly height: number;
  /** Undefined: code page 437. */
  readonly codePoints: readonly number[] | undefined;
  readonly bytes: Uint8Array;
}

function write({ name, source, width, height, codePoints, bytes }: Written): void {
  const constant = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const codes = codePoints === undefined ? 'CODE_PAGE_437' : `ranges(${JSON.stringify(ranges(codePoints))})`;
  const helper =
    codePoints === undefined
      ? "import { CODE_PAGE_437 } from './code-page-437.ts';\nimport { glyphFont } from './glyph-font.ts';"
      : "import { glyphFont, ranges } from './glyph-font.ts';";
  const text = `${helper}

/** ${source}. Written by scripts/extract-fonts.ts. */
export const ${constant} = glyphFont({
  name: '${name}',
  width: ${width},
  height: ${height},
  codePoints: ${codes},
  rows: '${deflateRawSync(bytes, { level: 9 }).toString('base64')}',
});
`;
  writeFileSync(path.join(FONTS, `${name}.ts`), text);
}

/** [first, last, first, last, …] */
function ranges(codes: readonly number[]): number[] {
  const flat: number[] = [];
  for (const code of codes) {
    if (flat.length > 0 && flat.at(-1) === code - 1) flat[flat.length - 1] = code;
    else flat.push(code, code);
  }
  return flat;
}
