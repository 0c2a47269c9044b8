import { ActionError } from '../../rfb/errors.ts';
import type { Keyboard, TypeOptions } from '../keyboard.ts';
import type { TextScreen } from '../text/text-screen.ts';
import { type Echo, echoAnywhere, movedUp, type Spot } from './echo.ts';
import { firstWord, isBlank, markFor, runsOf } from './pieces.ts';
import { TypedLine } from './typed-line.ts';
import { type Settle, Typewriter } from './typewriter.ts';

/** What typing with a look at the screen has come to. */
export interface TypingReport {
  /** Characters of the text. */
  readonly typed: number;
  /** How often something was deleted or typed again. */
  readonly corrections: number;
  /**
   * Characters that left nothing to look at: Tab, Escape and the like, an Enter after which nothing changed, what no font has a
   * glyph for.
   */
  readonly unverified: number;
  /** Characters a second, at the end. */
  readonly rate: number;
}

/** How often a word is typed of which nothing shows: a guest may lose it, a field for passwords never shows it. */
const MAX_UNSEEN = 3;
/** How often a line is confirmed again because there was something to correct meanwhile. */
const MAX_CONFIRMATIONS = 16;
/** Guests repeat a key whose release was lost, from 250 ms on. */
const REPEATED_MS = 400;
/** The same where keys were lost: the guest may stand still before it goes on to repeat. */
const MAX_REPEATED_MS = 2500;

/** Enters of which nothing was seen but that lines went up; where the line ended before them. */
interface UnseenEnters {
  readonly end: Spot;
  readonly count: number;
  readonly movedUp: number;
}

/** Types a text line by line, and corrects what the screen does not show. */
export class VerifyingTypist {
  readonly #typewriter: Typewriter;
  #typed = 0;
  #unverified = 0;
  #enters: UnseenEnters | undefined;
  /** What stands in front of lines, and how many Enters were pressed since the last one that was not blank. */
  #prompt = '';
  #pressed = 0;
  /** The screen before what is typed next, where the end of a line is not known. */
  #before: TextScreen | undefined;
  #line: TypedLine | undefined;
  /** Of `corrections`, those after which keys may still be on their way that were given up for lost. */
  #confirmed = 0;

  constructor(keyboard: Pick<Keyboard, 'type' | 'press'>, settle: Settle, options: TypeOptions) {
    this.#typewriter = new Typewriter(keyboard, settle, options);
  }

