import type { PointerEvent } from '../../rfb/protocol/messages/client-to-server/pointer-event.ts';
import type { Rect } from '../../rfb/protocol/rect.ts';
import { colour, Display } from '../display.ts';
import { GLYPH_HEIGHT, GLYPH_WIDTH } from '../font.ts';
import type { Scene, SceneKey, SceneType } from './scene.ts';
import { Typist } from './typist.ts';

/** A desktop to point at: a notepad that takes keys, a panel that shows events, and marks where the pointer was. */
export const desktop: SceneType = {
  name: 'desktop',
  summary: 'a graphical screen, 1024x768: windows, a pointer trail, marks where was clicked',
  create: () => new DesktopScene(),
};

const WIDTH = 1024;
const HEIGHT = 768;
const BAR_HEIGHT = 28;
const TITLE_HEIGHT = 24;

const WHITE = colour(255, 255, 255);
const INK = colour(32, 36, 44);
const PAPER = colour(250, 250, 246);
const PANEL = colour(236, 238, 242);
const BAR = colour(28, 34, 48);
const TITLE = colour(52, 96, 156);
const EDGE = colour(20, 30, 50);

const NOTEPAD: Rect = { x: 64, y: 80, width: 520, height: 360 };
const EVENTS: Rect = { x: 640, y: 120, width: 320, height: 220 };

/** What marks a press of buttons 1 to 9, left button first; 4 to 7 are the wheel. */
const BUTTON_COLOURS = [
  colour(230, 60, 50),
  colour(60, 180, 75),
  colour(40, 110, 240),
  ...Array.from({ length: 6 }, () => colour(240, 170, 30)),
];

class DesktopScene implements Scene {
  readonly name = desktop.name;
  readonly display = new Display(WIDTH, HEIGHT);
  readonly #typist = new Typist();
  #lines = [''];
  #buttonMask = 0;
  #clicks = 0;

  constructor() {
    const { display } = this;
    display.shade(display.framebuffer.bounds, (x, y) =>
      colour(30 + (x * 40) / WIDTH, 70 + (y * 70) / HEIGHT, 110 + (x * 60) / WIDTH + (y * 40) / HEIGHT),
    );
    display.fill({ x: 0, y: HEIGHT - BAR_HEIGHT, width: WIDTH, height: BAR_HEIGHT }, BAR);
    display.text(12, HEIGHT - BAR_HEIGHT + 6, 'rfbctl demo:desktop', WHITE);
    this.#window(NOTEPAD, 'Notepad', PAPER);
    this.#window(EVENTS, 'Events', PANEL);
    for (const [row, label] of ['pointer', 'buttons', 'clicks', 'key', 'clipboard'].entries()) {
      this.#event(row, label, '-');
    }
    this.#note();
  }

  onKey(event: SceneKey): void {
    const hex = (value: number) => `0x${value.toString(16).padStart(4, '0')}`;
    const scancode = event.xtScancode === undefined ? '' : ` at ${hex(event.xtScancode)}`;
    this.#event(3, 'key', `${event.down ? 'down' : 'up'} ${hex(event.keysym)}${scancode}`);
    const typed = this.#typist.type(event);
    if (!typed) return;
    const last = this.#lines.length - 1;
    const line = this.#lines[last] ?? '';
    if ('character' in typed) this.#lines[last] = line + typed.character;
    else if ('control' in typed) return;
    else if (typed.key === 'Enter') this.#lines.push('');
    else if (typed.key === 'Backspace') {
      if (line !== '') this.#lines[last] = [...line].slice(0, -1).join('');
      else if (last > 0) this.#lines.pop();
    }
    this.#note();
  }

