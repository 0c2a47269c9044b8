import { ByteReader } from '../../src/rfb/bytes/byte-reader.ts';
import { ProtocolError } from '../../src/rfb/errors.ts';
import type { RectDecoder } from '../../src/rfb/protocol/encodings/encoding.ts';
import { encodings } from '../../src/rfb/protocol/encodings/index.ts';
import { Framebuffer } from '../../src/rfb/protocol/framebuffer.ts';
import type { PixelFormat } from '../../src/rfb/protocol/pixel-format.ts';
import { PixelReader } from '../../src/rfb/protocol/pixel-reader.ts';
import { pseudoEncodings } from '../../src/rfb/protocol/pseudo-encodings/index.ts';
import type {
  Cursor,
  DesktopSizeAnswer,
  LedState,
  PseudoEncodingTarget,
  Screen,
} from '../../src/rfb/protocol/pseudo-encodings/pseudo-encoding.ts';
import { assertInside } from '../../src/rfb/protocol/rect.ts';
import { chunksOf } from './pipes.ts';

/** What a recorded stream has done to a screen: the smallest session that there can be. */
export class StreamPlayer implements PseudoEncodingTarget {
  readonly framebuffer: Framebuffer;
  readonly pixels: PixelReader;
  readonly rectCounts = new Map<number, number>();
  readonly confirmed = new Set<string>();
  screens: readonly Screen[] | undefined;
  desktopSizeAnswer: DesktopSizeAnswer | undefined;
  cursor: Cursor | undefined;
  desktopName: string | undefined;
  ledState: LedState | undefined;
  absolutePointer: boolean | undefined;
  #updateEnded = false;
  readonly #decoders = new Map<number, RectDecoder>(
    encodings.map(({ type, createDecoder }) => [type, createDecoder()]),
  );
  readonly #pseudoEncodings = new Map(pseudoEncodings.map((pseudo) => [pseudo.type, pseudo]));

  constructor(width: number, height: number, format: PixelFormat) {
    this.framebuffer = new Framebuffer(width, height);
    this.pixels = new PixelReader(format);
  }

  /** Plays messages until the stream ends between two of them. */
  async play(chunks: Iterable<Uint8Array>): Promise<void> {
    const reader = new ByteReader(chunksOf(chunks));
    try {
      while (!(await ended(reader))) {
        const type = reader.u8();
        if (type === 0) await this.#framebufferUpdate(reader);
        else if (type === 1) await this.#setColourMapEntries(reader);
        else if (type !== 2) throw new ProtocolError('UNKNOWN_MESSAGE', `server message ${type}`);
      }
    } finally {
      for (const decoder of this.#decoders.values()) decoder.close?.();
    }
  }

  resize(width: number, height: number): void {
    this.framebuffer.resize(width, height);
  }

  setScreens(screens: readonly Screen[], answer: DesktopSizeAnswer): void {
    this.screens = screens;
    this.desktopSizeAnswer = answer;
  }

  endUpdate(): void {
    this.#updateEnded = true;
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

  async #framebufferUpdate(reader: ByteReader): Promise<void> {
    await reader.need(3);
    reader.skip(1);
    const count = reader.u16();
    this.#updateEnded = false;
    for (let i = 0; i < count && !this.#updateEnded; i++) {
      if (!reader.has(12)) await reader.need(12);
      const rect = { x: reader.u16(), y: reader.u16(), width: reader.u16(), height: reader.u16() };
      const type = reader.s32();
      this.rectCounts.set(type, (this.rectCounts.get(type) ?? 0) + 1);
      const pseudo = this.#pseudoEncodings.get(type);
      if (pseudo) {
        this.confirm(pseudo.name);
        await pseudo.apply?.(reader, rect, this);
        continue;
      }
      const decoder = this.#decoders.get(type);
      if (!decoder) throw new ProtocolError('UNKNOWN_ENCODING', `rectangle ${i} has encoding ${type}`);
      assertInside(rect, this.framebuffer, `encoding ${type}`);
      await decoder.decode(reader, rect, this);
    }
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
