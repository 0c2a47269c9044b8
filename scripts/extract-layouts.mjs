// Writes src/layouts/*.ts from xkeyboard-config, as Debian 12 ships it (xkb-data; x11-xkb-utils has xkbcomp, x11proto-dev
// the names of keysyms). Only needed to add a layout: what it writes is committed.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const LAYOUTS = path.join(path.dirname(import.meta.dirname), 'src/layouts');

/** Our name, and X's. */
const NAMES = {
  us: 'us',
  uk: 'gb',
  de: 'de',
  fr: 'fr',
  es: 'es',
  it: 'it',
  'pt-br': 'br',
  se: 'se',
  dk: 'dk',
  no: 'no',
  ch: 'ch',
  jp: 'jp',
  ru: 'ru',
};

/** Rows of a PC keyboard from the upper left, by X's key names. The space bar is the same everywhere. */
const KEYS = [
  ['TLDE', ...numbered('AE', 13)],
  numbered('AD', 12),
  [...numbered('AC', 11), 'BKSL'],
  ['LSGT', ...numbered('AB', 11)],
].flat();

/** X's evdev keycodes are Linux's + 8, and Linux's are XT's but for these. */
const XT_OF_EVDEV = { 89: 0x73, 124: 0x7d };

/** Dead keys that are used to type letters, as the combining marks that they put on them. */
const DEAD_KEYS = {
  dead_grave: 0x300,
  dead_acute: 0x301,
  dead_circumflex: 0x302,
  dead_tilde: 0x303,
  dead_diaeresis: 0x308,
  dead_abovering: 0x30a,
  dead_caron: 0x30c,
  dead_cedilla: 0x327,
};

/** Where a character has several places, those that only X has. */
const UNUSED = { fr: ['29 ~'], jp: ['0b ~'], 'pt-br': ['1a ´', '1a `', '28 ~', '28 ^'] };

/** The scancode of the key that 101-key keyboards do not have. */
const BESIDE_SHIFT = '56';

/** A level without a character. */
const NOTHING = '..';
/** In the place of `, which would end the table. */
const BACKQUOTE = 'BQ';
const version = /^Version: (\S+?)-/m.exec(execFileSync('dpkg', ['-s', 'xkb-data'], { encoding: 'utf8' }))[1];
const codePoints = readKeysyms('/usr/include/X11/keysymdef.h');
const directory = mkdtempSync(path.join(tmpdir(), 'layouts-'));
try {
  const stock = rowsOf(compile('latin+level3(ralt_switch)'));
  for (const [name, symbols] of Object.entries(NAMES)) {
    write(name, symbols, withoutStock(rowsOf(compile(symbols)), stock, UNUSED[name]));
  }
} finally {
  rmSync(directory, { recursive: true });
}

function numbered(row, count) {
  return Array.from({ length: count }, (_, i) => `${row}${String(i + 1).padStart(2, '0')}`);
}

function readKeysyms(file) {
  const lines = readFileSync(file, 'utf8').matchAll(/^#define XK_(\w+)\s+0x\w+\s+\/\*[ (]U\+(\w+)/gm);
  return new Map(Array.from(lines, ([, name, hex]) => [name, Number.parseInt(hex, 16)]));
}

/** The whole keymap with everything that the layout includes. */
function compile(symbols) {
  const source = path.join(directory, 'keymap');
  const compiled = path.join(directory, 'compiled');
  writeFileSync(
    source,
    `xkb_keymap {
  xkb_keycodes { include "evdev" };
  xkb_types { include "complete" };
  xkb_compat { include "complete" };
  xkb_symbols { include "pc+${symbols}" };
};`,
  );
  execFileSync('xkbcomp', ['-w0', '-xkb', source, compiled]);
  return readFileSync(compiled, 'utf8');
}

/** Rows of [XT scancode, up to four levels], each level a token of the table. */
function rowsOf(keymap) {
  const keycodes = new Map(
    Array.from(keymap.matchAll(/^ {4}<(\w+)> = (\d+);/gm), ([, key, code]) => [key, Number(code) - 8]),
  );
  const levels = symbolsOf(keymap, 'RALT').includes('ISO_Level3_Shift') ? 4 : 2;
  return KEYS.map((key) => {
    const evdev = keycodes.get(key);
    const scancode = (XT_OF_EVDEV[evdev] ?? evdev).toString(16).padStart(2, '0');
    return [scancode, ...symbolsOf(keymap, key).slice(0, levels).map(tokenOf)];
  });
}

/** What a key gives in the first group, level by level. */
function symbolsOf(keymap, key) {
  const definition = new RegExp(`^ {4}key +<${key}> \\{(.*?)\\};`, 'ms').exec(keymap)?.[1] ?? '';
  const symbols = /(?:Group1\]= |^[^=]*)\[([^\]]*)\]/.exec(definition)?.[1] ?? '';
  return symbols.split(',').map((symbol) => symbol.trim());
}

/**
 * Many layouts get the rest of their AltGr levels, and the key beside the left Shift, from a common stock that no other
 * system has: what has a place of the layout's own is left out there.
 */
function withoutStock(rows, stock, unused = []) {
  const isStock = (scancode, token, level) =>
    (level >= 2 || scancode === BESIDE_SHIFT) && token === stock.find(([code]) => code === scancode)?.[level + 1];
  const hasOwn = (token, withAltGr) =>
    rows.some(([scancode, ...levels]) =>
      levels.some((other, level) => other === token && !isStock(scancode, token, level) && (withAltGr || level < 2)),
    );
  return rows.map(([scancode, ...levels]) => {
    const kept = levels.map((token, level) => {
      const spare = isStock(scancode, token, level) && hasOwn(token, level >= 2);
      return spare || unused.includes(`${scancode} ${token}`) ? NOTHING : token;
    });
    while (kept.at(-1) === NOTHING) kept.pop();
    return [scancode, ...kept];
  });
}

function write(name, symbols, rows) {
  const constant = name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
  const lines = rows.filter((row) => row.length > 1).map((row) => row.join(' ').replaceAll('`', BACKQUOTE));
  const text = `import { keyboardLayout } from './keyboard-layout.ts';

/** xkeyboard-config ${version}, symbols/${symbols}. Written by scripts/extract-layouts.mjs. */
export const ${constant} = keyboardLayout(
  '${name}',
  String.raw\`
${lines.join('\n')}
\`,
);
`;
  writeFileSync(path.join(LAYOUTS, `${name}.ts`), text);
}

function tokenOf(keysym) {
  const name = keysym.trim();
  if (name in DEAD_KEYS) return `◌${String.fromCodePoint(DEAD_KEYS[name])}`;
  const unicode = /^U([0-9A-F]{4,6})$/.exec(name)?.[1];
  const codePoint = unicode === undefined ? codePoints.get(name) : Number.parseInt(unicode, 16);
  if (codePoint !== undefined && codePoint > 0x20 && codePoint !== 0xa0) return String.fromCodePoint(codePoint);
  if (/^[0-9a-zA-Z]$/.test(name)) return name;
  return NOTHING;
}
