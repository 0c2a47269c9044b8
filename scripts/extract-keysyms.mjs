// Writes src/rfb/legacy-keysyms.ts from X11's keysymdef.h, as Debian 12 ships it (x11proto-dev). What it writes is committed.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const TARGET = path.join(path.dirname(import.meta.dirname), 'src/rfb/legacy-keysyms.ts');

const header = readFileSync('/usr/include/X11/keysymdef.h', 'utf8');
/** A name in parentheses says that the keysym is only like that character. */
const defined = [...header.matchAll(/^#define XK_\w+\s+0x([0-9a-f]{3,4})\s+\/\* U\+([0-9A-F]{4}) /gm)]
  .map(([, keysym, codePoint]) => [Number.parseInt(keysym, 16), Number.parseInt(codePoint, 16)])
  .filter(([keysym]) => keysym > 0xff && keysym < 0xfd00)
  .sort(([a], [b]) => a - b);

const seen = new Set();
const runs = [];
for (const [keysym, codePoint] of defined) {
  if (seen.has(codePoint)) continue;
  seen.add(codePoint);
  const run = runs.at(-1);
  if (run && run.keysym + run.codePoints.length === keysym) run.codePoints.push(codePoint);
  else runs.push({ keysym, codePoints: [codePoint] });
}

const lines = runs.map(
  ({ keysym, codePoints }) =>
    `  [0x${keysym.toString(16)}, '${codePoints.map((code) => `\\u${code.toString(16).padStart(4, '0')}`).join('')}'],`,
);
writeFileSync(
  TARGET,
  `/**
 * Characters above Latin-1 that had a keysym before Unicode: keyboard layouts have that one. The first keysym of each run,
 * and its characters. X11's keysymdef.h; written by scripts/extract-keysyms.mjs.
 */
export const legacyKeysyms: readonly (readonly [first: number, characters: string])[] = [
${lines.join('\n')}
];
`,
);
