import { join, resolve } from 'node:path';
import { constants, inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { isWanted } from '../../bench/decoding/bench.ts';
import { checkPicture } from '../../bench/decoding/compare.ts';
import { type Result, ratios, report, speed } from '../../bench/decoding/report.ts';
import { SessionDecoder } from '../../bench/decoding/session-decoder.ts';
import { zlibPayloads } from '../../bench/decoding/zlib-payloads.ts';
import { cut, fixturesDirectory, readStream, type Stream, streamsIn } from '../../bench/streams.ts';
import * as library from '../../src/index.ts';

const streams = streamsIn(join(resolve(import.meta.dirname, '../..'), 'fixtures/sessions'));
const fixture = (name: string): Stream => {
  const stream = streams.find((candidate) => candidate.name === name);
  if (!stream) throw new Error(`no fixture is called ${name}`);
  return stream;
};

describe('decoding a stream through a session', () => {
  const stream = fixture('xtigervnc-tight-rgbx8888');
  const bytes = readStream(stream.file);
  const decode = (pieces: readonly Uint8Array[]) => new SessionDecoder(library, stream, pieces).decode();

  test('shows the right picture, again and again', async () => {
    const decoder = new SessionDecoder(library, stream, cut(bytes, 1000));
    for (let run = 0; run < 2; run++) {
      const { seconds, rgba, decoder: name } = await decoder.decode();
      expect(name).toBe('core');
      expect(seconds).toBeGreaterThan(0);
      checkPicture(stream, rgba?.() ?? new Uint8Array(0));
    }
  });

  test('counts all pixels of all rectangles', async () => {
    const pixels = await new SessionDecoder(library, stream, cut(bytes)).countPixels();
    expect(pixels).toBeGreaterThan(stream.width * stream.height);
    const raw = fixture('xtigervnc-raw-bgr233');
    const rawBytes = readStream(raw.file);
    // A byte a pixel, and little else.
    const counted = await new SessionDecoder(library, raw, cut(rawBytes)).countPixels();
    expect(counted).toBeLessThan(rawBytes.length);
    expect(counted).toBeGreaterThan(rawBytes.length * 0.9);
  });

  test('is no result when bytes are left over or broken', async () => {
    await expect(decode(cut(Buffer.concat([bytes, Buffer.of(0)])))).rejects.toThrow(/: 1 of \d+ bytes not decoded/);
    await expect(decode(cut(Buffer.concat([bytes, Buffer.of(77)])))).rejects.toThrow(/server message 77/);
    await expect(decode(cut(bytes.subarray(0, -1)))).rejects.toThrow(/bytes not decoded/);
  });

  test('a wrong picture is no result', () => {
    const wrong = new Uint8Array(stream.width * stream.height * 4).fill(255);
    expect(() => checkPicture(stream, wrong)).toThrow(/wrong picture: sha256/);
    const lossy = fixture('xtigervnc-tight-jpeg-rgbx8888');
    expect(() => checkPicture(lossy, wrong)).toThrow(/wrong picture: \d+\.\d dB/);
  });
});

test.each(streamsIn(fixturesDirectory))('$name shows what its server showed', async (stream) => {
  const { rgba } = await new SessionDecoder(library, stream, cut(readStream(stream.file))).decode();
  checkPicture(stream, rgba?.() ?? new Uint8Array(0));
});

describe('zlib payloads', () => {
  test.each([
    'xtigervnc-tight-rgb565',
    'xtightvnc-tight-gradient-rgbx8888',
    'x11vnc-zrle-rgbx8888',
    'qemu-zlib-rgbx8888',
  ])('of %s inflate, joined per stream', (name) => {
    const stream = fixture(name);
    const found = zlibPayloads(stream, readStream(stream.file)) ?? [];
    expect(found.length).toBeGreaterThan(0);
    for (const payloads of found) {
      const inflated = inflateSync(Buffer.concat(payloads), { finishFlush: constants.Z_SYNC_FLUSH });
      expect(inflated.length).toBeGreaterThan(0);
    }
  });

  test('cannot be found where the length of a rectangle is in its pixels', () => {
    const stream = fixture('qemu-hextile-rgbx8888');
    expect(zlibPayloads(stream, readStream(stream.file))).toBeUndefined();
  });
});

describe('the report', () => {
  const result = (stream: string, seconds: Record<string, readonly number[]>): Result => ({
    stream,
    pixels: 8e6,
    samples: new Map(Object.entries(seconds)),
  });
  const results = [
    result('a', { reference: [1, 2, 9], libvncclient: [1, 1, 1], memcpy: [0.1] }),
    result('b', { reference: [2], libvncclient: [16] }),
    result('c', { reference: [2] }),
  ];

  test('goes by medians', () => expect(speed(results[0] as Result, 'reference')).toBe(4));

  test('compares ours with peers, where both are', () => {
    expect(ratios(results).map(({ name, of }) => [name, results.map(of)])).toEqual([
      ['reference / libvncclient', [0.5, 8, undefined]],
    ]);
  });

  test('leaves out who has no result, and says how many streams a mean is of', () => {
    const lines = report(results, ['reference', 'libvncclient', 'novnc', 'memcpy']).split('\n');
    const cells = lines.map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    expect(cells[0]).toEqual(['Mpixel/s', 'reference', 'libvncclient', 'memcpy', 'reference / libvncclient']);
    expect(cells[2]).toEqual(['a', '4.00', '8.00', '80.0', '0.50']);
    expect(cells.at(-1)).toEqual(['geometric mean (streams)', '', '', '', '2.00 (2)']);
  });
});

test.each([
  [[], true],
  [['zrle'], true],
  [['zrle/core'], false],
  [['/novnc'], true],
  [['tight', 'desk/novnc'], true],
  [['tight'], false],
])('--only %j', (only, wanted) => expect(isWanted(only, 'zrle-desktop-1080', 'novnc')).toBe(wanted));
