import { ByteReader } from '../../src/rfb/bytes/byte-reader.ts';
import { ProtocolError } from '../../src/rfb/errors.ts';
import { Framebuffer } from '../../src/rfb/protocol/framebuffer.ts';
import type { PixelFormat } from '../../src/rfb/protocol/pixel-format.ts';
import { PixelReader } from '../../src/rfb/protocol/pixel-reader.ts';
import { pseudoEncodings } from '../../src/rfb/protocol/pseudo-encodings/index.ts';
import type {
  Cursor,
  DesktopSizeAnswer,
  LedState,
  PseudoEncoding,
  Screen,
} from '../../src/rfb/protocol/pseudo-encodings/pseudo-encoding.ts';
import type { Rect } from '../../src/rfb/protocol/rect.ts';
import type { UpdateDecoder, UpdateTarget } from '../../src/rfb/protocol/update-decoder.ts';
import { chunksOf } from './pipes.ts';

/** What a recorded stream has done to a screen: the smallest session that there can be. */
export class StreamPlayer implements UpdateTarget {
  readonly framebuffer: Framebuffer;
  readonly pixels: PixelReader;
  readonly rectCounts = new Map<string, number>();
  readonly confirmed = new Set<string>();
  screens: readonly Screen[] | undefined;
  desktopSizeAnswer: DesktopSizeAnswer | undefined;
  cursor: Cursor | undefined;
  desktopName: string | undefined;
  ledState: LedState | undefined;
  absolutePointer: boolean | undefined;
  updateEnded = false;
  /** Of the rectangles that the core paints; tests may set it. */
  watched = true;
  readonly #updates: UpdateDecoder;
  readonly #pseudoEncodings = new Map(pseudoEncodings.map((pseudo) => [pseudo.type, pseudo]));

  constructor(width: number, height: number, format: PixelFormat, updates: UpdateDecoder) {
    this.#updates = updates;
    this.framebuffer = new Framebuffer(width, height, updates.allocate);
    this.pixels = new PixelReader(format);
  }

  /** Plays messages until the stream ends between two of them. */
  async play(chunks: Iterable<Uint8Array>): Promise<void> {
    const reader = new ByteReader(chunksOf(chunks));
    try {
      while (!(await ended(reader))) {
        const type = reader.u8();
        if (type === 0) await this.#updates.receive(reader, this);
        else if (type === 1) await this.#setColourMapEntries(reader);
        else if (type !== 2) throw new ProtocolError('UNKNOWN_MESSAGE', `server message ${type}`);
      }
    } finally {
      this.#updates.close();
    }
  }

  resize(width: number, height: number): void {
    this.framebuffer.resize(width, height);
  }

  setScreens(screens: readonly Screen[], answer: DesktopSizeAnswer): void {
    this.screens = screens;
    this.desktopSizeAnswer = answer;
  }

  beginUpdate(): void {
    this.updateEnded = false;
  }

  endUpdate(): void {
    this.updateEnded = true;
  }

  painted(_rect: Rect, encoding: string): void {
    this.rectCounts.set(encoding, (this.rectCounts.get(encoding) ?? 0) + 1);
  }

  counted(rectCount: number, _pixelCount: number, encoding: string): void {
    this.rectCounts.set(encoding, (this.rectCounts.get(encoding) ?? 0) + rectCount);
  }

  readonly breathless = false;

  async breathe(): Promise<void> {}

  finishUpdate(): void {}

  pseudoEncoding(type: number): PseudoEncoding | undefined {
    return this.#pseudoEncodings.get(type);
  }

  setCursor(cursor: Cursor): void {
    this.cursor = cursor;
  }

  setDesktopName(name: string): void {
    this.desktopName = name;
  }

  setLedState(state: LedState): void {
    this.ledState = state;
  }

  setAbsolutePointer(absolute: boolean): void {
    this.absolutePointer = absolute;
  }

  confirm(name: string): void {
    this.confirmed.add(name);
  }

  async #setColourMapEntries(reader: ByteReader): Promise<void> {
    await reader.need(5);
    reader.skip(1);
    const first = reader.u16();
    const count = reader.u16();
    await reader.need(count * 6);
    for (let i = 0; i < count; i++) {
      this.pixels.setColourMapEntry(first + i, reader.u16(), reader.u16(), reader.u16());
    }
  }
}

/** Grants one byte, or says that there is none. */
async function ended(reader: ByteReader): Promise<boolean> {
  if (reader.has(1)) return false;
  const offset = reader.received;
  try {
    await reader.need(1);
    return false;
  } catch (error) {
    if (reader.received === offset) return true;
    throw error;
  }
}
