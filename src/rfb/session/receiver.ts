import type { EventEmitter } from 'node:events';
import { ConnectionError, ProtocolError } from '../errors.ts';
import type { Connection } from '../protocol/connection.ts';
import type { Framebuffer } from '../protocol/framebuffer.ts';
import type { ClipboardMessage } from '../protocol/messages/clipboard-message.ts';
import type { Fence } from '../protocol/messages/fence.ts';
import { serverMessages } from '../protocol/messages/server-to-client/index.ts';
import type { ServerMessageTarget } from '../protocol/messages/server-to-client/server-message.ts';
import type { PixelFormat } from '../protocol/pixel-format.ts';
import type { PixelReader } from '../protocol/pixel-reader.ts';
import { pseudoEncodings } from '../protocol/pseudo-encodings/index.ts';
import type {
  Cursor,
  DesktopSizeAnswer,
  LedState,
  PseudoEncoding,
  Screen,
} from '../protocol/pseudo-encodings/pseudo-encoding.ts';
import type { Rect } from '../protocol/rect.ts';
import type { UpdateDecoder } from '../protocol/update-decoder.ts';
import type { SessionState } from './session-state.ts';

/** What a session tells its listeners. All of it happens inside the receive loop, in wire order. */
export interface SessionEvents {
  /** A server message has been read whole: its name and length in bytes. */
  message: [name: string, length: number];
  /** A FramebufferUpdate has begun to arrive. */
  updateBegin: [];
  /** A rectangle has been painted, by the encoding of that name. Those after it may be, too: `update` is the moment to look. */
  painted: [rect: Rect, encoding: string];
  /** A FramebufferUpdate is complete. */
  update: [];
  /** The framebuffer has a new size. */
  resize: [width: number, height: number];
  /** What was painted before is stale (the colour map has changed): ask for all of it again. */
  stale: [];
  /** ExtendedDesktopSize: the screens have changed, or a request to change them was answered. */
  desktopSize: [answer: DesktopSizeAnswer];
  bell: [];
  /** ServerCutText: something was copied on the server. */
  cutText: [text: string];
  /** Extended Clipboard: the server has a text on its clipboard, which follows, or has none. */
  cutTextNotify: [hasText: boolean];
  /** Extended Clipboard: the server has asked for the text that it was offered, and was sent it. */
  cutTextTaken: [];
  cursor: [cursor: Cursor];
  desktopName: [name: string];
  ledState: [state: LedState];
  /** A fence that answers one of ours. */
  fence: [fence: Fence];
  /** The session has ended; `error` says why, where it was not we who closed it. */
  closed: [error: Error | undefined];
}

/**
 * Bytes that came in one piece may ask for seconds of painting (a CopyRect of the whole screen takes 16): in between, timers
 * fire and the caller is heard. This many pixels take some 10 ms.
 */
const PIXELS_A_TURN = 8 * 1024 * 1024;

/** A framebuffer or a colour map takes the core about as long as painting so many pixels, however small it is. */
const PIXELS_A_CHANGE = 1024 * 1024;

/** The receiving half of a session: reads message after message and keeps what they said. */
export class Receiver implements ServerMessageTarget, SessionState {
  readonly updates: UpdateDecoder;
  readonly framebuffer: Framebuffer;
  pixels: PixelReader;
  desktopName: string;
  clipboard: string | undefined;
  cursor: Cursor | undefined;
  ledState: LedState | undefined;
  screens: readonly Screen[] = [];
  absolutePointer = true;
  updateEnded = false;
  readonly confirmed = new Set<string>();
  readonly rectCounts = new Map<string, number>();
  updateCount = 0;
  readonly #events: EventEmitter<SessionEvents>;
  #closed = false;
  /** Pixels painted or allocated since the event loop had a turn. */
  #pixelsSinceTurn = 0;
  readonly #answerFence: (fence: Fence) => Promise<void>;
  readonly #onClipboard: (message: ClipboardMessage) => Promise<void>;

  constructor(
    initial: Pick<Receiver, 'updates' | 'framebuffer' | 'pixels' | 'desktopName'>,
    events: EventEmitter<SessionEvents>,
    answerFence: (fence: Fence) => Promise<void>,
    onClipboard: (message: ClipboardMessage) => Promise<void>,
  ) {
    this.updates = initial.updates;
    this.framebuffer = initial.framebuffer;
    this.pixels = initial.pixels;
    this.desktopName = initial.desktopName;
    this.#events = events;
    this.#answerFence = answerFence;
    this.#onClipboard = onClipboard;
  }

