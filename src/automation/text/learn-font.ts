import { fontOf, type Glyph, type GlyphFont } from '../../fonts/glyph-font.ts';
import { ActionError } from '../../rfb/errors.ts';
import { type Picture, pixelsOf } from '../picture.ts';
import { CellTracer } from './cell-tracer.ts';

/** How the known lines lie on the screen. */
interface Placement {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  /** Of the grid, on which the first line stands. */
  readonly row: number;
}

/** What all looks of a character come to. */
interface Lesson {
  readonly placement: Placement;
  readonly glyphs: readonly Glyph[];
  /** Cells that look like the others of their character, and those that do not. */
  readonly alike: number;
  readonly unlike: number;
}

const MIN_WIDTH = 4;
const MAX_WIDTH = 32;
const MIN_HEIGHT = 6;
const MAX_HEIGHT = 48;
/** A screen has one cursor, which may hide a character and show where none is. */
const MAX_MISFITS = 2;
/** Fewer characters fit into many grids. */
const LEAST_CHARACTERS = 20;
const LEAST_LINES = 2;

/**
 * Learns the glyphs of a screen whose text is known: whole lines, one below the other, the first of them anywhere on the
 * screen. The grid is found by which cells must be blank, and by what looks alike.
 * @throws ActionError `ACTION_FAILED` when there is no grid by which it says that
 */
export function learnFont(picture: Picture, text: string, name: string): GlyphFont {
  const lines = text
    .replace(/\s+$/, '')
    .split(/\r?\n/)
    .map((line) => [...line.trimEnd()]);
  const inked = lines.flat().filter((character) => character !== ' ').length;
  if (inked < LEAST_CHARACTERS || lines.filter((line) => line.length > 0).length < LEAST_LINES) {
    const wanted = `wanted at least ${LEAST_CHARACTERS} characters in ${LEAST_LINES} lines`;
    throw new ActionError('ACTION_FAILED', `${inked} characters are too few to learn a font by, ${wanted}`);
  }
  const lesson = bestLesson(picture, lines);
  if (!lesson) {
    const message = `the ${picture.width}x${picture.height} screen does not show these ${lines.length} lines in cells of one size`;
    throw new ActionError(
      'ACTION_FAILED',
      `${message}; are they whole lines, with all blanks, and is the screen at rest?`,
    );
  }
  const { width, height } = lesson.placement;
  return fontOf(name, width, height, () => lesson.glyphs);
}

/** A font with the glyphs of another, too, where it has none. @throws ActionError `ACTION_FAILED` when their cells differ */
export function withGlyphsOf(font: GlyphFont, other: GlyphFont): GlyphFont {
  if (font.width !== other.width || font.height !== other.height) {
    const sizes = `${font.width}x${font.height} pixels, those of ${other.name} ${other.width}x${other.height}`;
    throw new ActionError('ACTION_FAILED', `the cells are of ${sizes}: learn them as another font`);
  }
  const known = new Set(font.glyphs.map(({ character }) => character));
  const added = other.glyphs.filter(({ character }) => !known.has(character));
  return fontOf(font.name, font.width, font.height, () => [...font.glyphs, ...added]);
}

function bestLesson(picture: Picture, lines: readonly (readonly string[])[]): Lesson | undefined {
  let best: Lesson | undefined;
  for (const placement of placements(picture, lines)) {
    const lesson = learnAt(picture, lines, placement);
    if (lesson.unlike <= MAX_MISFITS && (!best || lesson.alike - lesson.unlike > best.alike - best.unlike))
      best = lesson;
  }
  return best;
}

/** Where the blanks are blank and the characters are not, those from the corner first. */
function placements(picture: Picture, lines: readonly (readonly string[])[]): Placement[] {
  const changes = new Changes(picture);
  const longest = Math.max(...lines.map((line) => line.length));
  const cells = sampled(lines, longest);
  const found: Placement[] = [];
  for (let width = MIN_WIDTH; width <= MAX_WIDTH && width * longest <= picture.width; width++) {
    for (let height = MIN_HEIGHT; height <= MAX_HEIGHT && height * lines.length <= picture.height; height++) {
      for (let top = 0; top < height; top++) {
        const rows = Math.floor((picture.height - top) / height);
        for (let left = 0; left < width && left + width * longest <= picture.width; left++) {
          for (let row = 0; row + lines.length <= rows; row++) {
            const placement = { width, height, left, top, row };
            if (fits(changes, cells, placement)) found.push(placement);
          }
        }
      }
    }
  }
  return found.sort((a, b) => a.left + a.top - b.left - b.top);
}

