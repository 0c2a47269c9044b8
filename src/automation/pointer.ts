import { UnsupportedError, UsageError } from '../rfb/errors.ts';
import type { SendOptions } from '../rfb/session/session.ts';
import type { OnActivity } from './activity.ts';
import type { Keyboard } from './keyboard.ts';
import { type Clock, Pace } from './pace.ts';
import type { PointerAction, PointerDetail } from './pointer-action.ts';
import { RELEASE_TIMEOUT_MS, Turns } from './turns.ts';

/** What a pointer needs of a session. */
export interface RawPointer {
  sendPointerEvent(x: number, y: number, buttonMask: number, options?: SendOptions): Promise<void>;
  readonly framebufferSize: { readonly width: number; readonly height: number };
  readonly extendedMouseButtonsConfirmed: boolean;
  /** Resolves when the server has consumed all input so far. */
  barrier(options?: SendOptions): Promise<void>;
  /** Resolves when it is known how events move the pointer. */
  pointerModeKnown?(options?: SendOptions): Promise<void>;
  /** Aborts when no input is possible any more; its reason says why. */
  readonly lifetime?: AbortSignal;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

const BUTTONS = { left: 1, middle: 2, right: 3, back: 8, forward: 9 } as const;
const WHEEL = { up: 4, down: 5, left: 6, right: 7 } as const;

/** The buttons that have names. */
export const buttonNames = Object.keys(BUTTONS) as readonly (keyof typeof BUTTONS)[];

/** By name, or as numbered by the protocol: 1 left, 2 middle, 3 right, 4 to 7 wheel up, down, left, right, 8 back, 9 forward. */
export type Button = keyof typeof BUTTONS | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

export interface PointerActionOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface MoveOptions extends PointerActionOptions {
  /** Default 0, a jump. Where the pointer was is known after its first move; that one is a jump. */
  readonly durationMs?: number | undefined;
}

export interface ButtonOptions extends PointerActionOptions {
  /** Default `left`. */
  readonly button?: Button | undefined;
}

export interface ClickOptions extends ButtonOptions {
  /** Default 1; 2 is a double click. */
  readonly count?: number | undefined;
  /** How long the button stays down, in ms. Default 40. */
  readonly holdMs?: number | undefined;
  /** Keys that are held meanwhile: `['ctrl']`. Needs a pointer that was made with a keyboard. */
  readonly modifiers?: readonly string[] | undefined;
}

export interface DragOptions extends ButtonOptions {
  /** From button down to the target, in ms. Default by distance, from 150 to 600. */
  readonly durationMs?: number | undefined;
  /** Moves on the way. Default 60 a second, at least 4. */
  readonly steps?: number | undefined;
}

export interface ScrollOptions extends PointerActionOptions {
  /** Where to; both or neither. Default: where the pointer is. */
  readonly x?: number | undefined;
  readonly y?: number | undefined;
}

export interface PointerOptions {
  /** Holds the modifiers of a click. */
  readonly keyboard?: Keyboard | undefined;
  /** Told when something begins to be done. */
  readonly onActivity?: OnActivity | undefined;
  /** For tests. */
  readonly clock?: Clock | undefined;
}

/** Between two events: the length of a frame, so that the guest sees the pointer arrive before it is pressed. */
const GAP_MS = 16;
const DEFAULT_HOLD_MS = 40;
/** Between the clicks of a double click; desktops allow 400 to 500 from the first to the second. */
const CLICK_GAP_MS = 60;
/** At the target of a drag, before the release: drop targets light up first. */
const SETTLE_MS = 50;

/** Moves, clicks, drags and scrolls. Whatever a call presses it releases again, also when it fails or is aborted. */
export class Pointer {
  #raw: RawPointer;
  readonly #keyboard: Keyboard | undefined;
  readonly #pace: Pace;
  #turns: Turns;
  readonly #onActivity: OnActivity | undefined;
  #position: Point | undefined;
  #buttonMask = 0;