  get pixelFormat(): PixelFormat {
    return this.pixels.format;
  }

  /** Reads until the connection ends or the peer breaks the specification; only ever throws. */
  async run({ reader }: Connection): Promise<never> {
    const messages = new Map(serverMessages.map((message) => [message.type, message]));
    let previous = 'ServerInit';
    for (;;) {
      if (!reader.has(1)) await reader.need(1);
      const offset = reader.offset;
      const type = reader.u8();
      const message = messages.get(type);
      if (!message) {
        throw new ProtocolError(
          'UNKNOWN_MESSAGE',
          `server message ${type} at stream offset ${offset}, after ${previous}, is none that was asked for`,
        );
      }
      const received = message.receive(reader, this);
      if (received) await received;
      this.#tell('message', message.name, reader.offset - offset);
      previous = message.name;
    }
  }

  /** Frees the decoders. Nobody hears any more of what has arrived already. */
  close(): void {
    this.#closed = true;
    this.updates.close();
  }

  pseudoEncoding(type: number): PseudoEncoding | undefined {
    return pseudoEncodings.find((candidate) => candidate.type === type);
  }

  beginUpdate(): void {
    this.updateEnded = false;
    this.#tell('updateBegin');
  }

  endUpdate(): void {
    this.updateEnded = true;
  }

  get watched(): boolean {
    return this.#events.listenerCount('painted') > 0;
  }

  painted(rect: Rect, encoding: string): void {
    this.counted(1, rect.width * rect.height, encoding);
    this.#tell('painted', rect, encoding);
  }

  counted(rectCount: number, pixelCount: number, encoding: string): void {
    this.rectCounts.set(encoding, (this.rectCounts.get(encoding) ?? 0) + rectCount);
    this.#pixelsSinceTurn += pixelCount;
  }

  get breathless(): boolean {
    return this.#closed || this.#pixelsSinceTurn >= PIXELS_A_TURN;
  }

  async breathe(): Promise<void> {
    this.#pixelsSinceTurn = 0;
    if (!this.#closed) await new Promise((resolve) => setImmediate(resolve));
    if (this.#closed) throw new ConnectionError('CLOSED', 'the session was closed');
  }

  finishUpdate(): void {
    this.updateCount++;
    this.#tell('update');
  }

  resize(width: number, height: number): void {
    if (width === this.framebuffer.width && height === this.framebuffer.height) return;
    this.framebuffer.resize(width, height);
    this.#pixelsSinceTurn += Math.max(PIXELS_A_CHANGE, width * height);
    this.#tell('resize', width, height);
  }

  setScreens(screens: readonly Screen[], answer: DesktopSizeAnswer): void {
    this.screens = screens;
    this.#tell('desktopSize', answer);
  }

  setCursor(cursor: Cursor): void {
    this.cursor = cursor;
    this.#tell('cursor', cursor);
  }

  setDesktopName(name: string): void {
    this.desktopName = name;
    this.#tell('desktopName', name);
  }

  setLedState(state: LedState): void {
    this.ledState = state;
    this.#tell('ledState', state);
  }

  setAbsolutePointer(absolute: boolean): void {
    this.absolutePointer = absolute;
  }

  confirm(name: string): void {
    this.confirmed.add(name);
  }

  setColourMapEntry(index: number, red: number, green: number, blue: number): void {
    this.pixels.setColourMapEntry(index, red, green, blue);
  }

  colourMapChanged(): void {
    if (this.pixels.format.trueColour) return;
    this.#pixelsSinceTurn += PIXELS_A_CHANGE;
    this.#tell('stale');
  }

  bell(): void {
    this.#tell('bell');
  }

  cutText(text: string): void {
    this.clipboard = text;
    this.#tell('cutText', text);
  }

  async clipboardMessage(message: ClipboardMessage): Promise<void> {
    if (!this.#closed) await this.#onClipboard(message);
  }

  async fence(fence: Fence): Promise<void> {
    if (!this.#closed) await this.#answerFence(fence);
  }

  #tell<E extends keyof SessionEvents>(event: E, ...args: SessionEvents[E]): void {
    if (!this.#closed) (this.#events as EventEmitter).emit(event, ...args);
  }
}
