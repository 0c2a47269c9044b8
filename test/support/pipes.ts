import type { BytePipe } from '../../src/rfb/protocol/connection.ts';

/** Delivers `chunks` one at a time, each in its own turn of the event loop when `spaced`, then ends. */
export async function* chunksOf(chunks: Iterable<Uint8Array>, spaced = false): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    if (spaced) await new Promise((resolve) => setImmediate(resolve));
    yield chunk;
  }
}

/** A pipe that delivers `chunks` and keeps what is written to it. */
export function recordedPipe(...chunks: Uint8Array[]): BytePipe & { readonly written: Uint8Array[] } {
  const written: Uint8Array[] = [];
  return {
    name: 'test',
    written,
    incoming: chunksOf(chunks),
    async write(bytes) {
      written.push(bytes.slice());
    },
    async close() {},
  };
}
