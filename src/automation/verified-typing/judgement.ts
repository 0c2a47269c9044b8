import { UNKNOWN } from '../text/cell-reader.ts';
import { agreement, type Echo } from './echo.ts';
import { isBlank } from './pieces.ts';

/** A character that is not as wanted, counted from where the wanted ones begin. */
export interface Flaw {
  readonly index: number;
  /** Nothing: it does not show. */
  readonly seen: string | undefined;
  readonly wanted: string | undefined;
}

/** What is right and wrong about an echo. */
export class Judgement {
  readonly #echo: Echo;
  readonly #wanted: readonly string[];
  /** So many characters at the beginning are right. */
  readonly kept: number;
  /** So many behind those have to go. */
  readonly extra: number;

  constructor(echo: Echo, wanted: readonly string[]) {
    this.#echo = echo;
    this.#wanted = wanted;
    this.kept = echo.before > 0 ? 0 : agreement(echo.characters, wanted);
    this.extra = echo.characters.length - this.kept;
  }

  /** Blanks at the end leave no trace. */
  get right(): boolean {
    const visible = this.#wanted.findLastIndex((character) => !isBlank(character)) + 1;
    return this.#echo.before === 0 && this.extra === 0 && this.kept === visible;
  }

  /** Nothing is wrong about it but that there is not all of it. */
  get begun(): boolean {
    return this.#echo.before === 0 && this.extra === 0 && !this.right;
  }

  /** Of what is right, so many characters are in no font. */
  get unknown(): number {
    return this.#echo.characters.filter((character) => character === UNKNOWN).length;
  }

  /** The more of it is right and the less is to be deleted, the higher. */
  get score(): number {
    return (this.kept - this.#echo.before) * 1000 - this.extra;
  }

  get flaw(): Flaw {
    const { kept: index } = this;
    return { index, seen: this.#echo.characters[index], wanted: this.#wanted[index] };
  }

  /** It begins in the last column. */
  get atEdge(): boolean {
    return this.#column(0) === this.#columns - 1;
  }

  /** How many of the characters that have to go stand behind the last column; `undefined` when none of them is in it. */
  get extraBehindEdge(): number | undefined {
    const { length } = this.#echo.characters;
    const edge = Array.from({ length: this.extra }, (_, i) => this.kept + i).find(
      (i) => this.#column(i) === this.#columns - 1,
    );
    return edge === undefined ? undefined : length - 1 - edge;
  }

  /**
   * Deleting what was in the last column has blanked cells in front of it and left it standing, so many: as many characters
   * are deleted.
   */
  get stuck(): number {
    const { before, characters } = this.#echo;
    const { columns } = this.#echo.now.screen.grid;
    if (before === 0 || this.#echo.now.cell % columns !== columns - 1) return 0;
    return characters.length === before + 1 && characters.slice(0, before).every(isBlank) ? before : 0;
  }

  /** All of it is there, and its end once more: what was typed again was not lost but late. */
  get late(): boolean {
    const { length } = this.#wanted;
    if (this.kept < length || this.extra < 2 || this.extra > length) return false;
    const again = this.#echo.characters.slice(length);
    return again.every((character, i) => character === this.#wanted[length - this.extra + i]);
  }

  get #columns(): number {
    return this.#echo.now.screen.grid.columns;
  }

  #column(index: number): number {
    return (this.#echo.now.cell - this.#echo.before + index) % this.#columns;
  }
}
