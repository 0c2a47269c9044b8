import type { ByteReader } from '../bytes/byte-reader.ts';
import { ProtocolError } from '../errors.ts';
import type { ReceiveBuffers } from '../protocol/connection.ts';
import { encodings } from '../protocol/encodings/index.ts';
import { tight } from '../protocol/encodings/tight.ts';
import { decodeJpeg } from '../protocol/jpeg.ts';
import type { PixelReader } from '../protocol/pixel-reader.ts';
import { lastRect } from '../protocol/pseudo-encodings/last-rect.ts';
import { RectReceiver } from '../protocol/rect-receiver.ts';
import type { UpdateDecoder, UpdateTarget } from '../protocol/update-decoder.ts';
import { failureOf } from './failures.ts';
import { writeFormat } from './format-layout.ts';
import { compilePixelCore, PixelCore } from './pixel-core.ts';
import { layout } from './wasm-binary.ts';
import type { WebAssemblyModule } from './web-assembly.ts';

const RECT_HEADER_LENGTH = 12;

const names = new Map<number, string>(encodings.map(({ type, name }) => [type, name]));

/** The core as a decoder for one connection; undefined where there is no WebAssembly with SIMD. */
export async function createCoreDecoder(): Promise<UpdateDecoder | undefined> {
  const module = await compilePixelCore();
  return module && new CoreDecoder(module);
}

/** Hands whatever has arrived to the core, and does what the core leaves to TypeScript: events, pseudo-encodings, odd JPEGs. */
class CoreDecoder implements UpdateDecoder {
  readonly name = 'core';
  readonly #module: WebAssemblyModule;
  /** For what the core does not know. */
  readonly #rects = new RectReceiver();
  #core: PixelCore | undefined;
  /** What the core has been told. */
  #pixels: PixelReader | undefined;
  #revision = 0;
  /** Which bytes of which stream are in the core's input area, by their offsets. */
  #copiedOf: ByteReader | undefined;
  #copiedFrom = 0;
  #copiedTo = 0;

  constructor(module: WebAssemblyModule) {
    this.#module = module;
  }

  readonly allocate = (length: number): Uint32Array => {
    this.#core = new PixelCore(this.#module, length, this.#core);
    this.#pixels = undefined;
    this.#copiedOf = undefined;
    return this.#core.pixels(length);
  };

  readonly receiveBuffers: ReceiveBuffers = () => {
    if (!this.#core) throw new RangeError('the framebuffer must be allocated first');
    return this.#core.receiveBuffers;
  };

  receive(reader: ByteReader, target: UpdateTarget): Promise<void> | undefined {
    if (!reader.has(3)) return this.#receiveLater(reader, target);
    reader.skip(1);
    const count = reader.u16();
    target.beginUpdate();
    this.#prepare(target).begin(count);
    const status = this.#decode(reader, target);
    return !target.breathless && endsUpdate(status, target) ? undefined : this.#goOn(status, reader, target);
  }

  close(): void {
    this.#rects.close();
  }

  async #receiveLater(reader: ByteReader, target: UpdateTarget): Promise<void> {
    await reader.need(3);
    await this.receive(reader, target);
  }

