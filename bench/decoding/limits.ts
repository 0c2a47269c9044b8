/** What no decoder can beat: `limits.ts STREAM.rfb[.gz] STREAM.json --decoder memcpy|inflate`. */
import { constants, createInflate } from 'node:zlib';
import { cut, readStream } from '../streams.ts';
import { now } from './clock.ts';
import { parseRunArgs } from './run-args.ts';
import { answerLines } from './run-lines.ts';
import { pixelsOf } from './session-decoder.ts';
import { type ZlibStream, zlibPayloads } from './zlib-payloads.ts';

/**
 * Node's zlib as its own streams drive it, but without their threads and events. Not documented, so for measuring only:
 * `_writeState` receives what is left of output and input.
 */
interface InflateHandle {
  readonly _handle: {
    writeSync(
      flush: number,
      input: Uint8Array,
      inOffset: number,
      inLength: number,
      output: Uint8Array,
      outOffset: number,
      outLength: number,
    ): void;
  };
  readonly _writeState: Uint32Array;
  close(): void;
}

/** Stays in the cache, as a decoder's own would. */
const OUTPUT_LENGTH = 256 * 1024;

const { stream, options, decoder } = parseRunArgs();
const pixels = await pixelsOf(stream);
const measured = decoder === 'inflate' ? inflate() : memcpy();
await answerLines(() => ({ seconds: measured() }), { ...options, pixels, decoder: decoder ?? 'memcpy' });

/** As many pixels as the stream paints, a framebuffer at a time, 32 bits each. */
function memcpy(): () => number {
  const from = new Uint32Array(stream.width * stream.height).fill(1);
  const to = new Uint32Array(from.length).fill(2);
  return () => {
    const start = now();
    for (let left = pixels; left > 0; left -= from.length) to.set(left < from.length ? from.subarray(0, left) : from);
    return now() - start;
  };
}

/** The payloads as they arrived, one after the other, into one small buffer. */
function inflate(): () => number {
  const streams = zlibPayloads(stream, readStream(stream.file));
  if (!streams) throw new Error(`${stream.name} has no zlib payloads that can be found without decoding`);
  const joined = streams.map((payloads) => cut(Buffer.concat(payloads)));
  const output = new Uint8Array(OUTPUT_LENGTH);
  return () => joined.reduce((seconds, pieces) => seconds + inflateAll(pieces, output), 0);
}

function inflateAll(pieces: ZlibStream, output: Uint8Array): number {
  const zlib = createInflate() as unknown as InflateHandle;
  const start = now();
  for (const piece of pieces) {
    for (let left = piece.length, room = 0; left > 0 || room === 0; ) {
      zlib._handle.writeSync(constants.Z_SYNC_FLUSH, piece, piece.length - left, left, output, 0, output.length);
      [room = 0, left = 0] = zlib._writeState;
    }
  }
  const seconds = now() - start;
  zlib.close();
  return seconds;
}
