import { join, resolve } from 'node:path';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RfbError } from '../../../src/rfb/errors.ts';
import { pixelFormats } from '../../../src/rfb/protocol/pixel-format.ts';
import { encodeText } from '../../../src/rfb/protocol/text.ts';
import { within } from '../../../src/rfb/session/deadline.ts';
import { Session, type SessionOptions } from '../../../src/rfb/session/session.ts';
import { u16, u32, type WirePart, wire } from '../../support/decode.ts';
import { memoryInUse } from '../../support/memory.ts';
import { mutated, mutations } from '../../support/mutations.ts';
import { recordedPipe } from '../../support/pipes.ts';
import { recordedStreams, sha256 } from '../../support/recorded-streams.ts';
import { cutAt } from '../../support/segmentations.ts';
import { opening, serverInit } from '../../support/server-bytes.ts';

/** For each property below, in milliseconds: RFBCTL_FUZZ_MS lengthens it. A failure prints the seed that repeats it. */
const BUDGET_MS = Number(process.env.RFBCTL_FUZZ_MS ?? 3000);

const timeBox = { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: BUDGET_MS };
const timeout = BUDGET_MS * 2 + 30_000;

/** Far more than any run takes on a busy machine. */
const RUN_LIMIT_MS = 20_000;

const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown) => unhandled.push(reason);
beforeAll(() => void process.on('unhandledRejection', onUnhandled));
afterAll(() => void process.off('unhandledRejection', onUnhandled));

/** A session with a server that says these bytes and leaves: what became of it. */
async function play(chunks: readonly Uint8Array[], options: SessionOptions) {
  const run = async () => {
    const session = await Session.open(recordedPipe(...chunks), options);
    if (!session.ended) await new Promise((resolve) => session.once('closed', resolve));
    return session;
  };
  const describe = () => 'the session neither ended nor failed';
  return await within(run(), { timeoutMs: RUN_LIMIT_MS, describe }).catch((error: unknown) => error);
}

/** It ends in a typed error of one line, with a picture that is whole in itself. */
function expectSane(outcome: unknown): void {
  const error = outcome instanceof Session ? outcome.ended : outcome;
  if (!(error instanceof RfbError)) throw error;
  expect(error.code).not.toBe('TIMED_OUT');
  expect(error.phase, error.message).toBeDefined();
  expect(error.message).toMatch(/^[^\r\n]{1,600}$/);
  if (outcome instanceof Session) {
    const { width, height, pixels } = outcome.framebuffer;
    expect(pixels.length).toBe(width * height);
  }
  expect(unhandled).toEqual([]);
}

/** Runs a property over mutations, and compares memory before and after: what is held, and the most that it ever was. */
async function expectSaneAlways<T>(property: fc.IAsyncProperty<T>): Promise<void> {
  await fc.assert(property, { numRuns: 20 });
  const [held, peak] = [memoryInUse(), process.resourceUsage().maxRSS];
  await fc.assert(property, timeBox);
  expect((memoryInUse() - held) / 1024 / 1024, 'MiB held').toBeLessThan(32);
  expect((process.resourceUsage().maxRSS - peak) / 1024, 'MiB at most').toBeLessThan(512);
}

/** What the server says in each recorded session, by the recording's name. */
const recorded = new Map(
  recordedStreams(join(resolve(import.meta.dirname, '../../..'), 'fixtures/sessions')).map((stream) => {
    const { name, width, height, pixelFormat } = stream;
    return [name, Buffer.concat([opening({ width, height, pixelFormat }), stream.bytes()])] as const;
  }),
);
const saidIn = (name: string): Uint8Array => recorded.get(name) ?? new Uint8Array(0);
const anyName = fc.constantFrom(...recorded.keys());
const native: SessionOptions = { pixelFormat: 'native', credentials: { password: 'secret' } };

test('any segmentation of any recorded session gives the same picture', { timeout }, async () => {
  const truths = new Map<string, string>();
  const picture = async (chunks: readonly Uint8Array[]) => {
    const outcome = await play(chunks, native);
    expect(outcome).toBeInstanceOf(Session);
    return outcome instanceof Session ? sha256(outcome.framebuffer.rgba()) : '';
  };
  const property = fc.asyncProperty(
    anyName,
    fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
    fc.nat(40),
    async (name, shares, cuts) => {
      const said = saidIn(name);
      const truth = truths.get(name) ?? (await picture([said]));
      truths.set(name, truth);
      const places = [...shares.take(cuts)].map((share) => Math.floor(share * said.length));
      expect(await picture(cutAt(said, places)), name).toBe(truth);
    },
  );
  await fc.assert(property, timeBox);
});

const rect = (x: number, y: number, width: number, height: number, type: number, ...payload: readonly WirePart[]) =>
  wire(u16(x), u16(y), u16(width), u16(height), u32(type), ...payload);
const sized = (bytes: Uint8Array) => wire(u32(bytes.length), bytes);
const pixel = '10 20 30 00';

