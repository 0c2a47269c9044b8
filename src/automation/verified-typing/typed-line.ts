import { ActionError } from '../../rfb/errors.ts';
import type { TextScreen } from '../text/text-screen.ts';
import { blanked, type Echo, echoAt, type Spot } from './echo.ts';
import { type Flaw, Judgement } from './judgement.ts';
import { isBlank, pieceOf } from './pieces.ts';
import type { Typewriter } from './typewriter.ts';

/** Corrections after which nothing has become better. */
const MAX_FRUITLESS = 8;

/** How often Backspace is sent to a character in the last column: where it shows no effect, it may well have one. */
const MAX_EDGE_TRIES = 2;

/** A line that is being typed: what stands right in it, and where it goes on. */
export class TypedLine {
  readonly #typewriter: Typewriter;
  /** Characters of the text in front of the line. */
  readonly #offset: number;
  readonly #characters: string[] = [];
  #spot: Spot;
  #unknown = 0;

  constructor(typewriter: Typewriter, offset: number, echo: Echo) {
    this.#typewriter = typewriter;
    this.#offset = offset;
    this.#spot = { screen: blanked(echo.now, echo.characters.length), cell: echo.now.cell };
  }

  /** So much can have been deleted by too many Backspaces. */
  get #deletable(): number {
    return this.#typewriter.corrections > 0 ? this.#characters.length : 0;
  }

  /** Where the next character shows. */
  get spot(): Spot {
    return this.#spot;
  }

  /** What stands right, mark and all. */
  get characters(): readonly string[] {
    return this.#characters;
  }

  /** How many of them are in no font. */
  get unknown(): number {
    return this.#unknown;
  }

  /** The longest beginning of `rest` that is typed before somebody looks. */
  pieceOf(rest: readonly string[]): readonly string[] {
    // Many terminals delete nothing across the right edge: what stands in the last column is looked at alone.
    return pieceOf(rest, Math.min(this.#typewriter.pace.pieceLength, Math.max(1, this.#roomBehind(0))));
  }

  /** So many cells in front of the last one of the row are free behind `length` characters. */
  #roomBehind(length: number): number {
    const { columns } = this.#spot.screen.grid;
    return columns - 1 - ((this.#spot.cell + length) % columns);
  }

  /** Types a piece. Resolves with how many characters of it stand there, as `bringAbout` does. */
  async type(piece: readonly string[]): Promise<number> {
    await this.#typewriter.send(piece.join(''));
    return await this.bringAbout(piece);
  }

  /** Deletes the last character. */
  async takeBack(): Promise<void> {
    this.#characters.pop();
    const spot = { ...this.#spot, cell: this.#spot.cell - 1 };
    this.#spot = { ...spot, screen: blanked(spot, 1) };
    await this.#typewriter.send('\b');
    await this.#typewriter.tapShift();
    await this.bringAbout([]);
  }

  /**
   * Corrects what has come until it is the beginning of `piece`, as much of it as is worth while. Resolves with how many of its
   * characters stand there, unchanged for `restMs`.
   * @throws ActionError
   */
  async bringAbout(piece: readonly string[], restMs = 0): Promise<number> {
    const { pace } = this.#typewriter;
    let wanted = piece;
    let repaired = 0;
    let best = Number.NEGATIVE_INFINITY;
    /** What is to be left of it while it is only being deleted from. */
    let left: readonly string[] | undefined;
    let seen = '';
    let tooEarly = false;
    let toLeftEdge = false;
    const { columns } = this.#spot.screen.grid;
    const edge = { passed: false, tries: 0 };
    const flaws: Flaw[] = [];
    for (;;) {
      const spot = this.#spot;
      const look = (screen: TextScreen) => echoAt(spot, screen, wanted, this.#deletable);
      const silent = ({ characters }: Echo) => characters.join('') === seen;
      const echo = await this.#typewriter.look(look, left ?? wanted, { silent, restMs });
      if (!echo) throw this.#disturbed();
      if (left && new Judgement(echo, left).right) {
        await this.#typewriter.send(wanted.slice(left.length).join(''));
        left = undefined;
        continue;
      }
      const judgement = new Judgement(echo, wanted);
      seen = echo.characters.join('');
      if (judgement.right) {
        if (best === Number.NEGATIVE_INFINITY) pace.wentWell();
        else if (!tooEarly) pace.wasLost();
        this.#unknown += judgement.unknown;
        this.#characters.push(...wanted);
        this.#spot = { screen: echo.now.screen, cell: echo.now.cell + wanted.length };
        return wanted.length - repaired;
      }
      if (judgement.late || judgement.score <= best) {
        tooEarly = true;
        pace.wasTooEarly();
      }
      if (judgement.score > best) flaws.length = 0;
      best = Math.max(best, judgement.score);
      flaws.push(judgement.flaw);
      if (flaws.length > MAX_FRUITLESS) throw this.#notRight(flaws, echo);
      left = undefined;
      if (toLeftEdge && echo.characters.length === 0) throw this.#atEdge();
      await this.#typewriter.slowDown();
      if (echo.before > 0) {
        const gone = this.#takeOut(echo, judgement.stuck);
        wanted = [...gone, ...wanted];
        repaired += gone.length;
        best = judgement.score - 1;
        if (judgement.stuck > 0) {
          await this.#typewriter.send(wanted.join(''));
          continue;
        }
      }
      const whole = { ...echo, now: { ...echo.now, cell: echo.now.cell - echo.before }, before: 0 };
      const { kept, extra, extraBehindEdge, atEdge } = new Judgement(whole, wanted);
      if (extraBehindEdge !== undefined) {
        const halfDeleted = extraBehindEdge === 0 && !atEdge && isBlank(echo.characters.at(-2) ?? '');
        if (halfDeleted || edge.tries === MAX_EDGE_TRIES || (edge.passed && edge.tries > 0)) throw this.#atEdge();
        if (extraBehindEdge > 0) edge.passed = true;
        else edge.tries++;
        await this.#typewriter.send('\b'.repeat(Math.max(1, extraBehindEdge)));
        await this.#typewriter.tapShift();
        continue;
      }
      const least = Math.max(kept, repaired);
      // What comes twice, or behind a Backspace that does not, must not reach over the edge.
      const room = this.#roomBehind(kept);
      const most = least + Math.min(pace.pieceLength, Math.max(1, room >> 1));
      if (wanted.length > most) wanted = pieceOf(wanted, most, least);
      // Where Backspaces get lost, too, one thing at a time.
      const deleteFirst = extra > 0 && (flaws.length > 1 || extra + wanted.length - kept > room);
      left = deleteFirst ? wanted.slice(0, kept) : undefined;
      const rest = wanted.slice(kept);
      // Whether blanks have come does not show until something stands behind them.
      const missing = left ? [] : rest.slice(extra > 0 ? 0 : rest.findIndex((character) => !isBlank(character)));
      // A guest that stands still and then repeats Backspace deletes in the row above, and does not show it.
      toLeftEdge = extra > 0 && this.#characters.length > 0 && this.#roomBehind(0) === columns - 1;
      await this.#typewriter.send('\b'.repeat(extra) + missing.join(''));
      if (missing.length === 0) await this.#typewriter.tapShift();
    }
  }

  /**
   * Too many Backspaces have come: what they have deleted stands there no longer. Where the last column is stuck, one of
   * them was meant for what still shows in it.
   */
  #takeOut({ now, before, characters }: Echo, stuck: number): string[] {
    const begin = { screen: now.screen, cell: now.cell - before };
    this.#spot = { ...begin, screen: stuck > 0 ? now.screen : blanked(begin, characters.length) };
    const count = before - Math.min(stuck, 1);
    const isAtStart = begin.cell % now.screen.grid.columns === 0;
    // What was deleted in the row above does not show.
    if (isAtStart && count < this.#characters.length) throw this.#atEdge();
    return this.#characters.splice(this.#characters.length - count, count);
  }

  #disturbed(): ActionError {
    const end = this.#offset + this.#characters.length;
    const stood = end === 0 ? 'nothing was verified' : `the first ${end} characters stood there right`;
    const message = `the screen has changed where the text is typed, by something else: ${stood}, what followed cannot be verified`;
    return new ActionError('ACTION_FAILED', message);
  }

  #atEdge(): ActionError {
    const message = `what is wrong about ${this.#position(0)} reaches over the edge of the screen, where terminals do not show what they delete`;
    return new ActionError('ACTION_FAILED', message);
  }

  #notRight(flaws: readonly Flaw[], { characters }: Echo): ActionError {
    const [flaw] = flaws;
    const onlyThis = this.#typewriter.corrections <= flaws.length + MAX_OTHER_FLAWS;
    const steady = flaw && onlyThis && flaws.every(({ index, seen }) => index === flaw.index && seen === flaw.seen);
    const read = JSON.stringify(characters.join('').trimEnd().slice(0, MAX_EXCERPT));
    const tried = `in ${MAX_FRUITLESS} corrections, down to ${Math.round(this.#typewriter.pace.rate)} characters a second`;
    const message = steady
      ? `${this.#position(flaw.index)} ${whyNot(flaw, flaws.length)}`
      : `${this.#position(flaw?.index ?? 0)} and what follows did not come right ${tried}; the screen shows ${read}`;
    return new ActionError('ACTION_FAILED', message);
  }

  #position(index: number): string {
    return `character ${this.#offset + this.#characters.length + index + 1} of the text`;
  }
}

/** A guest that loses keys may lose the same one again and again. */
const MAX_OTHER_FLAWS = 3;

/** Of what was read, so much is repeated in a message. */
const MAX_EXCERPT = 60;

/** The likely cause of what goes wrong in the same way each time. */
function whyNot({ seen, wanted }: Flaw, times: number): string {
  if (wanted === undefined) return `was followed by what does not go away by Backspace, tried ${times} times`;
  if (seen === undefined) {
    return `does not show, typed ${times} times: is the field full, or the guest set to another keyboard layout (--layout), where it is a dead key?`;
  }
  const shown = `came as ${JSON.stringify(seen)} ${times} times`;
  if (seen === '*') return `${shown}, as where passwords are typed; clear the field and leave --verify out`;
  if (seen.toLowerCase() === wanted.toLowerCase()) return `${shown}: is Caps Lock on in the guest?`;
  const glyph = wanted > '~' ? ', or its font without that character' : '';
  return `${shown}: is the guest set to another keyboard layout (--layout)${glyph}?`;
}