  constructor(raw: RawPointer, options: PointerOptions = {}) {
    this.#raw = raw;
    this.#turns = new Turns(raw.lifetime);
    this.#keyboard = options.keyboard;
    this.#pace = new Pace(options.clock);
    this.#onActivity = options.onActivity;
  }

  /** Goes on with another session in place of one that has ended, with which the buttons that were down are forgotten. */
  attach(raw: RawPointer): void {
    this.#raw = raw;
    this.#turns = new Turns(raw.lifetime);
    this.#buttonMask = 0;
  }

  /** Where it was sent last; the protocol does not tell where others moved it. */
  get position(): Point | undefined {
    return this.#position;
  }

  /** Moves to a pixel. Coordinates off the screen become the nearest on it: QEMU's would wrap around. */
  async move(x: number, y: number, options: MoveOptions = {}): Promise<void> {
    assertPoint({ x, y });
    const { durationMs = 0 } = options;
    assertDuration('durationMs', durationMs);
    await this.#act('move', { x, y }, options, async (signal) => {
      const from = durationMs > 0 ? this.#position : undefined;
      const way = from ? dragPath(from, { x, y }, { durationMs }) : [{ point: { x, y }, afterMs: GAP_MS }];
      for (const { point, afterMs } of way) await this.#moveTo(point, afterMs, signal);
    });
  }

  /** Moves to a pixel and clicks there. */
  async click(x: number, y: number, options?: ClickOptions): Promise<void>;
  /** Clicks where the pointer is. */
  async click(options?: ClickOptions): Promise<void>;
  async click(x?: number | ClickOptions, y?: number, given?: ClickOptions): Promise<void> {
    const target = typeof x === 'number' ? { x, y: y ?? Number.NaN } : undefined;
    const options = (typeof x === 'number' ? given : x) ?? {};
    if (target) assertPoint(target);
    const { button, count = 1, holdMs = DEFAULT_HOLD_MS, modifiers = [] } = options;
    const number = numberOf(button);
    if (!Number.isInteger(count) || count < 1) throw badOption('count', count, 'a whole number from 1 on');
    assertDuration('holdMs', holdMs);
    await this.#act('click', { ...target, button: button ?? 'left', count }, options, async (signal) => {
      const bit = await this.#bitOf(number, signal);
      await this.#moveTo(target ?? this.#here(), GAP_MS, signal);
      await this.#holding(modifiers, signal, async () => {
        for (let done = 0; done < count; done++) {
          await this.#press(bit, done === 0 ? GAP_MS : CLICK_GAP_MS, signal, async () => {
            await this.#pace.send(holdMs, () => this.#send(this.#buttonMask & ~bit, signal), signal);
          });
        }
      });
    });
  }

  /** Two clicks; as `click` otherwise. */
  async doubleClick(x: number, y: number, options?: Omit<ClickOptions, 'count'>): Promise<void>;
  async doubleClick(options?: Omit<ClickOptions, 'count'>): Promise<void>;
  async doubleClick(x?: number | ClickOptions, y?: number, given?: ClickOptions): Promise<void> {
    if (typeof x === 'number') await this.click(x, y ?? Number.NaN, { ...given, count: 2 });
    else await this.click({ ...x, count: 2 });
  }

  /** Presses a button where the pointer is and leaves it down, for `up` or `releaseAll`. */
  async down(options: ButtonOptions = {}): Promise<void> {
    const number = numberOf(options.button);
    await this.#act('down', { button: options.button ?? 'left' }, options, async (signal) => {
      this.#here();
      const bit = await this.#bitOf(number, signal);
      await this.#pace.send(GAP_MS, () => this.#send(this.#buttonMask | bit, signal), signal);
    });
  }

  async up(options: ButtonOptions = {}): Promise<void> {
    const number = numberOf(options.button);
    await this.#act('up', { button: options.button ?? 'left' }, options, async (signal) => {
      this.#here();
      const bit = await this.#bitOf(number, signal);
      await this.#pace.send(GAP_MS, () => this.#send(this.#buttonMask & ~bit, signal), signal);
    });
  }

  /** Button down at `from`, moves along the line, up at `to`. When aborted, the button comes up where it is then. */
  async drag(from: Point, to: Point, options: DragOptions = {}): Promise<void> {
    assertPoint(from);
    assertPoint(to);
    const number = numberOf(options.button);
    const path = dragPath(from, to, options);
    await this.#act(
      'drag',
      { fromX: from.x, fromY: from.y, ...to, button: options.button ?? 'left' },
      options,
      async (signal) => {
        const bit = await this.#bitOf(number, signal);
        await this.#moveTo(from, GAP_MS, signal);
        await this.#press(bit, GAP_MS, signal, async () => {
          for (const { point, afterMs } of path) await this.#moveTo(point, afterMs, signal);
          await this.#pace.send(SETTLE_MS, () => this.#send(this.#buttonMask & ~bit, signal), signal);
        });
      },
    );
  }

  /** Turns the wheel by whole steps: `dy` down and `dx` right when positive. */
  async scroll(dx: number, dy: number, options: ScrollOptions = {}): Promise<void> {
    for (const [name, steps] of Object.entries({ dx, dy })) {
      if (!Number.isInteger(steps)) throw badOption(name, steps, 'a whole number of wheel steps');
    }
    const { x, y } = options;
    if (x !== undefined || y !== undefined) assertPoint({ x: x ?? Number.NaN, y: y ?? Number.NaN });
    const turns = [
      { number: dy < 0 ? WHEEL.up : WHEEL.down, steps: Math.abs(dy) },
      { number: dx < 0 ? WHEEL.left : WHEEL.right, steps: Math.abs(dx) },
    ];
    await this.#act(
      'scroll',
      { dx, dy, ...(x !== undefined && y !== undefined && { x, y }) },
      options,
      async (signal) => {
        await this.#moveTo(x === undefined || y === undefined ? this.#here() : { x, y }, GAP_MS, signal);
        for (const { number, steps } of turns) {
          const bit = await this.#bitOf(number, signal);
          for (let done = 0; done < steps; done++) {
            await this.#press(bit, GAP_MS, signal, () =>
              this.#pace.send(GAP_MS, () => this.#send(this.#buttonMask & ~bit, signal), signal),
            );
          }
        }
      },
    );
  }

  /** Ends whatever the pointer is doing and releases every button that is down. */
  async releaseAll(): Promise<void> {
    await this.#turns.interrupt();
    await this.#turns.take(undefined, async () => {
      if (this.#buttonMask !== 0) await this.#pace.send(GAP_MS, () => this.#send(0));
    });
  }

  async #act(
    action: PointerAction,
    detail: PointerDetail,
    { signal }: PointerActionOptions,
    run: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    await this.#turns.take(signal, async (stop) => {
      this.#onActivity?.({ type: 'pointer', action, detail: { ...this.#position, ...detail } });
      await this.#raw.pointerModeKnown?.({ signal: stop });
      await run(stop);
      await this.#raw.barrier({ signal: stop });
    });
  }

  /** Button down, then `whileDown`, which also releases it; if it fails, the button is released here. */
  async #press(bit: number, afterMs: number, signal: AbortSignal, whileDown: () => Promise<void>): Promise<void> {
    try {
      await this.#pace.send(afterMs, () => this.#send(this.#buttonMask | bit, signal), signal);
      await whileDown();
    } catch (error) {
      if ((this.#buttonMask & bit) !== 0 && !this.#raw.lifetime?.aborted) {
        const deadline = AbortSignal.timeout(RELEASE_TIMEOUT_MS);
        await this.#pace.send(GAP_MS, () => this.#send(this.#buttonMask & ~bit, deadline), deadline).catch(() => {});
      }
      throw error;
    }
  }

  async #holding(modifiers: readonly string[], signal: AbortSignal, action: () => Promise<void>): Promise<void> {
    if (modifiers.length === 0) return action();
    if (!this.#keyboard) throw new UsageError('BAD_OPTION', 'modifiers need a pointer that was made with a keyboard');
    const chord = modifiers.join('+');
    await this.#keyboard.down(chord, { signal });
    try {
      // Keyboard and pointer are two devices of the guest: without a gap it may see their events in another order.
      await this.#pace.pass(0);
      await action();
      await this.#pace.pass(GAP_MS);
    } finally {
      await this.#keyboard.up(chord, { signal: AbortSignal.timeout(RELEASE_TIMEOUT_MS) });
    }
  }

  async #moveTo(point: Point, afterMs: number, signal: AbortSignal): Promise<void> {
    const send = () => {
      this.#position = this.#onScreen(point);
      return this.#send(this.#buttonMask, signal);
    };
    await this.#pace.send(afterMs, send, signal);
  }

  async #send(buttonMask: number, signal?: AbortSignal): Promise<void> {
    const { x, y } = this.#onScreen(this.#here());
    this.#buttonMask = buttonMask;
    await this.#raw.sendPointerEvent(x, y, buttonMask, { signal });
  }

  #onScreen({ x, y }: Point): Point {
    const { width, height } = this.#raw.framebufferSize;
    const clamp = (value: number, size: number) => Math.max(0, Math.min(Math.round(value), size - 1));
    return { x: clamp(x, width), y: clamp(y, height) };
  }

  #here(): Point {
    if (this.#position) return this.#position;
    throw new UsageError('BAD_OPTION', 'where the pointer is, is not known before its first move: give coordinates');
  }

  async #bitOf(number: number, signal: AbortSignal): Promise<number> {
    // Early in a session the confirmation may still be on its way.
    if (number > 7 && !this.#raw.extendedMouseButtonsConfirmed) await this.#raw.barrier({ signal });
    if (number > 7 && !this.#raw.extendedMouseButtonsConfirmed) {
      const message = `button ${number} is not possible: the server did not confirm extended mouse buttons`;
      throw new UnsupportedError('UNSUPPORTED_BY_SERVER', message);
    }
    return 1 << (number - 1);
  }
}

