import { constants, deflateRawSync } from 'node:zlib';

/** How far back deflate may refer. */
const WINDOW = 32 * 1024;

/** CMF and FLG of RFC 1950: deflate, 32 KiB window, no dictionary. */
const HEADER = Uint8Array.of(0x78, 0x9c);

/**
 * One zlib stream over many rectangles. Each piece is compressed on its own, with the previous 32 KiB as its dictionary: on
 * the wire that is one continuous stream, and here it needs neither a thread nor closing.
 */
export class DeflateStream {
  #window: Uint8Array = new Uint8Array(0);
  #started = false;

  /** The next bytes of the stream, up to a sync flush: all of `bytes` can be inflated from them. */
  deflate(bytes: Uint8Array): Uint8Array {
    const dictionary = this.#window.length > 0 ? { dictionary: this.#window } : {};
    const blocks = deflateRawSync(bytes, { ...dictionary, finishFlush: constants.Z_SYNC_FLUSH });
    const piece = this.#started ? blocks : Buffer.concat([HEADER, blocks]);
    this.#started = true;
    this.#window = Buffer.concat([this.#window, bytes.subarray(-WINDOW)]).subarray(-WINDOW);
    return piece;
  }
}
