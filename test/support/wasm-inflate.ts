import { compileAssembly } from '../../scripts/build-core.mjs';

/** What `inflateRun` of src/rfb/core/assembly/inflate.ts is called with. */
interface Exports {
  readonly INFLATE_STATE_SIZE: { readonly value: number };
  inflateReset(state: number): void;
  inflateRun(state: number, src: number, srcEnd: number, dst: number, dstEnd: number, historyStart: number): number;
  inflateNextIn(state: number): number;
  inflateNextOut(state: number): number;
}

interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  readonly Memory: new (pages: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
}

export const STATUSES = ['NEED_INPUT', 'NEED_OUTPUT', 'END', 'ERROR'] as const;
export type Status = (typeof STATUSES)[number];

export interface Run {
  readonly status: Status;
  readonly used: number;
  readonly output: Uint8Array;
}

const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyApi };
const MEMORY = 4 * 1024 * 1024;
const GUARD = 64;
const STATIC_END = 256 * 1024;
const INPUT_END = 2 * 1024 * 1024;

/**
 * The core's inflate over a memory of its own. Around state, input, history and room lie guard bytes, which must not change
 * and, being others in each run, must not matter; the room ends where memory does, so that going beyond traps.
 */
export class WasmInflate {
  readonly #exports: Exports;
  readonly #bytes: Uint8Array;
  #guard = 0;

  static async compile(): Promise<() => WasmInflate> {
    const module = new WebAssembly.Module(await compileAssembly('inflate.ts'));
    return () => new WasmInflate(module);
  }

  private constructor(module: object) {
    const memory = new WebAssembly.Memory({ initial: MEMORY / 65536 });
    this.#exports = new WebAssembly.Instance(module, { env: { memory } }).exports as Exports;
    this.#bytes = new Uint8Array(memory.buffer);
  }

  /** A stream, `place` of which keeps it from others' way. */
  stream(place = 0): WasmStream {
    return new WasmStream(this, STATIC_END + place * 8192);
  }

  reset(state: number): void {
    this.#exports.inflateReset(state);
  }

  moveState(from: number, to: number): void {
    const size = this.#exports.INFLATE_STATE_SIZE.value;
    this.#bytes.copyWithin(to, from, from + size);
    this.#bytes.fill(0xa5, from, from + size);
  }

  /** Has `other` go on with a stream of this. */
  handOver(state: number, other: WasmInflate): void {
    other.#bytes.set(this.#bytes.subarray(state, state + this.#exports.INFLATE_STATE_SIZE.value), state);
  }

  /** One run with this much room, after this history, the input at memory's end if `inputLast` (the room is then elsewhere). */
  run(state: number, input: Uint8Array, room: number, history: Uint8Array, inputLast: boolean): Run {
    const { inflateRun, inflateNextIn, inflateNextOut, INFLATE_STATE_SIZE } = this.#exports;
    const [srcEnd, dstEnd] = inputLast ? [MEMORY, INPUT_END] : [INPUT_END, MEMORY];
    const src = srcEnd - input.length;
    const dst = dstEnd - room;
    const historyStart = dst - history.length;
    this.#guard = (this.#guard + 61) & 0xff;
    const guards = [
      [state - GUARD, state],
      [state + INFLATE_STATE_SIZE.value, state + INFLATE_STATE_SIZE.value + GUARD],
      [src - GUARD, src],
      [srcEnd, srcEnd + GUARD],
      [historyStart - GUARD, historyStart],
      [dstEnd, dstEnd + GUARD],
    ] as const;
    for (const [from, to] of guards) this.#bytes.fill(this.#guard, from, to);
    this.#bytes.set(input, src);
    this.#bytes.set(history, historyStart);
    this.#bytes.fill(this.#guard, dst, dstEnd);
    const status = STATUSES[inflateRun(state, src, srcEnd, dst, dstEnd, historyStart)];
    const nextOut = inflateNextOut(state);
    const used = inflateNextIn(state) - src;
    if (!status || nextOut < dst || nextOut > dstEnd || used < 0 || used > input.length) {
      throw new Error(`status ${status}, ${used} of ${input.length} bytes used, ${nextOut - dst} of ${room} written`);
    }
    if (guards.some(([from, to]) => this.#bytes.subarray(from, to).some((byte) => byte !== this.#guard))) {
      throw new Error('a guard byte was overwritten');
    }
    if (!Buffer.from(input).equals(this.#bytes.subarray(src, srcEnd))) throw new Error('the input was overwritten');
    if (!Buffer.from(history).equals(this.#bytes.subarray(historyStart, dst)))
      throw new Error('history was overwritten');
    return { status, used, output: this.#bytes.slice(dst, nextOut) };
  }
}

/** Room that most outputs here fit in. */
const AMPLE = 64 * 1024;

export class WasmStream {
  #core: WasmInflate;
  #state: number;
  #history = new Uint8Array(0);
  #runs = 0;

  constructor(core: WasmInflate, state: number) {
    this.#core = core;
    this.#state = state;
    core.reset(state);
  }

  reset(): void {
    this.#core.reset(this.#state);
    this.#history = new Uint8Array(0);
  }

  /** Keeps only the last bytes of history. */
  forget(kept: number): void {
    this.#history = this.#history.subarray(this.#history.length - kept);
  }

  /** Moves the state elsewhere. */
  move(): void {
    const to = this.#state ^ 4096;
    this.#core.moveState(this.#state, to);
    this.#state = to;
  }

  continueIn(core: WasmInflate): void {
    this.#core.handOver(this.#state, core);
    this.#core = core;
  }

  run(input: Uint8Array, room = AMPLE): Run {
    const run = this.#core.run(this.#state, input, room, this.#history, this.#runs++ % 2 === 0);
    this.#history = Buffer.concat([this.#history, run.output]).subarray(-32768);
    return run;
  }

  /** Feeds `chunks`, each until it is used, with so much room (in turn) for each run. */
  inflate(chunks: Iterable<Uint8Array>, rooms: readonly number[] = [AMPLE]): Run {
    const outputs: Uint8Array[] = [];
    let status: Status = 'NEED_INPUT';
    let used = 0;
    let turn = 0;
    for (const chunk of chunks) {
      let left = chunk;
      do {
        const run = this.run(left, rooms[turn++ % rooms.length]);
        outputs.push(run.output);
        left = left.subarray(run.used);
        status = run.status;
        used += run.used;
        if (status === 'NEED_INPUT' && left.length > 0) throw new Error(`NEED_INPUT with ${left.length} bytes left`);
        if (status === 'END' || status === 'ERROR') return { status, used, output: Buffer.concat(outputs) };
      } while (status === 'NEED_OUTPUT');
    }
    return { status, used, output: Buffer.concat(outputs) };
  }
}
