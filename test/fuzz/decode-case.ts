import { RfbError, type RfbErrorCode } from '../../src/rfb/errors.ts';
import type { PixelFormat } from '../../src/rfb/protocol/pixel-format.ts';
import type { DecoderName } from '../../src/rfb/protocol/update-decoder.ts';
import { within } from '../../src/rfb/session/deadline.ts';
import { Session } from '../../src/rfb/session/session.ts';
import { HeldPipe } from '../support/held-pipe.ts';
import { opening } from '../support/server-bytes.ts';
import { type Cuts, cut } from './fuzz-case.ts';
import { Guards } from './guards.ts';
import type { Expected } from './scene.ts';

/** Far more than any stream takes on a busy machine. */
const DEADLINE_MS = 200_000;

export interface Stream {
  readonly width: number;
  readonly height: number;
  readonly pixelFormat: PixelFormat;
  readonly bytes: Uint8Array;
}

/** What a session told its listeners, and how it ended. */
export interface Outcome {
  readonly code: RfbErrorCode;
  readonly message: string;
  /** Of everything that was told, in its order, and of the picture after each update. */
  readonly digest: number;
  readonly told: readonly string[];
}

/** Plays a stream through a session. With `tell`, `told` has everything in words. */
export async function decodeStream(
  decoder: DecoderName,
  { width, height, pixelFormat, bytes }: Stream,
  cuts: Cuts,
  tell = false,
): Promise<Outcome> {
  const pipe = new HeldPipe(opening({ width, height, pixelFormat }), cut(bytes, cuts), {
    lends: cuts.length % 2 === 1,
  });
  const session = await Session.open(pipe, { decoder, pixelFormat: 'native' });
  const guards = decoder === 'core' ? new Guards(session.framebuffer) : undefined;
  let digest = 0;
  const told: string[] = [];
  const note = (what: string, ...numbers: readonly number[]) => {
    for (const number of numbers) digest = (Math.imul(digest, 0x01000193) ^ number) | 0;
    if (tell) told.push(`${what} ${numbers.join(' ')}`);
  };
  session.on('message', (name, length) => note(name, length));
  // Where nobody listens, rectangles are only counted.
  if (bytes.length % 4 > 0) {
    session.on('painted', ({ x, y, width, height }, encoding) => note(encoding, x, y, width, height, encoding.length));
  }
  session.on('update', () => {
    guards?.check();
    note('update', hashOf(session.framebuffer.pixels));
  });
  session.on('resize', (...size) => {
    guards?.check();
    guards?.place();
    note('resize', ...size, hashOf(session.framebuffer.pixels));
  });
  session.on('cursor', (cursor) => note('cursor', cursor.width, cursor.height, ...cursor.rgba));
  session.on('stale', () => note('stale', 1));
  session.on('desktopSize', ({ status }) => note('desktop-size', status));
  session.on('desktopName', (name) => note(`desktop-name ${name}`, name.length));
  session.on('ledState', ({ numLock }) => note('led-state', numLock ? 1 : 0));
  session.on('fence', ({ payload }) => note('fence', payload.length));
  session.on('bell', () => note('bell', 2));
  const closed = new Promise((resolve) => session.once('closed', resolve));
  pipe.release();
  const describe = () => `${decoder}: the session did not end`;
  await within(closed, { timeoutMs: DEADLINE_MS, describe });
  guards?.check();
  for (const [encoding, count] of session.state.rectCounts) note(encoding, count);
  const error = session.ended;
  if (!(error instanceof RfbError)) throw error;
  if (error.cause instanceof Error && error.message.includes('gave up')) throw error.cause;
  return { code: error.code, message: error.message, digest, told };
}

/** How two decoders differ, in words; undefined where they do not. */
export async function compareDecoders(
  stream: Stream,
  expected: Expected,
  cuts: Cuts,
  referenceCuts: Cuts = [],
): Promise<string | undefined> {
  const [core, reference] = await Promise.all([
    decodeStream('core', stream, cuts),
    decodeStream('reference', stream, referenceCuts),
  ]);
  const problem = differenceOf(core, reference, expected);
  if (!problem) return undefined;
  const a = await decodeStream('core', stream, cuts, true);
  const b = await decodeStream('reference', stream, referenceCuts, true);
  const first = a.told.findIndex((line, i) => line !== b.told[i]);
  const at = first < 0 ? Math.min(a.told.length, b.told.length) : first;
  const words = [a, b].map(
    ({ told, message }) => `${told.slice(Math.max(0, at - 1), at + 2).join(' · ')} … ${message}`,
  );
  return `${problem} (after ${at} events)\n  core: ${words[0]}\n  reference: ${words[1]}`;
}

function differenceOf(core: Outcome, reference: Outcome, expected: Expected): string | undefined {
  // The one thing that the core does not look at is the checksum at the end of a zlib stream.
  if (expected === 'the same' && reference.message.endsWith('incorrect data check')) return undefined;
  if (core.digest !== reference.digest) return 'what they told differs';
  const codes = `core ${core.code}, reference ${reference.code}`;
  if (expected === 'the same') return sameKind(core.code, reference.code) ? undefined : codes;
  const wanted = expected === 'accepted' ? 'CONNECTION_LOST' : expected;
  if (core.code !== wanted || reference.code !== wanted) return `wanted is ${wanted}: ${codes}`;
  return undefined;
}

/**
 * Where more than one thing is wrong, it depends on the order of looking which is found: the reference waits for more bytes
 * than the core before it looks at any, and inflates 32 KiB before it looks at what they are.
 */
function sameKind(a: RfbErrorCode, b: RfbErrorCode): boolean {
  const more = ['CONNECTION_LOST', 'BAD_ZLIB'] as const;
  return a === b || more.some((code) => a === code || b === code);
}

function hashOf(pixels: Uint32Array): number {
  let hash = pixels.length;
  for (let i = 0; i < pixels.length; i++) hash = (Math.imul(hash, 31) + (pixels[i] ?? 0)) | 0;
  return hash;
}
