import { ConnectionError, ProtocolError } from '../errors.ts';

/** Of one `need`; the protocol's own limits are lower, this one stops a mistake. */
const MAX_GRANT = 64 * 1024 * 1024;

/**
 * Pulls bytes from a pipe. Every read must have been granted before, by `need(n)` (waits) or `has(n)` (looks), for at
 * least as many bytes as are then read: a read beyond the grant throws at once, so that an underrun is a failing test
 * and never a wrong pixel.
 */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  /** May be a Buffer, whose `slice` is no copy: what is lent of it is a Uint8Array of its own. */
  #bytes: Uint8Array = new Uint8Array(0);
  /** Of `#bytes`, once there are numbers to read. */
  #numbers: DataView | undefined;
  #start = 0;
  #end = 0;
  /** Whether `#bytes` is ours to append to; a chunk from the pipe is borrowed and never written to. */
  #owned = true;
  #granted = 0;
  #received = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Bytes that have arrived over the whole connection. */
  get received(): number {
    return this.#received;
  }

  /** Bytes that have been read over the whole connection: the stream offset of the next read. */
  get offset(): number {
    return this.#received - this.buffered;
  }

  /** Bytes here and not yet read. */
  get buffered(): number {
    return this.#end - this.#start;
  }

  /** Grants `length` bytes when they are here already. */
  has(length: number): boolean {
    const enough = this.buffered >= length;
    this.#granted = enough ? length : 0;
    return enough;
  }

  /**
   * Waits for `length` bytes and grants them.
   * @throws ConnectionError `CONNECTION_LOST` when the pipe ends first
   */
  async need(length: number): Promise<void> {
    if (length > MAX_GRANT) throw new RangeError(`need(${length}): read in pieces of at most ${MAX_GRANT} bytes`);
    while (!this.has(length)) {
      this.#keep();
      this.#arrived(await this.#source.next(), length);
    }
  }

  /** Waits until at least one byte is here, and grants all that are here, at most `limit`. Returns how many. */
  async some(limit: number): Promise<number> {
    if (this.buffered === 0) await this.need(1);
    const length = Math.min(limit, this.buffered);
    this.#granted = length;
    return length;
  }

  u8(): number {
    return this.#data.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#data.getUint16(this.#take(2));
  }

  s16(): number {
    return this.#data.getInt16(this.#take(2));
  }

  u32(): number {
    return this.#data.getUint32(this.#take(4));
  }

  s32(): number {
    return this.#data.getInt32(this.#take(4));
  }

  /** Borrows the next `length` bytes: valid until the next `need`, `has` or `some`. Copy to keep, never write. */
  view(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#lend(at, length);
  }

  /** The next `length` bytes as a `DataView`, borrowed like `view`. */
  dataView(length: number): DataView {
    const at = this.#take(length);
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + at, length);
  }

  skip(length: number): void {
    this.#take(length);
  }

  /** Borrows what is here without reading it, at most `limit` bytes. */
  peek(limit: number): Uint8Array {
    return this.#lend(this.#start, Math.min(this.buffered, limit));
  }

  /** Reads and drops `length` bytes, however many, in pieces. */
  async discard(length: number): Promise<void> {
    for (let left = length; left > 0; ) {
      const piece = await this.some(left);
      this.skip(piece);
      left -= piece;
    }
  }

  /**
   * What has not been read, then the rest of the pipe: for a layer that takes the connection over (TLS inside RFB).
   * This reader must not be used afterwards.
   */
  async *rest(): AsyncGenerator<Uint8Array> {
    if (this.buffered > 0) yield this.#lend(this.#start, this.buffered).slice();
    this.#start = this.#end;
    for (;;) {
      const { value, done } = await this.#source.next();
      if (done) return;
      yield value;
    }
  }

  #take(length: number): number {
    if (length > this.#granted) {
      throw new RangeError(`read of ${length} bytes, granted are ${this.#granted}: a need() is missing`);
    }
    this.#granted -= length;
    const at = this.#start;
    this.#start += length;
    return at;
  }

  get #data(): DataView {
    this.#numbers ??= new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
    return this.#numbers;
  }

  #lend(at: number, length: number): Uint8Array {
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + at, length);
  }

  #arrived({ value, done }: IteratorResult<Uint8Array, unknown>, wanted: number): void {
    if (done) {
      const partial = this.buffered > 0 ? ` after ${this.buffered} of the ${wanted} bytes awaited` : '';
      throw new ConnectionError('CONNECTION_LOST', `the server closed the connection${partial}`);
    }
    if (!(value instanceof Uint8Array)) throw new ProtocolError('BAD_VALUE', 'the transport delivered no bytes');
    this.#received += value.length;
    this.#append(value, wanted);
  }

  /** A chunk is borrowed only until the next one is asked for: what has not been read of it is copied. */
  #keep(): void {
    const { buffered } = this;
    if (this.#owned || buffered === 0) return;
    const bytes = new Uint8Array(Math.max(4096, buffered * 2));
    bytes.set(this.#bytes.subarray(this.#start, this.#end));
    this.#adopt(bytes, 0, buffered, true);
  }

  #append(chunk: Uint8Array, wanted: number): void {
    const buffered = this.buffered;
    if (buffered === 0 && chunk.length >= wanted) {
      this.#adopt(chunk, 0, chunk.length, false);
      return;
    }
    const length = buffered + chunk.length;
    if (!this.#owned || this.#end + chunk.length > this.#bytes.length) {
      const reuse = this.#owned && length <= this.#bytes.length;
      // Doubling keeps the copying linear; `wanted` alone would grant a peer memory for what it only announced.
      const bytes = reuse ? this.#bytes : new Uint8Array(Math.max(4096, length * 2));
      bytes.set(this.#bytes.subarray(this.#start, this.#end));
      this.#adopt(bytes, 0, buffered, true);
    }
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  #adopt(bytes: Uint8Array, start: number, end: number, owned: boolean): void {
    if (bytes !== this.#bytes) this.#numbers = undefined;
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.#owned = owned;
  }
}
