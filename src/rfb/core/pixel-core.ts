import type { Rect } from '../protocol/rect.ts';
import { layout, wasmBinary } from './wasm-binary.ts';
import { type WebAssemblyMemory, type WebAssemblyModule, webAssembly } from './web-assembly.ts';

interface Exports {
  begin(count: number): void;
  feed(pointer: number, length: number): number;
  streamOpened(index: number): number;
}

const PAGE = 64 * 1024;

/** The format, the palette and the carried bytes, and what else a rectangle needs from one `feed` to the next. */
const STATE_LENGTH = layout.INPUT - layout.STATE;

let compiled: Promise<WebAssemblyModule | undefined> | undefined;

/** The core's code, compiled once for the process; undefined where there is no WebAssembly with SIMD. */
export function compilePixelCore(): Promise<WebAssemblyModule | undefined> {
  compiled ??= compile();
  return compiled;
}

async function compile(): Promise<WebAssemblyModule | undefined> {
  const bytes = Buffer.from(wasmBinary, 'base64');
  return webAssembly?.validate(bytes) ? webAssembly.compile(bytes) : undefined;
}

/**
 * An instance, with the memory that it decodes from and into. The memory never grows, so that its views stay valid: a
 * framebuffer of another size gets another instance, which goes on with a copy of the state.
 */
export class PixelCore {
  readonly bytes: Uint8Array;
  /** Two places to receive into, for bytes that `feed` then reads there. */
  readonly receiveBuffers: readonly [Uint8Array, Uint8Array];
  readonly #memory: WebAssemblyMemory;
  readonly #exports: Exports;
  readonly #state: DataView;
  readonly #events: DataView;

  constructor(module: WebAssemblyModule, pixelCount: number, previous?: PixelCore) {
    if (!webAssembly) throw new RangeError('there is no WebAssembly');
    const pages = Math.ceil((layout.FRAMEBUFFER + pixelCount * 4) / PAGE);
    this.#memory = new webAssembly.Memory({ initial: pages, maximum: pages });
    this.#exports = new webAssembly.Instance(module, { env: { memory: this.#memory } }).exports as Exports;
    const { buffer } = this.#memory;
    this.bytes = new Uint8Array(buffer);
    const receive = (index: number) =>
      new Uint8Array(buffer, layout.RECEIVE + index * layout.RECEIVE_SIZE, layout.RECEIVE_SIZE);
    this.receiveBuffers = [receive(0), receive(1)];
    this.#state = new DataView(buffer, layout.STATE, STATE_LENGTH);
    this.#events = new DataView(buffer, layout.EVENTS, layout.MAX_EVENTS * layout.EVENT_SIZE);
    if (previous) this.#continue(previous);
  }

  /** The framebuffer's pixels. */
  pixels(length: number): Uint32Array {
    return new Uint32Array(this.#memory.buffer, layout.FRAMEBUFFER, length);
  }

  /** Whether `bytes` lie in this memory, so that `feed` can read them where they are. */
  holds(bytes: Uint8Array): boolean {
    return bytes.buffer === this.#memory.buffer;
  }

  begin(rectCount: number): void {
    this.#exports.begin(rectCount);
  }

  /** Decodes bytes of this memory; returns a status of `layout`. */
  feed(pointer: number, length: number): number {
    return this.#exports.feed(pointer, length);
  }

  /** A field of the state: `layout.AT_…`. */
  get(field: number): number {
    return this.#state.getInt32(field, true);
  }

  set(field: number, value: number): void {
    this.#state.setInt32(field, value, true);
  }

  setColours(table: number, colours: Uint32Array): void {
    new Uint32Array(this.#memory.buffer, table, colours.length).set(colours);
  }

  /** Calls back for every rectangle painted since the last time, if the core was told that they are watched. */
  takeRects(painted: (rect: Rect, type: number) => void): void {
    const events = this.#events;
    for (let at = 0, end = this.#takeEvents(); at < end; at += layout.EVENT_SIZE) {
      const rect = {
        x: events.getUint16(at, true),
        y: events.getUint16(at + 2, true),
        width: events.getUint16(at + 4, true),
        height: events.getUint16(at + 6, true),
      };
      painted(rect, events.getInt32(at + 8, true));
    }
  }

  /** If it was told that they are not: calls back for rectangles of one type in a row. */
  takeCounts(counted: (rectCount: number, pixelCount: number, type: number) => void): void {
    const events = this.#events;
    for (let at = 0, end = this.#takeEvents(); at < end; at += layout.EVENT_SIZE) {
      counted(events.getUint32(at, true), events.getUint32(at + 4, true), events.getInt32(at + 8, true));
    }
  }

  /** Where the events end that are there. */
  #takeEvents(): number {
    const count = this.get(layout.AT_EVENT_COUNT);
    this.set(layout.AT_EVENT_COUNT, 0);
    return count * layout.EVENT_SIZE;
  }

  #continue(previous: PixelCore): void {
    const { bytes } = previous;
    this.bytes.set(bytes.subarray(layout.STATE, layout.STATE + STATE_LENGTH), layout.STATE);
    for (let i = 0; i < layout.STREAM_COUNT; i++) {
      if (!previous.#exports.streamOpened(i)) continue;
      const at = layout.STREAMS + i * layout.STREAM_SIZE;
      this.bytes.set(bytes.subarray(at, at + layout.STREAM_SIZE), at);
    }
  }
}