interface KnownCell {
  readonly row: number;
  readonly column: number;
  readonly blank: boolean;
}

/** Every cell of the lines, one behind each line too, in an order that jumps about. */
function sampled(lines: readonly (readonly string[])[], longest: number): readonly KnownCell[] {
  const cells = lines.flatMap((line, row) =>
    Array.from({ length: Math.min(longest, line.length + 1) }, (_, column) => ({
      row,
      column,
      blank: (line[column] ?? ' ') === ' ',
    })).filter(({ column }) => line[column] !== '█'),
  );
  const step = coprime(cells.length);
  return cells.flatMap((_, i) => cells[(i * step) % cells.length] ?? []);
}

function coprime(length: number): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  let step = Math.max(1, Math.round(length * 0.618));
  while (divisor(step, length) !== 1) step++;
  return step;
}

function fits(changes: Changes, cells: readonly KnownCell[], { width, height, left, top, row }: Placement): boolean {
  let misfits = 0;
  for (const cell of cells) {
    const flat = changes.isFlat(left + cell.column * width, top + (row + cell.row) * height, width, height);
    if (flat !== cell.blank && ++misfits > MAX_MISFITS) return false;
  }
  return true;
}

function learnAt(picture: Picture, lines: readonly (readonly string[])[], placement: Placement): Lesson {
  const { width, height, left, top, row: first } = placement;
  const tracer = new CellTracer(picture, { width, height });
  const looks = new Map<string, { readonly rows: Uint32Array; count: number }[]>();
  let unlike = 0;
  for (const [i, line] of lines.entries()) {
    for (const [column, character] of line.entries()) {
      if (character === ' ' || tracer.trace(left + column * width, top + (first + i) * height) === 'none') continue;
      const known = looks.get(character) ?? [];
      looks.set(character, known);
      const same = known.find(({ rows }) => rows.every((row, y) => row === tracer.rows[y]));
      if (same) same.count++;
      else known.push({ rows: tracer.rows.slice(), count: 1 });
    }
  }
  let alike = 0;
  const glyphs: Glyph[] = [];
  for (const [character, known] of looks) {
    const commonest = known.reduce((best, look) => (look.count > best.count ? look : best));
    alike += commonest.count - 1;
    unlike += known.reduce((sum, { count }) => sum + count, -commonest.count);
    glyphs.push({ character, rows: inkOf(commonest.rows, width) });
  }
  return { placement, glyphs, alike, unlike };
}

/** The smaller part of a cell is ink. */
function inkOf(rows: Uint32Array, width: number): Uint32Array {
  const full = 0xffffffff >>> (32 - width);
  const bits = rows.reduce((sum, row) => sum + row.toString(2).replaceAll('0', '').length, 0);
  return 2 * bits > width * rows.length ? rows.map((row) => row ^ full) : rows;
}

/** Where neighbours differ in colour, summed so that any cell is looked up in a moment. */
class Changes {
  readonly #width: number;
  readonly #across: Int32Array;
  readonly #down: Int32Array;

  constructor(picture: Picture) {
    const { width, height } = picture;
    const pixels = pixelsOf(picture);
    this.#width = width + 1;
    this.#across = new Int32Array((width + 1) * (height + 1));
    this.#down = new Int32Array((width + 1) * (height + 1));
    for (let y = 0; y < height; y++) {
      let across = 0;
      let down = 0;
      for (let x = 0; x < width; x++) {
        const at = y * width + x;
        if (x > 0 && pixels[at] !== pixels[at - 1]) across++;
        if (y > 0 && pixels[at] !== pixels[at - width]) down++;
        const sum = (y + 1) * this.#width + x + 1;
        this.#across[sum] = (this.#across[sum - this.#width] ?? 0) + across;
        this.#down[sum] = (this.#down[sum - this.#width] ?? 0) + down;
      }
    }
  }

  /** Whether a cell is of one colour. */
  isFlat(x: number, y: number, width: number, height: number): boolean {
    return (
      this.#sum(this.#across, x + 1, y, x + width, y + height) === 0 &&
      this.#sum(this.#down, x, y + 1, x + width, y + height) === 0
    );
  }

  #sum(sums: Int32Array, left: number, top: number, right: number, bottom: number): number {
    const at = (x: number, y: number) => sums[y * this.#width + x] ?? 0;
    return at(right, bottom) - at(left, bottom) - at(right, top) + at(left, top);
  }
}
