import type { Clock } from '../../src/automation/pace.ts';
import type { LedState } from '../../src/rfb/protocol/pseudo-encodings/pseudo-encoding.ts';
import type { SendOptions } from '../../src/rfb/session/session.ts';

/** Time that passes only while somebody sleeps. */
export class FakeClock implements Clock {
  #now = 1000;
  readonly #alarms: { readonly at: number; readonly ring: () => void }[] = [];
  /** How late each sleep ends, in milliseconds. */
  readonly #lateness: () => number;

  constructor(lateness: () => number = () => 0) {
    this.#lateness = lateness;
  }

  now(): number {
    return this.#now;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const end = this.#now + ms + this.#lateness();
    for (const alarm of this.#alarms.filter(({ at }) => at > this.#now && at <= end)) {
      this.#now = alarm.at;
      alarm.ring();
      signal?.throwIfAborted();
    }
    this.#now = end;
    await Promise.resolve();
  }

  /** Somewhere between two events, as Ctrl-C comes. */
  after(ms: number, ring: () => void): void {
    this.#alarms.push({ at: this.#now + ms, ring });
  }

  pass(ms: number): void {
    this.#now += ms;
  }
}

export interface SentKey {
  readonly at: number;
  readonly down: boolean;
  readonly keysym: number;
  readonly xtScancode?: number;
}

export class FakeKeyboardServer {
  readonly state: { ledState: LedState | undefined } = { ledState: undefined };
  readonly sent: SentKey[] = [];
  extendedKeysConfirmed = true;
  barriers = 0;
  /** Called when the server has had its chance. */
  onExtensionsKnown: () => void = () => {};
  /** Called before each event is taken; may throw, as a lost connection does. */
  onEvent: (index: number) => void | Promise<void> = () => {};
  onBarrier: () => void = () => {};
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async sendKeyEvent(down: boolean, keysym: number): Promise<void> {
    this.sent.push({ at: this.#clock.now(), down, keysym });
    await this.onEvent(this.sent.length - 1);
  }

  async sendExtendedKeyEvent(down: boolean, keysym: number, xtScancode: number): Promise<void> {
    this.sent.push({ at: this.#clock.now(), down, keysym, xtScancode });
    await this.onEvent(this.sent.length - 1);
  }

  async extensionsKnown({ signal }: SendOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    this.onExtensionsKnown();
  }

  async lightsBecome(_wanted: Partial<LedState>, { signal }: SendOptions): Promise<boolean> {
    signal?.throwIfAborted();
    return false;
  }

  async barrier({ signal }: SendOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    this.barriers++;
    this.onBarrier();
  }

  /** What is down now, in order. */
  get down(): number[] {
    const held: number[] = [];
    for (const { down, keysym } of this.sent) {
      if (down) held.push(keysym);
      else if (held.includes(keysym)) held.splice(held.lastIndexOf(keysym), 1);
    }
    return held;
  }

  /** `+61 -61`: presses and releases in order. */
  get script(): string {
    return this.sent.map(({ down, keysym }) => `${down ? '+' : '-'}${keysym.toString(16)}`).join(' ');
  }

  /** Milliseconds from each event to the next. */
  get gaps(): number[] {
    return this.sent.slice(1).map(({ at }, i) => at - (this.sent[i]?.at ?? 0));
  }
}

export interface SentPointer {
  readonly at: number;
  readonly x: number;
  readonly y: number;
  readonly mask: number;
}

export class FakePointerServer {
  readonly sent: SentPointer[] = [];
  framebufferSize = { width: 800, height: 600 };
  extendedMouseButtonsConfirmed = true;
  barriers = 0;
  onEvent: (index: number) => void | Promise<void> = () => {};
  onBarrier: () => void = () => {};
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async sendPointerEvent(x: number, y: number, mask: number): Promise<void> {
    this.sent.push({ at: this.#clock.now(), x, y, mask });
    await this.onEvent(this.sent.length - 1);
  }

  async barrier({ signal }: SendOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    this.barriers++;
    this.onBarrier();
  }

  /** `10,20/1` for each event. */
  get script(): string {
    return this.sent.map(({ x, y, mask }) => `${x},${y}/${mask}`).join(' ');
  }
}
