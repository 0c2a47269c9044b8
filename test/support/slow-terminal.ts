import type { TypeOptions } from '../../src/automation/keyboard.ts';
import { TextScreen } from '../../src/automation/text/text-screen.ts';
import type { Settle } from '../../src/automation/verified-typing/typewriter.ts';

export interface SlowTerminalOptions {
  readonly columns: number;
  readonly rows: number;
  /**
   * How lines are edited. `teletype`: as Linux' terminals do, whose cursor waits in the last column and never goes back over
   * the left one; `bios`: the same, but the cursor goes on at once; `editor`: as shells do, across lines.
   */
  readonly editing: 'teletype' | 'bios' | 'editor';
  /** Before each line. */
  readonly prompt?: string;
  /** Whether what is typed shows: as itself (default), as stars, or not at all. */
  readonly echo?: 'text' | 'stars' | 'none';
  /** From 0 to 1. */
  readonly random: () => number;
  /** Of each press and release, the share that is lost. */
  readonly loss?: number;
  /** It takes a key every so often, and keeps this many that wait. */
  readonly keyMs?: number;
  readonly queue?: number;
  /** It stands still for so long, again and again. */
  readonly pause?: { readonly everyMs: number; readonly forMs: number; readonly loses: boolean };
  /** What the guest makes of a character; nothing of a dead key. */
  readonly layout?: (character: string) => string;
  /** What lines are answered with. */
  readonly answer?: (line: string) => string;
  /** Something else happens to the screen at this time. */
  readonly event?: { readonly atMs: number; readonly happens: (terminal: SlowTerminal) => void };
}

const REPEAT_AFTER_MS = 250;
const REPEAT_EVERY_MS = 33;
const NEVER = Number.POSITIVE_INFINITY;

interface KeyEvent {
  readonly at: number;
  readonly key: string;
  readonly down: boolean;
}

/** A guest with a terminal, in a time of its own: it loses keys, is late, and repeats what it takes to be held. */
export class SlowTerminal {
  readonly #options: SlowTerminalOptions;
  #now = 0;
  readonly #queue: KeyEvent[] = [];
  #readyAt = 0;
  #shift = false;
  #repeat: { readonly key: string; at: number } | undefined;
  #happened = false;
  #cells: string[];
  #column = 0;
  #row = 0;
  #line: string[] = [];
  /** What has arrived: whole lines, with Enter. */
  entered = '';
  /** Where the prompt ends, for editors that draw the line anew: in cells, which may have scrolled away. */
  #start = 0;

  constructor(options: SlowTerminalOptions) {
    this.#options = options;
    this.#cells = Array.from({ length: options.columns * options.rows }, () => ' ');
    this.#prompt();
  }

  get line(): string {
    return this.#line.join('');
  }

  get lines(): string {
    return this.#screen.lines.join('\n');
  }

  readonly keyboard = {
    type: async (text: string, { rate = 30 }: TypeOptions = {}) => {
      for (const character of text) this.#strike(character, 1000 / rate);
    },
    press: async (chords: string | readonly string[]) => {
      if (chords !== 'shift') throw new Error(`not expected: ${chords}`);
      this.#send('shift', true, 25);
      this.#send('shift', false, 40);
    },
  };

