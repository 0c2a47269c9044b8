import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DecoderName } from '../../src/rfb/protocol/update-decoder.ts';
import { psnr, type RecordedStream, recordedStreams, sha256 } from '../support/recorded-streams.ts';
import { cutAt, pieces } from '../support/segmentations.ts';
import { StreamPlayer } from '../support/stream-player.ts';
import { createUpdateDecoder, updateDecoders } from '../support/update-decoders.ts';

const root = resolve(import.meta.dirname, '../..');
const corpusDirectory = process.env.RFBCTL_CORPUS ?? join(root, '../shared/corpus');

/** As a socket delivers them. */
const SOCKET_PIECE = 64 * 1024;

async function play(decoder: DecoderName, stream: RecordedStream, chunks: Iterable<Uint8Array>): Promise<Uint8Array> {
  const updates = await createUpdateDecoder(decoder);
  const player = new StreamPlayer(stream.width, stream.height, stream.pixelFormat, updates);
  await player.play(chunks);
  return player.framebuffer.rgba();
}

function expectTruth(stream: RecordedStream, rgba: Uint8Array): void {
  if (stream.truth.lossy) {
    expect(psnr(rgba, stream.truthPixels())).toBeGreaterThanOrEqual(40);
  } else {
    expect([stream.truth.sha256, ...Object.values(stream.truth.alt ?? {})]).toContain(sha256(rgba));
  }
}

const fixtures = recordedStreams(join(root, 'fixtures/sessions'));

describe.each(updateDecoders)('%s: sessions recorded from real servers', (decoder) => {
  test('there are some', () => expect(fixtures.length).toBeGreaterThan(20));

  describe.each(fixtures)('$name', (stream) => {
    const bytes = stream.bytes();

    test('shows what the server showed', async () => {
      expectTruth(stream, await play(decoder, stream, [bytes]));
    });

    test('byte by byte, too', async () => {
      expectTruth(stream, await play(decoder, stream, pieces(bytes, 1)));
    });

    test('however the bytes are cut', async () => {
      const places = fc.array(fc.nat(bytes.length), { maxLength: 40 });
      const property = fc.asyncProperty(places, async (at) =>
        expectTruth(stream, await play(decoder, stream, cutAt(bytes, at))),
      );
      await fc.assert(property, { numRuns: 3 });
    });
  });
});

if (!existsSync(corpusDirectory)) {
  process.stderr.write(
    `the big corpus is left out: ${corpusDirectory} is not there (RFBCTL_CORPUS names another place)\n`,
  );
}

describe.skipIf(!existsSync(corpusDirectory)).each(updateDecoders)('%s: the big corpus', (decoder) => {
  describe.each(recordedStreams(corpusDirectory))('$name', (stream) => {
    test('in the pieces of a socket', { timeout: 120_000 }, async () => {
      expectTruth(stream, await play(decoder, stream, pieces(stream.bytes(), SOCKET_PIECE)));
    });

    test('in random pieces', { timeout: 120_000 }, async () => {
      const bytes = stream.bytes();
      const places = Array.from({ length: 2000 }, () => Math.floor(Math.random() * bytes.length));
      expectTruth(stream, await play(decoder, stream, cutAt(bytes, places)));
    });
  });
});
