/** Where a character is on a keyboard. */
export interface LayoutPlace {
  /** XT set 1 make code. */
  readonly xtScancode: number;
  /** Shift is to be held. */
  readonly shifted: boolean;
  /** AltGr is to be held. */
  readonly altGr: boolean;
  /** What the key gives with Shift held, where it gives something. */
  readonly withShift?: string | undefined;
}

/** Which key gives which character. */
export interface KeyboardLayout {
  readonly name: string;
  /** By character; a dead key is in it as the combining character that it puts on a letter. */
  readonly places: ReadonlyMap<string, LayoutPlace>;
}

const SPACE: LayoutPlace = { xtScancode: 0x39, shifted: false, altGr: false, withShift: ' ' };

/**
 * A row of the table is a key: its XT scancode, then what it gives alone, with Shift, with AltGr, with both. `◌` before a
 * combining character is a dead key, `..` nothing, `BQ` a back quote. Read when first used: most layouts never are.
 */
export function keyboardLayout(name: string, table: string): KeyboardLayout {
  let places: ReadonlyMap<string, LayoutPlace> | undefined;
  return {
    name,
    get places() {
      places ??= readTable(table);
      return places;
    },
  };
}

/** Of several places of a character the one with the fewest modifiers. */
function readTable(table: string): ReadonlyMap<string, LayoutPlace> {
  const places = new Map([[' ', SPACE]]);
  const rows = table
    .trim()
    .split('\n')
    .map((row) => row.split(' '));
  for (const level of [0, 1, 2, 3]) {
    for (const [scancode = '', ...symbols] of rows) {
      const symbol = read(symbols[level]);
      if (symbol === undefined || places.has(symbol)) continue;
      const withShift = read(symbols[level | 1]);
      places.set(symbol, {
        xtScancode: Number.parseInt(scancode, 16),
        shifted: (level & 1) !== 0,
        altGr: (level & 2) !== 0,
        ...(withShift !== undefined && { withShift }),
      });
    }
  }
  return places;
}

function read(token = '..'): string | undefined {
  if (token === 'BQ') return '`';
  return token === '..' ? undefined : token.replace(/^◌(?=.)/u, '');
}