  /** Decodes what is here, and returns what is to be waited for then. */
  #decode(reader: ByteReader, target: UpdateTarget): number {
    for (;;) {
      const core = this.#prepare(target);
      const status = this.#feed(core, reader);
      tell(core, target);
      const more = status === layout.PAUSE || (status === layout.NEED_MORE && reader.buffered > 0);
      if (!more || target.breathless) return status;
    }
  }

  /** Does what `status` wants, and goes on until the update ends. */
  async #goOn(status: number, reader: ByteReader, target: UpdateTarget): Promise<void> {
    for (let reason = status; ; reason = this.#decode(reader, target)) {
      const core = this.#prepare(target);
      if (reason === layout.JPEG_FALLBACK) await paintJpeg(core, reader, target);
      if (target.breathless) await target.breathe();
      if (endsUpdate(reason, target)) return;
      switch (reason) {
        case layout.NEED_MORE:
          if (reader.buffered === 0) await reader.need(1);
          break;
        case layout.NEED_WHOLE:
          await reader.need(core.get(layout.AT_PAYLOAD_LENGTH));
          // What was copied is a part of it.
          this.#copiedOf = undefined;
          break;
        case layout.OTHER_RECT:
          await this.#otherRect(core, reader, target);
          break;
        case layout.FAILED:
          throw failureOf(core, target.framebuffer);
      }
    }
  }

  async #otherRect(core: PixelCore, reader: ByteReader, target: UpdateTarget): Promise<void> {
    await this.#rects.receive(reader, target, rectOf(core), core.get(layout.AT_TYPE), {
      number: core.get(layout.AT_INDEX),
      count: core.get(layout.AT_COUNT),
      offset: reader.offset - RECT_HEADER_LENGTH,
    });
  }

  /** The core, told of the framebuffer and of the pixel format. */
  #prepare({ framebuffer, pixels, watched }: UpdateTarget): PixelCore {
    const core = this.#core;
    if (!core || framebuffer.pixels.buffer !== core.bytes.buffer) {
      throw new RangeError('the framebuffer must be made with the allocator of its decoder');
    }
    core.set(layout.AT_FRAMEBUFFER_WIDTH, framebuffer.width);
    core.set(layout.AT_FRAMEBUFFER_HEIGHT, framebuffer.height);
    core.set(layout.AT_STRIDE, framebuffer.width * 4);
    core.set(layout.AT_WATCHED, watched ? 1 : 0);
    if (this.#pixels !== pixels || this.#revision !== pixels.revision) {
      writeFormat(core, pixels);
      this.#pixels = pixels;
      this.#revision = pixels.revision;
    }
    return core;
  }

  /** Lets the core decode what is here. */
  #feed(core: PixelCore, reader: ByteReader): number {
    const { offset } = reader;
    if (reader !== this.#copiedOf || offset < this.#copiedFrom || offset >= this.#copiedTo) {
      const bytes = reader.peek(layout.INPUT_SIZE);
      if (core.holds(bytes)) return take(core, reader, bytes.byteOffset, bytes.length);
      core.bytes.set(bytes, layout.INPUT);
      this.#copiedOf = reader;
      this.#copiedFrom = offset;
      this.#copiedTo = offset + bytes.length;
    }
    return take(core, reader, layout.INPUT + offset - this.#copiedFrom, this.#copiedTo - offset);
  }
}

/** Feeds, and reads what the core has consumed. */
function take(core: PixelCore, reader: ByteReader, pointer: number, length: number): number {
  let status: number;
  try {
    status = core.feed(pointer, length);
  } catch (cause) {
    // No input should lead here; if one does, it is the peer's connection that ends, not the process.
    throw new ProtocolError('BAD_VALUE', 'the pixel core gave up on what the server sent', { cause });
  }
  if (status === layout.FAILED) return status;
  const consumed = core.get(layout.AT_CONSUMED);
  reader.has(consumed);
  reader.skip(consumed);
  return status;
}

/** Whether the update is over with that; then it is told. */
function endsUpdate(status: number, target: UpdateTarget): boolean {
  if (status === layout.LAST_RECT) {
    target.confirm(lastRect.name);
    target.endUpdate();
  } else if (status !== layout.UPDATE_DONE) {
    return false;
  }
  target.finishUpdate();
  return true;
}

/** Tells what was painted. */
function tell(core: PixelCore, target: UpdateTarget): void {
  if (core.get(layout.AT_WATCHED)) {
    core.takeRects((rect, type) => target.painted(rect, names.get(type) ?? ''));
  } else {
    core.takeCounts((rectCount, pixelCount, type) => target.counted(rectCount, pixelCount, names.get(type) ?? ''));
  }
}

function rectOf(core: PixelCore) {
  return {
    x: core.get(layout.AT_X),
    y: core.get(layout.AT_Y),
    width: core.get(layout.AT_WIDTH),
    height: core.get(layout.AT_HEIGHT),
  };
}

/** JPEGs that the core does not decode (progressive ones, for example), or calls broken: a whole decoder has the last word. */
async function paintJpeg(core: PixelCore, reader: ByteReader, target: UpdateTarget): Promise<void> {
  const rect = rectOf(core);
  const length = core.get(layout.AT_PAYLOAD_LENGTH);
  await reader.need(length);
  target.framebuffer.blit(rect, await decodeJpeg(reader.view(length), rect.width, rect.height));
  target.painted(rect, tight.name);
}
