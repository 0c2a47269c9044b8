// Writes src/fonts/*.ts from fonts in the public domain, as Debian 12 ships them (seabios, xfonts-base;
// pcf2bdf reads the latter). Only needed to add a font: what it writes is committed.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

const FONTS = path.join(path.dirname(import.meta.dirname), 'src/fonts');

/** "A" in the VGA BIOS's fonts, to find them by. */
const LETTER_A = {
  16: '000010386cc6c6fec6c6c6c600000000',
  14: '000010386cc6c6fec6c6c6000000',
  8: '3078ccccfccccc00',
};

/** What of the X fonts is kept: Latin, punctuation, arrows, and what terminals draw boxes with. */
const KEPT = [
  [0x21, 0x7e],
  [0xa1, 0x17f],
  [0x2010, 0x2044],
  [0x20a0, 0x20ac],
  [0x2190, 0x2195],
  [0x2260, 0x2265],
  [0x23ba, 0x23bd],
  [0x2409, 0x2424],
  [0x2500, 0x25ff],
];

const bios = readFileSync('/usr/share/seabios/vgabios-stdvga.bin');
for (const [height, letter] of Object.entries(LETTER_A)) {
  const at = bios.indexOf(Buffer.from(letter, 'hex')) - 0x41 * Number(height);
  write(`vga-8x${height}`, {
    source: 'SeaBIOS, vgasrc/vgafonts.c: public domain (after Joseph Gil, fntcol16)',
    width: 8,
    height: Number(height),
    codePoints: undefined,
    rows: bios.subarray(at, at + 256 * Number(height)),
  });
}

for (const name of ['5x7', '6x10', '6x13', '6x13B', '7x13', '7x13B', '8x13', '8x13B', '9x15', '9x15B', '10x20']) {
  const bdf = execFileSync('pcf2bdf', {
    input: gunzipSync(readFileSync(`/usr/share/fonts/X11/misc/${name}.pcf.gz`)),
    encoding: 'latin1',
    maxBuffer: 1 << 26,
  });
  if (!/COPYRIGHT "Public domain/.test(bdf)) throw new Error(`${name} is not in the public domain`);
  write(`misc-fixed-${name.toLowerCase()}`, {
    source: 'X.Org misc-misc: "Public domain font. Share and enjoy."',
    ...parseBdf(bdf),
  });
}

function parseBdf(bdf) {
  const [, width, height, , bottom] = /^FONTBOUNDINGBOX (\d+) (\d+) (-?\d+) (-?\d+)/m.exec(bdf).map(Number);
  const glyphs = [
    ...bdf.matchAll(/^ENCODING (\d+)\n[\s\S]*?^BBX (\d+) (\d+) (-?\d+) (-?\d+)\nBITMAP\n([\s\S]*?)ENDCHAR/gm),
  ]
    .map(([, code, ...box]) => ({
      code: Number(code),
      box: box.slice(0, 4).map(Number),
      bitmap: box[4].trim().split('\n'),
    }))
    .filter(({ code }) => KEPT.some(([first, last]) => code >= first && code <= last));
  const bytes = Math.ceil(width / 8);
  const rows = Buffer.alloc(glyphs.length * height * bytes);
  for (const [
    i,
    {
      box: [w, h, x, y],
      bitmap,
    },
  ] of glyphs.entries()) {
    for (let row = 0; row < h; row++) {
      const bits = BigInt(`0x${bitmap[row] || 0}`) << BigInt(8 * bytes - 4 * (bitmap[row] ?? '').length);
      const top = height + bottom - y - h + row;
      const value = Number(bits >> BigInt(x)) & ~0;
      for (let byte = 0; byte < bytes; byte++)
        rows[(i * height + top) * bytes + byte] = (value >>> (8 * (bytes - 1 - byte))) & 255;
    }
    if (w > width) throw new Error('a glyph wider than its cell');
  }
  return { width, height, codePoints: glyphs.map(({ code }) => code), rows };
}

function write(name, { source, width, height, codePoints, rows }) {
  const constant = name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
  const codes = codePoints === undefined ? 'CODE_PAGE_437' : `ranges(${JSON.stringify(ranges(codePoints))})`;
  const helper =
    codePoints === undefined
      ? "import { CODE_PAGE_437 } from './code-page-437.ts';\nimport { glyphFont } from './glyph-font.ts';"
      : "import { glyphFont, ranges } from './glyph-font.ts';";
  const text = `${helper}

/** ${source}. Written by scripts/extract-fonts.mjs. */
export const ${constant} = glyphFont({
  name: '${name}',
  width: ${width},
  height: ${height},
  codePoints: ${codes},
  rows: '${rows.toString('base64')}',
});
`;
  writeFileSync(path.join(FONTS, `${name}.ts`), text);
}

/** [first, last, first, last, …] */
function ranges(codes) {
  const flat = [];
  for (const code of codes) {
    if (flat.length > 0 && flat.at(-1) === code - 1) flat[flat.length - 1] = code;
    else flat.push(code, code);
  }
  return flat;
}
