import { join, resolve } from 'node:path';
import { recordedStreams } from '../support/recorded-streams.ts';
import { Choices, randomNumbers } from './choices.ts';
import type { Stream } from './decode-case.ts';
import { anyCuts, bytesOf, type CaseLimits, type Cuts, type FuzzCase, generateCase, rectCount } from './fuzz-case.ts';
import { mutate } from './mutate.ts';
import type { Expected } from './scene.ts';

/** One stream for both decoders, and how it arrives at each. */
export interface FuzzRun {
  readonly stream: Stream;
  readonly expected: Expected;
  readonly cuts: Cuts;
  readonly referenceCuts: Cuts;
  readonly rects: number;
  /** What it was made from, where it was not changed afterwards. */
  readonly made: FuzzCase | undefined;
}

/** So that most of the mutations are in what is read before the first error. */
const HEAD_LENGTH = 6000;

const recorded = recordedStreams(join(resolve(import.meta.dirname, '../..'), 'fixtures/sessions')).map((stream) => ({
  width: stream.width,
  height: stream.height,
  pixelFormat: stream.pixelFormat,
  head: new Uint8Array(stream.bytes().subarray(0, HEAD_LENGTH)),
}));

const LONG: CaseLimits = { updates: 150, rects: 30, pseudoOneIn: 16 };
const SHORT: CaseLimits = { updates: 12, rects: 8, pseudoOneIn: 16 };
/** More rectangles than the core tells of in one go. */
const CROWDED: CaseLimits = { updates: 2, rects: 700, pseudoOneIn: 1000 };

/** The `index`th run of a seed. */
export function fuzzRun(seed: number, index: number): FuzzRun {
  const choices = new Choices(randomNumbers(Math.imul(seed, 0x9e3779b1) ^ index));
  const kind = choices.below(200);
  if (kind === 0) return recordedRun(choices);
  const limits = kind < 6 ? CROWDED : kind < 70 ? LONG : SHORT;
  const made = generateCase(choices, limits);
  const whole = bytesOf(made);
  const rects = rectCount(made);
  let bytes = whole;
  let expected = made.expected;
  if (kind >= 170) {
    bytes = mutate(choices, whole);
    expected = 'the same';
  } else if (kind >= 160) {
    // Whatever comes later, it is not there.
    bytes = whole.subarray(0, choices.below(whole.length + 1));
    expected = made.expected === 'accepted' ? 'accepted' : 'the same';
  }
  const { width, height, pixelFormat } = made;
  return {
    stream: { width, height, pixelFormat, bytes },
    expected,
    cuts: anyCuts(choices, bytes.length),
    referenceCuts: choices.oneIn(4) ? anyCuts(choices, bytes.length) : [],
    rects,
    made: bytes === whole ? made : undefined,
  };
}

/** A recording's beginning, changed. */
export function recordedRun(choices: Choices): FuzzRun {
  const stream = choices.pick(recorded);
  if (!stream) throw new Error('fixtures/sessions has no recorded streams');
  const { head, ...screen } = stream;
  const bytes = mutate(choices, head);
  return {
    stream: { ...screen, bytes },
    expected: 'the same',
    cuts: anyCuts(choices, bytes.length),
    referenceCuts: [],
    rects: 1,
    made: undefined,
  };
}
