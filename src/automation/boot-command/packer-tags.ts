import { durationMs } from './duration.ts';

/** The tags of packer's boot_command (packer-plugin-sdk, bootcommand/boot_command.pigeon): what is none of them is text. */
export type PackerTag =
  | { readonly tag: 'wait'; readonly length: number; readonly ms: number }
  | { readonly tag: 'key'; readonly length: number; readonly chord: string; readonly toggle: Toggle };

export type Toggle = 'press' | 'down' | 'up';

/** Every special key, in lower case, by the name that this project has for it. */
export const packerKeys: ReadonlyMap<string, string> = new Map([
  ...['bs', 'del', 'enter', 'esc', 'return', 'tab', 'up', 'down', 'left', 'right', 'spacebar', 'insert', 'home', 'end']
    .concat(['pageUp', 'pageDown', 'menu'])
    .concat(Array.from({ length: 12 }, (_, i) => `f${i + 1}`))
    .concat(
      ['Shift', 'Ctrl', 'Alt', 'Super', 'Meta', 'Command', 'Option'].flatMap((key) => [`left${key}`, `right${key}`]),
    )
    .map((name): [string, string] => [name.toLowerCase(), name]),
]);

// Case matters in "wait" alone. Numbers have no leading zero and no bare fraction.
const NUMBER = String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?`;
const WAIT = new RegExp(`<wait(?:((?:${NUMBER}(?:ns|us|µs|ms|s|m|h))+)|(0|[1-9]\\d*))?>`, 'y');
const CHARACTER = /<(.)(on|off)>/isuy;
// Longer names first, as a name that begins like another is never tried again.
const SPECIAL = new RegExp(
  `<(${[...packerKeys.keys()].sort((a, b) => b.length - a.length).join('|')})(on|off)?>`,
  'iy',
);

/** The tag that begins at `index`, if one does. A wait may come out as 0 or less, which packer refuses. */
export function packerTagAt(text: string, index: number): PackerTag | undefined {
  if (text[index] !== '<') return undefined;
  const wait = matchAt(WAIT, text, index);
  if (wait) return { tag: 'wait', length: wait[0].length, ms: waitMs(wait[1], wait[2]) };
  const [whole, name, toggle] = matchAt(CHARACTER, text, index) ?? matchAt(SPECIAL, text, index) ?? [];
  if (whole === undefined || name === undefined) return undefined;
  const chord = packerKeys.get(name.toLowerCase()) ?? name;
  return { tag: 'key', length: whole.length, chord, toggle: toggleOf(toggle) };
}

/** Go reads a sign in front of all of it, and whole nanoseconds. */
function waitMs(duration: string | undefined, seconds: string | undefined): number {
  if (duration === undefined) return Number(seconds ?? 1) * 1000;
  if (duration.includes('-', 1)) return Number.NaN;
  return Math.trunc((durationMs(duration.replace('-', '')) ?? 0) * 1e6) * 1e-6 * (duration.startsWith('-') ? -1 : 1);
}

function toggleOf(toggle: string | undefined): Toggle {
  if (toggle === undefined) return 'press';
  return toggle.toLowerCase() === 'on' ? 'down' : 'up';
}

export function matchAt(pattern: RegExp, text: string, index: number): RegExpExecArray | null {
  pattern.lastIndex = index;
  return pattern.exec(text);
}