  readonly settle: Settle = async (again) => {
    const started = this.#now;
    let last = '';
    let since = started;
    for (;;) {
      const screen = this.#screen;
      const text = screen.cells.flat().join('');
      if (text !== last) since = this.#now;
      last = text;
      const leftMs = again({ screen, stillMs: this.#now - since, nowMs: this.#now - started });
      if (leftMs <= 0) return screen;
      if (this.#now - started > 20_000) throw new Error('the screen does not come to rest');
      this.#advance(Math.max(1, Math.min(leftMs, this.#next - this.#now)));
    }
  };

  /** Everything that is on its way arrives. */
  rest(): void {
    this.#advance(30_000);
  }

  clear(): void {
    this.#cells.fill(' ');
    this.#column = 0;
    this.#row = 0;
  }

  print(text: string): void {
    for (const character of text) {
      if (character === '\n') this.#newLine();
      else this.#put(character);
    }
  }

  #strike(character: string, periodMs: number): void {
    const shifted = /[A-Z!-&(-+:<>?@^_{-~]/.test(character);
    if (shifted) this.#send('shift', true, 10);
    this.#send(character, true, periodMs / 2);
    this.#send(character, false, periodMs / 2);
    if (shifted) this.#send('shift', false, 10);
  }

  #send(key: string, down: boolean, afterMs: number): void {
    this.#advance(afterMs);
    const { queue = NEVER, loss = 0, random } = this.#options;
    if (random() < loss || this.#queue.length >= queue || (this.#stalled && this.#options.pause?.loses)) return;
    this.#queue.push({ at: this.#now, key, down });
  }

  get #stalled(): boolean {
    const { pause } = this.#options;
    return pause !== undefined && this.#now % (pause.everyMs + pause.forMs) >= pause.everyMs;
  }

  /** When something may happen. */
  get #next(): number {
    const { pause, event } = this.#options;
    const wakes =
      this.#stalled && pause
        ? this.#now + pause.everyMs + pause.forMs - (this.#now % (pause.everyMs + pause.forMs))
        : 0;
    const key = this.#queue[0] ? Math.max(this.#readyAt, this.#queue[0].at) : NEVER;
    return Math.max(wakes, Math.min(key, this.#repeat?.at ?? NEVER, this.#happened ? NEVER : (event?.atMs ?? NEVER)));
  }

  #advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#next; next <= end; next = this.#next) {
      this.#now = Math.max(this.#now, next);
      if (!this.#stalled) this.#step();
    }
    this.#now = end;
  }

  #step(): void {
    const { event, keyMs = 5 } = this.#options;
    if (event && !this.#happened && event.atMs <= this.#now) {
      this.#happened = true;
      event.happens(this);
      return;
    }
    const [key] = this.#queue;
    if (key && Math.max(this.#readyAt, key.at) <= this.#now) {
      this.#queue.shift();
      this.#readyAt = this.#now + keyMs;
      this.#take(key);
    } else if (this.#repeat && this.#repeat.at <= this.#now) {
      this.#repeat.at = this.#now + REPEAT_EVERY_MS;
      this.#type(this.#repeat.key);
    }
  }

  #take({ key, down }: KeyEvent): void {
    if (key === 'shift') {
      this.#shift = down;
      if (down) this.#repeat = undefined;
    } else if (down) {
      this.#repeat = { key, at: this.#now + REPEAT_AFTER_MS };
      this.#type(key);
    } else if (this.#repeat?.key === key) this.#repeat = undefined;
  }

  #type(key: string): void {
    const { editing, echo = 'text', answer = () => '', layout = (character) => character } = this.#options;
    if (key === '\n') {
      this.entered += `${this.line}\n`;
      const said = answer(this.line);
      this.#line = [];
      this.#newLine();
      this.print(said);
      this.#prompt();
    } else if (key === '\b') {
      if (this.#line.pop() === undefined || echo === 'none') return;
      if (editing === 'editor') this.#redraw();
      else this.#eraseOne();
    } else {
      const lower = /[A-Z]/.test(key) ? key.toLowerCase() : (UNSHIFTED[key] ?? key);
      const upper = /[a-z]/.test(key) ? key.toUpperCase() : (SHIFTED[key] ?? key);
      const character = layout(this.#shift ? upper : lower);
      if (character === '') return;
      this.#line.push(character);
      if (echo === 'none') return;
      this.#put(echo === 'stars' ? '*' : character);
      if (editing === 'editor') this.#wrap();
    }
  }

  #prompt(): void {
    this.print(this.#options.prompt ?? '');
    this.#start = this.#row * this.#options.columns + this.#column;
  }

  #put(character: string): void {
    if (this.#column === this.#options.columns) this.#wrap();
    this.#cells[this.#row * this.#options.columns + this.#column] = character;
    this.#column++;
    if (this.#options.editing === 'bios') this.#wrap();
  }

  #wrap(): void {
    if (this.#column === this.#options.columns) this.#newLine();
  }

  #newLine(): void {
    const { columns, rows } = this.#options;
    this.#column = 0;
    this.#row++;
    if (this.#row < rows) return;
    this.#row--;
    this.#start -= columns;
    this.#cells = [...this.#cells.slice(columns), ...Array.from({ length: columns }, () => ' ')];
  }

  /** Back, a blank, back. */
  #eraseOne(): void {
    const { columns } = this.#options;
    if (this.#column === columns) this.#column--;
    if (this.#column > 0) this.#column--;
    this.#cells[this.#row * columns + this.#column] = ' ';
  }

  #redraw(): void {
    const { columns } = this.#options;
    const end = this.#start + this.#line.length;
    if (end < 0) return;
    this.#cells[end] = ' ';
    this.#row = Math.floor(end / columns);
    this.#column = end % columns;
  }

  get #screen(): TextScreen {
    const { columns, rows } = this.#options;
    const grid = { font: 'fake', left: 0, top: 0, cellWidth: 8, cellHeight: 16, columns, rows };
    return new TextScreen(
      grid,
      Array.from({ length: rows }, (_, row) => this.#cells.slice(row * columns, (row + 1) * columns)),
    );
  }
}

const PLAIN = "`1234567890-=[]\\;',./";
const WITH_SHIFT = '~!@#$%^&*()_+{}|:"<>?';
const SHIFTED: Readonly<Record<string, string>> = Object.fromEntries(
  [...PLAIN].map((key, i) => [key, WITH_SHIFT.charAt(i)]),
);
const UNSHIFTED: Readonly<Record<string, string>> = Object.fromEntries(
  [...WITH_SHIFT].map((key, i) => [key, PLAIN.charAt(i)]),
);