/** The moves of a drag: at an even pace along the line, the last one exactly at `to`. */
function dragPath(from: Point, to: Point, options: DragOptions): { readonly point: Point; readonly afterMs: number }[] {
  const distance = Math.hypot(to.x - from.x, to.y - from.y);
  const { durationMs = Math.min(600, 150 + distance / 2) } = options;
  const { steps = Math.max(4, Math.round(durationMs / GAP_MS)) } = options;
  assertDuration('durationMs', durationMs);
  if (!Number.isInteger(steps) || steps < 1) throw badOption('steps', steps, 'a whole number from 1 on');
  return Array.from({ length: steps }, (_, i) => {
    const share = (i + 1) / steps;
    const point = { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
    return { point: i + 1 === steps ? to : point, afterMs: durationMs / steps };
  });
}

function numberOf(button: Button = 'left'): number {
  const number = typeof button === 'string' ? BUTTONS[button] : button;
  if (Number.isInteger(number) && number >= 1 && number <= 9) return number;
  throw badOption('button', button, `1 to 9, ${Object.keys(BUTTONS).join(', ')}`);
}

function assertPoint({ x, y }: Point): void {
  if (!Number.isFinite(x) || !Number.isFinite(y)) throw badOption('the place', `${x},${y}`, 'two numbers');
}

function assertDuration(name: string, ms: number): void {
  if (!(ms >= 0)) throw badOption(name, ms, '0 or more');
}

function badOption(name: string, value: unknown, wanted: string): UsageError {
  return new UsageError('BAD_OPTION', `${name} is ${value}, wanted ${wanted}`);
}