/** Every message and every encoding once. */
const tour = wire(
  [2],
  wire(1, 0, u16(0), u16(2), new Uint8Array(12)),
  wire(3, 0, 0, 0, u32(4), encodeText('text')),
  wire(3, 0, 0, 0, u32(-8), u32(0x1f000001), u32(0)),
  wire(3, 0, 0, 0, u32(-4), u32(0x08000001)),
  wire(248, 0, 0, 0, u32(0x80000001), 4, 1, 2, 3, 4),
  [150],
  wire(0, 0, u16(19)),
  rect(0, 0, 2, 2, 0, pixel, pixel, pixel, pixel),
  rect(1, 1, 2, 2, 1, u16(0), u16(0)),
  rect(0, 0, 4, 4, 2, u32(1), pixel, pixel, u16(1), u16(1), u16(2), u16(2)),
  rect(0, 0, 4, 4, 4, u32(1), pixel, pixel, 1, 1, 2, 2),
  rect(0, 0, 17, 4, 5, 0b1110, pixel, pixel, 1, 0x11, 0x11, 0b11000, 1, pixel, 0, 0),
  rect(0, 0, 4, 4, 6, sized(deflateSync(new Uint8Array(64)))),
  rect(0, 0, 4, 4, 7, 0x80, '10 20 30'),
  rect(0, 0, 9, 1, 7, 0x40, 1, 1, '10 20 30 40 50 60', 0x55, 0x80),
  rect(0, 0, 3, 1, 7, 0x50, 2, '10 20 30 01 01 01 02 02 02'),
  rect(0, 0, 4, 4, 15, 2, '10 20 30 40 50 60', 0x50, 0xa0, 0x50, 0xa0),
  rect(0, 0, 4, 4, 15, 130, '10 20 30 40 50 60', 0x80, 14, 1),
  rect(0, 0, 4, 4, 16, sized(deflateSync(wire(128, '10 20 30', 7, '40 50 60', 7)))),
  rect(0, 0, 2, 1, -239, pixel, pixel, 0xc0),
  rect(0, 0, 8, 1, -240, '10 20 30 40 50 60', 0x55, 0xff),
  rect(0, 0, 1, 1, -314, u32(0), pixel),
  rect(0, 0, 24, 8, -308, 1, 0, 0, 0, new Uint8Array(16)),
  rect(0, 0, 20, 6, -223),
  rect(0, 0, 0, 0, -307, sized(encodeText('name'))),
  rect(0, 0, 0, 0, -224),
);

const challenge = Uint8Array.from({ length: 16 }, (_, i) => i);
const text = (words: string) => sized(encodeText(words));
const greeting = (version: string) => encodeText(`RFB ${version}\n`);
const OK = u32(0);
const FAILED = u32(1);
const screen = { width: 20, height: 6 };

const conversations: readonly (readonly [what: string, bytes: Uint8Array])[] = [
  ['3.8, None', wire(opening(screen), tour)],
  ['3.7, None', wire(greeting('003.007'), [1, 1], serverInit(screen), tour)],
  ['3.3, None', wire(greeting('003.003'), u32(1), serverInit(screen), tour)],
  ['3.8, VNC authentication', wire(greeting('003.008'), [2, 2, 1], challenge, OK, serverInit(screen), tour)],
  ['3.3, VNC authentication', wire(greeting('003.003'), u32(2), challenge, OK, serverInit(screen), tour)],
  ['a wrong password', wire(greeting('003.008'), [1, 2], challenge, FAILED, text('Authentication\r\nfailed'))],
  ['a refusal', wire(greeting('003.889'), [0], text('Too many security failures'))],
  ['a 3.3 refusal', wire(greeting('003.005'), u32(0), text('busy'))],
  ['16 bits', wire(opening({ ...screen, pixelFormat: pixelFormats.rgb565 }), tour)],
  ['a colour map', wire(opening({ ...screen, pixelFormat: { ...pixelFormats.bgr233, trueColour: false } }), tour)],
];

test.each(conversations)('unmutated, the conversation is understood: %s', async (what, bytes) => {
  const outcome = await play([bytes], { ...native, pixelFormat: 'rgbx8888' });
  expectSane(outcome);
  if (/None|VNC/.test(what)) {
    expect(outcome).toMatchObject({
      ended: { code: 'CONNECTION_LOST', message: expect.stringMatching(/^test: the server closed the connection;/) },
      state: { desktopName: 'name', updateCount: 1 },
      framebuffer: screen,
    });
  }
});

test('any mutation of a conversation ends in a typed error or a valid frame', { timeout }, async () => {
  const property = fc.asyncProperty(
    fc.constantFrom(...conversations.map(([what]) => what)),
    mutations,
    fc.boolean(),
    fc.constantFrom('native' as const, 'rgbx8888' as const),
    async (what, steps, whole, pixelFormat) => {
      const [, bytes = new Uint8Array(0)] = conversations.find(([name]) => name === what) ?? [];
      const said = mutated(bytes, steps);
      expectSane(await play(whole ? [said] : [said.subarray(0, 37), said.subarray(37)], { ...native, pixelFormat }));
    },
  );
  await expectSaneAlways(property);
});

test('any mutation of a recorded session ends in a typed error or a valid frame', { timeout }, async () => {
  /** So that most of the time goes into the beginnings, where mutations reach more. */
  const HEAD = 8000;
  const property = fc.asyncProperty(anyName, mutations, async (name, steps) => {
    expectSane(await play([mutated(saidIn(name).subarray(0, HEAD), steps)], native));
  });
  await expectSaneAlways(property);
});