  onPointer({ x, y, buttonMask }: PointerEvent): void {
    this.#event(0, 'pointer', `${x}, ${y}`);
    const held = BUTTON_COLOURS.flatMap((_, bit) => ((buttonMask >> bit) & 1 ? [bit + 1] : []));
    this.#event(1, 'buttons', held.join(' ') || 'none');
    const [button] = held;
    const dragged = button !== undefined && (buttonMask & this.#buttonMask) !== 0;
    const released = buttonMask === 0 && this.#buttonMask !== 0;
    if (!released)
      this.display.fill(around(x, y, dragged ? 2 : 1), dragged ? (BUTTON_COLOURS[button - 1] ?? WHITE) : WHITE);
    for (const [bit, mark] of BUTTON_COLOURS.entries()) {
      if (((buttonMask & ~this.#buttonMask) >> bit) & 1) this.#mark(x, y, mark);
    }
    this.#buttonMask = buttonMask;
  }

  onCutText(text: string): void {
    this.#event(4, 'clipboard', text.replaceAll('\n', ' '));
  }

  #window({ x, y, width, height }: Rect, title: string, background: number): void {
    const { display } = this;
    display.fill({ x: x - 1, y: y - 1, width: width + 2, height: height + 2 }, EDGE);
    display.shade({ x, y, width, height: TITLE_HEIGHT }, (_, row) => lighter(TITLE, TITLE_HEIGHT - row));
    display.text(x + 10, y + 4, title, WHITE);
    for (const [i, button] of [colour(226, 92, 84), colour(236, 190, 80), colour(110, 190, 100)].entries()) {
      display.fill({ x: x + width - 20 - i * 18, y: y + 7, width: 10, height: 10 }, button);
    }
    display.fill({ x, y: y + TITLE_HEIGHT, width, height: height - TITLE_HEIGHT }, background);
  }

  /** A cross within a square ring, in the button's colour on white. */
  #mark(x: number, y: number, mark: number): void {
    this.#clicks++;
    this.#event(2, 'clicks', `${this.#clicks}, last at ${x}, ${y}`);
    const { display } = this;
    display.fill(around(x, y, 8), WHITE);
    display.fill({ x: x - 8, y: y - 8, width: 17, height: 2 }, mark);
    display.fill({ x: x - 8, y: y + 7, width: 17, height: 2 }, mark);
    display.fill({ x: x - 8, y: y - 8, width: 2, height: 17 }, mark);
    display.fill({ x: x + 7, y: y - 8, width: 2, height: 17 }, mark);
    display.fill({ x: x - 4, y, width: 9, height: 1 }, mark);
    display.fill({ x, y: y - 4, width: 1, height: 9 }, mark);
  }

  #event(row: number, label: string, value: string): void {
    const x = EVENTS.x + 12;
    const y = EVENTS.y + TITLE_HEIGHT + 16 + row * 34;
    const columns = Math.floor((EVENTS.width - 24 - 88) / GLYPH_WIDTH);
    this.display.fill({ x: x + 88, y, width: columns * GLYPH_WIDTH, height: GLYPH_HEIGHT }, PANEL);
    this.display.text(x, y, label, colour(90, 96, 110));
    this.display.text(x + 88, y, value.slice(0, columns), INK);
  }

  /** Draws the notepad's text anew: wrapped, the last lines where it is too long. */
  #note(): void {
    const text: Rect = {
      x: NOTEPAD.x + 12,
      y: NOTEPAD.y + TITLE_HEIGHT + 10,
      width: NOTEPAD.width - 24,
      height: NOTEPAD.height - TITLE_HEIGHT - 20,
    };
    const columns = Math.floor(text.width / GLYPH_WIDTH) - 1;
    const rows = Math.floor(text.height / GLYPH_HEIGHT);
    const wrapped = this.#lines.flatMap((line) => wrap(line, columns)).slice(-rows);
    this.display.fill(text, PAPER);
    for (const [row, line] of wrapped.entries()) {
      this.display.text(text.x, text.y + row * GLYPH_HEIGHT, line, INK);
    }
    const caretX = text.x + (wrapped.at(-1) ?? '').length * GLYPH_WIDTH;
    const caretY = text.y + (wrapped.length - 1) * GLYPH_HEIGHT;
    this.display.fill({ x: caretX, y: caretY + 1, width: 2, height: GLYPH_HEIGHT - 2 }, TITLE);
  }
}

function wrap(line: string, columns: number): string[] {
  const pieces = [line.slice(0, columns)];
  for (let at = columns; at < line.length; at += columns) pieces.push(line.slice(at, at + columns));
  return pieces;
}

function around(x: number, y: number, radius: number): Rect {
  return { x: x - radius, y: y - radius, width: radius * 2 + 1, height: radius * 2 + 1 };
}

function lighter(shade: number, by: number): number {
  const channel = (shift: number) => Math.min(255, ((shade >>> shift) & 0xff) + by);
  return colour(channel(0), channel(8), channel(16));
}