  async type(text: string): Promise<TypingReport> {
    this.#before = await this.#typewriter.rested();
    for (const { characters, control } of runsOf(text)) {
      if (control) await this.#press(characters.join(''));
      else await this.#typeLine(characters);
    }
    if (this.#line) {
      await this.#typewriter.tapShift();
      await this.#line.bringAbout([], this.#typewriter.corrections > 0 ? MAX_REPEATED_MS : REPEATED_MS);
    }
    if (this.#pressed > 0 && this.#before) this.#checkPrompts(this.#before, this.#before.text.split('\n').length - 1);
    if (this.#enters) this.#unverified += Math.max(0, this.#enters.count - this.#enters.movedUp);
    const { pace, corrections } = this.#typewriter;
    return { typed: this.#typed, corrections, unverified: this.#unverified, rate: pace.rate };
  }

  async #typeLine(characters: readonly string[]): Promise<void> {
    const word = firstWord(characters);
    // Nobody sees where blanks begin: the first letter is typed, looked at, and taken back.
    const probe = word.length > 0 ? word : [characters.find((character) => !isBlank(character)) ?? markFor([])];
    const { line, alone } = await this.#begin(probe);
    let rest: readonly string[] = characters.slice(await line.bringAbout(probe));
    if (word.length === 0) {
      await line.takeBack();
      rest = characters;
    }
    while (!rest.every(isBlank)) rest = rest.slice(await line.type(line.pieceOf(rest)));
    await this.#confirm(line, rest, !alone);
    this.#typed += characters.length;
    this.#unverified += line.unknown;
    this.#line = line;
    // A blank line looks like a prompt with nothing behind it.
    if (!characters.every(isBlank)) this.#pressed = 0;
  }

  /** Types the word that begins a line, wherever that is. `alone`: nothing but the word has changed the screen. */
  async #begin(word: readonly string[]): Promise<{ readonly line: TypedLine; readonly alone: boolean }> {
    const typewriter = this.#typewriter;
    for (let unseen = 0; ; ) {
      const before = this.#before ?? (await typewriter.rested());
      await typewriter.send(word.join(''));
      const look = (screen: TextScreen) => echoAnywhere(before, screen, word);
      const echo = await typewriter.look(look, word, { silent: () => true });
      if (!echo) {
        if (++unseen === MAX_UNSEEN) throw this.#notEchoed(word);
        await typewriter.slowDown();
        continue;
      }
      const line = new TypedLine(typewriter, this.#typed, echo);
      const lost = this.#lostEnters(echo);
      if (lost === 0) {
        const { screen, cell } = echo.now;
        this.#checkPrompts(screen, Math.floor(cell / screen.grid.columns), cell % screen.grid.columns);
        return { line, alone: echo.alone };
      }
      await line.bringAbout([]);
      await typewriter.slowDown();
      for (let i = 0; i < lost; i++) await this.#sendControl('\n');
      await typewriter.rested(this.#before);
    }
  }

  /**
   * Types the blanks at the end of a line, and makes sure that nothing comes behind it: keys arrive one after the other, so
   * all have when a mark does, that was typed last and is then deleted.
   */
  async #confirm(line: TypedLine, blanks: readonly string[], doubtful: boolean): Promise<void> {
    let rest = blanks;
    if (rest.length === 0 && !doubtful && this.#typewriter.corrections === this.#confirmed) return;
    for (let rounds = 0; rounds < MAX_CONFIRMATIONS; rounds++) {
      const { corrections } = this.#typewriter;
      const marked: readonly string[] = [...rest, markFor(line.characters)];
      for (let left: readonly string[] = marked; left.length > 0; ) left = left.slice(await line.type(left));
      await line.takeBack();
      rest = [];
      this.#confirmed = this.#typewriter.corrections;
      if (this.#confirmed === corrections) return;
    }
    const message = `the first ${this.#typed + line.characters.length} characters stand there, but more keys than were typed keep coming`;
    throw new ActionError('ACTION_FAILED', message);
  }

  /** Enter, Tab and the like: what they do nobody knows. */
  async #press(control: string): Promise<void> {
    const end = this.#line?.spot;
    const before = this.#enters?.end.screen ?? end?.screen ?? this.#before;
    await this.#sendControl(control);
    this.#typed++;
    this.#pressed++;
    const after = await this.#typewriter.rested(before);
    this.#line = undefined;
    if (control !== '\n' && control !== '\r') {
      this.#unverified += 1 + (this.#enters?.count ?? 0);
      this.#enters = undefined;
      this.#before = after;
      return;
    }
    const rows = before && movedUp(before, after);
    const start = this.#enters?.end ?? end;
    if (rows !== undefined && start) {
      this.#enters = { end: start, count: (this.#enters?.count ?? 0) + 1, movedUp: rows };
      this.#before = start.screen;
      return;
    }
    if (rows === 0) this.#unverified++;
    this.#enters = undefined;
    this.#before = after;
  }

  async #sendControl(control: string): Promise<void> {
    await this.#typewriter.send(control);
    await this.#typewriter.tapShift();
    // An Enter that repeats itself cannot be taken back.
    if (this.#typewriter.corrections > 0) await this.#typewriter.tapShift();
  }

  /** How many of the Enters have not come, by where the next line begins. @throws ActionError when it was more than were typed */
  #lostEnters({ now, scrolled, alone }: Echo): number {
    const enters = this.#enters;
    this.#enters = undefined;
    if (!enters) return 0;
    const { columns } = now.screen.grid;
    const { end, count } = enters;
    if (!alone) {
      const line = end.screen.lines[Math.floor((end.cell - 1) / columns)] ?? '';
      if (now.screen.lines.some((shown) => shown.startsWith(line))) return 0;
      const message = `the first ${this.#typed - count} characters stood there right, but are gone before Enter has shown an effect: the line may have been changed`;
      throw new ActionError('ACTION_FAILED', message);
    }
    if (end.cell % columns === 0 && end.cell > 0) {
      // Behind a full line the next one begins where it does without Enter.
      this.#unverified++;
      return 0;
    }
    const begin = now.cell + scrolled * columns;
    const lines = Math.floor(begin / columns) - Math.floor(end.cell / columns);
    const atStart = lines === 0 ? begin === end.cell : begin % columns === 0;
    if (!atStart || lines === count) return 0;
    if (lines > count) {
      const message = `Enter, character ${this.#typed} of the text, has come ${lines} times instead of ${count}`;
      throw new ActionError('ACTION_FAILED', message);
    }
    this.#enters = enters;
    return count - lines;
  }

  /** Looks at the prompt of a line. @throws ActionError when more of them than Enters have come, with nothing behind them */
  #checkPrompts(screen: TextScreen, row: number, column?: number): void {
    const prompt = screen.cells[row]?.slice(0, column).join('').trimEnd() ?? '';
    const above = screen.lines.slice(0, row).reverse();
    const bare = above.findIndex((line) => line !== prompt);
    const times = (bare < 0 ? above.length : bare) + 1;
    if (prompt !== '' && prompt === this.#prompt && this.#pressed > 0 && times > this.#pressed) {
      const message = `Enter, character ${this.#typed} of the text, seems to have come ${times} times instead of ${this.#pressed}: the prompt stands there as often`;
      throw new ActionError('ACTION_FAILED', message);
    }
    this.#prompt = prompt;
  }

  #notEchoed(word: readonly string[]): ActionError {
    const range = `characters ${this.#typed + 1} to ${this.#typed + word.length} of the text`;
    const message = `${range} cannot be verified: typed ${MAX_UNSEEN} times, nothing of them shows, as where passwords are typed; clear what was typed there and leave --verify out`;
    return new ActionError('ACTION_FAILED', message);
  }
}
