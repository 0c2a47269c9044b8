import { createConnection, type Socket } from 'node:net';

/**
 * As much of an X11 client (X Protocol, release 7.7) as the rig needs: pictures in and out, and the input events that
 * arrive. Not Xlib's tools, because they are packages more, and slower.
 */
export interface XScreen {
  readonly root: number;
  readonly colormap: number;
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly bitsPerPixel: number;
  /** 4 is TrueColor, 3 PseudoColor. */
  readonly visualClass: number;
  readonly masks: readonly [red: number, green: number, blue: number];
  readonly minKeycode: number;
  readonly maxKeycode: number;
}

export class XClient implements Disposable {
  readonly screen: XScreen;
  /** Called for every event, 32 bytes each. */
  onEvent: (event: Buffer) => void = () => {};
  /** Errors that belong to requests without reply. */
  readonly errors: string[] = [];
  readonly #socket: Socket;
  readonly #waiting = new Map<number, { resolve(reply: Buffer): void; reject(error: Error): void }>();
  #received: Buffer;
  #sequence = 0;
  #nextId: number;
  #ended: Error | undefined;

  private constructor(socket: Socket, setup: Buffer, rest: Buffer) {
    this.#socket = socket;
    this.#nextId = setup.readUInt32LE(12);
    this.screen = parseScreen(setup);
    this.#received = rest;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', (error) => this.#end(error));
    socket.on('close', () => this.#end(new Error('the X server closed the connection')));
  }

  /** Connects to display `:number` without authority: servers of the rig run with `-ac`. */
  static connect(display: number): Promise<XClient> {
    return new Promise((resolve, reject) => {
      const socket = createConnection(`/tmp/.X11-unix/X${display}`);
      let received: Buffer = Buffer.alloc(0);
      const fail = (error: Error) => {
        socket.destroy();
        reject(error);
      };
      const closed = () => fail(new Error('the X server closed the connection during setup'));
      const read = (chunk: Buffer) => {
        received = Buffer.concat([received, chunk]);
        if (received.length < 8) return;
        const length = 8 + received.readUInt16LE(6) * 4;
        if (received.length < length) return;
        if (received[0] !== 1)
          return fail(new Error(`X refused: ${received.toString('latin1', 8, 8 + (received[1] ?? 0))}`));
        socket.off('data', read).off('error', fail).off('close', closed);
        resolve(new XClient(socket, received.subarray(0, length), received.subarray(length)));
      };
      socket.on('data', read).on('error', fail).on('close', closed);
      const hello = Buffer.alloc(12);
      hello.write('l', 0);
      hello.writeUInt16LE(11, 2);
      socket.write(hello);
    });
  }

  /** A new resource id. */
  id(): number {
    return this.#nextId++;
  }

  /** Sends a request: opcode, its data byte, and the rest as 32-bit words or bytes (padded here). */
  send(opcode: number, data: number, ...body: readonly (number | Uint8Array)[]): number {
    const parts = body.map((part) => (typeof part === 'number' ? word(part) : padded(part)));
    const length = parts.reduce((sum, part) => sum + part.length, 4);
    const head = Buffer.alloc(4);
    head[0] = opcode;
    head[1] = data;
    head.writeUInt16LE(length / 4, 2);
    this.#socket.write(Buffer.concat([head, ...parts]));
    this.#sequence = (this.#sequence + 1) & 0xffff;
    return this.#sequence;
  }

  /** Sends a request that has a reply. */
  ask(opcode: number, data: number, ...body: readonly (number | Uint8Array)[]): Promise<Buffer> {
    if (this.#ended) return Promise.reject(this.#ended);
    const sequence = this.send(opcode, data, ...body);
    return new Promise((resolve, reject) => this.#waiting.set(sequence, { resolve, reject }));
  }

  /** Waits until the server has done all that was sent; throws what went wrong with it. */
  async sync(): Promise<void> {
    await this.ask(X.GetInputFocus, 0);
    if (this.errors.length > 0) throw new Error(`X: ${this.errors.splice(0).join(', ')}`);
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= 32) {
      const kind = this.#received[0];
      const length = kind === 1 ? 32 + this.#received.readUInt32LE(4) * 4 : 32;
      if (this.#received.length < length) return;
      const message = this.#received.subarray(0, length);
      this.#received = this.#received.subarray(length);
      if (kind === 1) this.#take(message)?.resolve(message);
      else if (kind === 0) {
        const text = `error ${message[1]} in request ${message[10]}, value ${message.readUInt32LE(4)}`;
        const waiting = this.#take(message);
        if (waiting) waiting.reject(new Error(`X: ${text}`));
        else this.errors.push(text);
      } else this.onEvent(Buffer.from(message));
    }
  }

  #take(message: Buffer) {
    const sequence = message.readUInt16LE(2);
    const waiting = this.#waiting.get(sequence);
    this.#waiting.delete(sequence);
    return waiting;
  }

  #end(error: Error): void {
    this.#ended = error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** Two 16-bit fields as the word they make. */
export const pair = (low: number, high: number): number => ((low & 0xffff) | (high << 16)) >>> 0;

export const X = {
  CreateWindow: 1,
  ChangeWindowAttributes: 2,
  MapWindow: 8,
  GetGeometry: 14,
  QueryTree: 15,
  QueryPointer: 38,
  WarpPointer: 41,
  SetInputFocus: 42,
  GetInputFocus: 43,
  QueryKeymap: 44,
  OpenFont: 45,
  CreatePixmap: 53,
  CreateGC: 55,
  ClearArea: 61,
  PutImage: 72,
  GetImage: 73,
  QueryColors: 91,
  CreateGlyphCursor: 94,
  QueryExtension: 98,
  GetKeyboardMapping: 101,
  ChangeKeyboardControl: 102,
} as const;

function parseScreen(setup: Buffer): XScreen {
  const vendorLength = setup.readUInt16LE(24);
  const formatCount = setup[29] ?? 0;
  let at = 40 + Math.ceil(vendorLength / 4) * 4;
  const bitsPerPixel = new Map<number, number>();
  for (let i = 0; i < formatCount; i++, at += 8) bitsPerPixel.set(setup[at] ?? 0, setup[at + 1] ?? 0);
  const depth = setup[at + 38] ?? 0;
  const visual = findVisual(setup, at, setup.readUInt32LE(at + 32));
  return {
    root: setup.readUInt32LE(at),
    colormap: setup.readUInt32LE(at + 4),
    width: setup.readUInt16LE(at + 20),
    height: setup.readUInt16LE(at + 22),
    depth,
    bitsPerPixel: bitsPerPixel.get(depth) ?? 0,
    visualClass: setup[visual + 4] ?? 0,
    masks: [setup.readUInt32LE(visual + 8), setup.readUInt32LE(visual + 12), setup.readUInt32LE(visual + 16)],
    minKeycode: setup[34] ?? 8,
    maxKeycode: setup[35] ?? 255,
  };
}

/** Offset of the visual in the setup reply. */
function findVisual(setup: Buffer, screen: number, visual: number): number {
  const depthCount = setup[screen + 39] ?? 0;
  let at = screen + 40;
  for (let i = 0; i < depthCount; i++) {
    const visualCount = setup.readUInt16LE(at + 2);
    at += 8;
    for (let j = 0; j < visualCount; j++, at += 24) if (setup.readUInt32LE(at) === visual) return at;
  }
  throw new Error(`the X server does not describe its root visual ${visual}`);
}

function word(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value >>> 0);
  return buffer;
}

function padded(bytes: Uint8Array): Uint8Array {
  if (bytes.length % 4 === 0) return bytes;
  const buffer = Buffer.alloc(Math.ceil(bytes.length / 4) * 4);
  buffer.set(bytes);
  return buffer;
}
