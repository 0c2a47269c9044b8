import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MAX_DESKTOP_PIXELS, MAX_DESKTOP_SIDE } from '../../../src/rfb/protocol/limits.ts';
import { RGBX8888 } from '../../../src/rfb/protocol/pixel-format.ts';
import { PixelReader } from '../../../src/rfb/protocol/pixel-reader.ts';
import type { Rect } from '../../../src/rfb/protocol/rect.ts';
import { Choices, choicesFrom, randomNumbers } from '../../fuzz/choices.ts';
import { tight, zlib, zrle } from '../../fuzz/compressed-rects.ts';
import { compareDecoders, decodeStream } from '../../fuzz/decode-case.ts';
import { anyCuts, bytesOf, generateCase, withHeader } from '../../fuzz/fuzz-case.ts';
import { recordedRun } from '../../fuzz/fuzz-run.ts';
import { keptStreams } from '../../fuzz/kept-streams.ts';
import { mutate } from '../../fuzz/mutate.ts';
import { hextile, raw } from '../../fuzz/plain-rects.ts';
import { Scene } from '../../fuzz/scene.ts';

/** For each property below, in milliseconds: RFBCTL_FUZZ_MS lengthens it. A failure prints the seed that repeats it. */
const BUDGET_MS = Number(process.env.RFBCTL_FUZZ_MS ?? 2700);

const timeBox = { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: BUDGET_MS };
const timeout = BUDGET_MS * 2 + 60_000;

const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown) => unhandled.push(reason);
beforeAll(() => void process.on('unhandledRejection', onUnhandled));
afterAll(() => void process.off('unhandledRejection', onUnhandled));

/** What generators decide: see `Choices`. */
const tape = fc.array(fc.nat(0xffffffff), { minLength: 1, maxLength: 600, size: 'max' });
const LIMITS = { updates: 6, rects: 8, pseudoOneIn: 16 };

test('what a server may say, and what it may not, is the same to both decoders', { timeout }, async () => {
  const property = fc.asyncProperty(tape, async (numbers) => {
    const choices = choicesFrom(numbers);
    const made = generateCase(choices, LIMITS);
    const bytes = bytesOf(made);
    const cuts = anyCuts(choices, bytes.length);
    const referenceCuts = anyCuts(choices, bytes.length);
    expect(await compareDecoders({ ...made, bytes }, made.expected, cuts, referenceCuts)).toBeUndefined();
    expect(unhandled).toEqual([]);
  });
  await fc.assert(property, timeBox);
});

test('so are the same bytes with something wrong', { timeout }, async () => {
  const property = fc.asyncProperty(tape, async (numbers) => {
    const choices = choicesFrom(numbers);
    const made = generateCase(choices, LIMITS);
    const bytes = mutate(choices, bytesOf(made));
    const cuts = anyCuts(choices, bytes.length);
    expect(await compareDecoders({ ...made, bytes }, 'the same', cuts)).toBeUndefined();
    expect(unhandled).toEqual([]);
  });
  await fc.assert(property, timeBox);
});

test('so are recordings with something wrong', { timeout }, async () => {
  const property = fc.asyncProperty(tape, async (numbers) => {
    const { stream, expected, cuts } = recordedRun(choicesFrom(numbers));
    expect(await compareDecoders(stream, expected, cuts)).toBeUndefined();
    expect(unhandled).toEqual([]);
  });
  await fc.assert(property, timeBox);
});

test('the largest desktop with the longest rows, at its far corner', { timeout }, async () => {
  const [width, height] = [MAX_DESKTOP_SIDE, MAX_DESKTOP_PIXELS / MAX_DESKTOP_SIDE];
  const choices = new Choices(randomNumbers(1));
  const scene = new Scene(choices, new PixelReader(RGBX8888), width, height);
  const rect = (at: Rect, type: number, write: (scene: Scene, rect: Rect) => void) => {
    write(scene, at);
    return withHeader(scene, at, type);
  };
  const rows = { x: 0, y: height - 70, width, height: 3 };
  const corner = { x: width - 70, y: height - 68, width: 70, height: 68 };
  const rects = [
    rect(rows, 0, raw),
    rect(rows, 6, zlib),
    // More than a window of inflate's in each row, with every filter and without.
    ...Array.from({ length: 24 }, () => rect(rows, 7, tight)),
    rect({ ...rows, height: 64 }, 16, zrle),
    ...[0, 1, 2, 3].flatMap(() => [rect(corner, 5, hextile), rect(corner, 16, zrle), rect(corner, 7, tight)]),
    withHeader(scene, { x: 0, y: 0, width: width - 1, height }, -223),
    rect({ ...rows, width: width - 1 }, 7, tight),
  ];
  const bytes = bytesOf({ messages: [{ rects }] });
  for (const cuts of [[], [1460], [65_536]]) {
    expect(await compareDecoders({ width, height, pixelFormat: RGBX8888, bytes }, 'accepted', cuts)).toBeUndefined();
  }
});

describe('streams worth keeping', () => {
  const streams = keptStreams();

  test('there are some', () => expect(streams.length).toBeGreaterThan(20));

  test.each(streams)('$name: $why', async ({ expected, cuts, ...stream }) => {
    for (const pieces of [cuts, [], [1]]) expect(await compareDecoders(stream, expected, pieces)).toBeUndefined();
  });

  test('however they are cut, each decoder says the same', async () => {
    for (const { cuts, ...stream } of streams) {
      const digests = [cuts, [], [1], [5, 1, 300]].map(
        async (pieces) => (await decodeStream('core', stream, pieces)).digest,
      );
      expect(new Set(await Promise.all(digests)).size, stream.name).toBe(1);
    }
  });
});
