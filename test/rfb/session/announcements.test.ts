import { beforeAll, expect, test } from 'vitest';
import { Session } from '../../../src/rfb/session/session.ts';
import { u16, u32, type WirePart, wire } from '../../support/decode.ts';
import { memoryInUse } from '../../support/memory.ts';
import { opening } from '../../support/server-bytes.ts';

const SIDE = 1024;
const rect = (type: number, ...payload: readonly WirePart[]) =>
  wire(0, 0, u16(1), u16(0), u16(0), u16(SIDE), u16(SIDE), u32(type), ...payload);

/** In Tight's compact representation. */
const THREE_MIB = '80 80 c0';

/** The most that may be announced without being refused, and then nothing more comes. */
const announcements: readonly (readonly [what: string, bytes: Uint8Array])[] = [
  ['SetColourMapEntries', wire(1, 0, u16(0), u16(0xffff))],
  ['ServerCutText', wire(3, 0, 0, 0, u32(1024 * 1024))],
  ['ServerCutText that is passed over', wire(3, 0, 0, 0, u32(64 * 1024 * 1024))],
  ['ServerCutText of a negative length', wire(3, 0, 0, 0, u32(-64 * 1024 * 1024))],
  ['a raw rectangle', rect(0)],
  ['RRE', rect(2, u32(SIDE * SIDE), u32(0))],
  ['CoRRE', rect(4, u32(SIDE * SIDE), u32(0))],
  ['a raw tile of Hextile', rect(5, 1)],
  ['Zlib', rect(6, u32(SIDE * SIDE * 4))],
  ['Tight', rect(7, 0x00, THREE_MIB)],
  ['Tight with a palette', rect(7, 0x40, 1, 255)],
  ['Tight with a gradient', rect(7, 0x40, 2, THREE_MIB)],
  ['a JPEG', rect(7, 0x90, 'ff ff ff')],
  ['TRLE', rect(15, 128 + 127)],
  ['ZRLE', rect(16, u32(SIDE * SIDE * 4))],
  ['Cursor', rect(-239)],
  ['X Cursor', rect(-240)],
  ['Cursor With Alpha', rect(-314, u32(0))],
  ['DesktopName', rect(-307, u32(64 * 1024))],
  ['ExtendedDesktopSize', rect(-308, 255, 0, 0, 0)],
];

const SESSIONS = 4;

/** What is read at once (a batch of rows, of subrectangles), a tile, a palette, and what the engine adds of its own. */
const MODEST = 256 * 1024;

/** Delivers `bytes`, and then nothing, until it is closed. */
function silentAfter(bytes: Uint8Array) {
  let close = () => {};
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const incoming = (async function* () {
    yield bytes;
    await closed;
  })();
  return { name: 'test', incoming, write: async () => {}, close: async () => close() };
}

/** What a session takes that has heard this much, beside the framebuffer that ServerInit claims. */
async function memoryOfWaiting(bytes: Uint8Array): Promise<number> {
  const before = memoryInUse();
  const said = wire(opening({ width: SIDE, height: SIDE }), bytes);
  const sessions = await Promise.all(Array.from({ length: SESSIONS }, () => Session.open(silentAfter(said))));
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
  for (const session of sessions) expect(session.ended, 'the session waits').toBeUndefined();
  const each = (memoryInUse() - before) / SESSIONS;
  for (const session of sessions) await session.close();
  return each - SIDE * SIDE * 4;
}

// What is loaded or compiled once is no session's.
beforeAll(async () => void (await memoryOfWaiting(new Uint8Array(0))));

test.each(announcements)('%s takes no memory before its bytes have come', async (_what, bytes) => {
  expect(await memoryOfWaiting(bytes)).toBeLessThan(MODEST);
});
