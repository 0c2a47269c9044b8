import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { pixelFormats } from '../../../src/rfb/protocol/pixel-format.ts';
import { Session } from '../../../src/rfb/session/session.ts';
import { u16, u32, type WirePart, wire } from '../../support/decode.ts';
import { HeldPipe } from '../../support/held-pipe.ts';
import { opening } from '../../support/server-bytes.ts';
import { updateDecoders } from '../../support/update-decoders.ts';

const RAW = 0;
const COPY_RECT = 1;
const TIGHT = 7;
const DESKTOP_SIZE = -223;

const SIDE = 4096;
const TIMES = 3000;
const whole = { width: SIDE, height: SIDE };
const mapped = { ...pixelFormats.bgr233, trueColour: false, bitsPerPixel: 16, depth: 16 };

const rect = (width: number, height: number, type: number, ...payload: readonly WirePart[]) =>
  wire(u16(0), u16(0), u16(width), u16(height), u32(type), ...payload);
const update = (...rects: readonly Uint8Array[]) => wire(0, 0, u16(rects.length), ...rects);
const often = (...bytes: readonly Uint8Array[]) => Array.from({ length: TIMES }, () => bytes).flat();
const nothing = update(rect(1, 1, RAW, 0, 0));

describe.each(updateDecoders)('%s: a server that asks for more than there is time for', (decoder) => {
  test.each([
    ['fills', whole, update(...often(rect(SIDE, SIDE, TIGHT, 0x80, '01 02 03')))],
    ['copies', whole, update(...often(rect(SIDE, SIDE, COPY_RECT, u32(0))))],
    ['resizes', whole, update(...often(rect(SIDE, SIDE, DESKTOP_SIZE), rect(1, 1, DESKTOP_SIZE)))],
    ['resizes of little', whole, update(...often(rect(2, 1, DESKTOP_SIZE), rect(1, 1, DESKTOP_SIZE)))],
    ['colour maps', { pixelFormat: mapped }, wire(...often(wire(1, 0, u16(0), u16(1), u16(0), u32(0)), nothing))],
  ])('%s: timers fire all the same, and a close ends it', async (_what, screen, bytes) => {
    const pipe = new HeldPipe(opening(screen), [bytes], { stays: true });
    const session = await Session.open(pipe, { decoder, pixelFormat: 'native' });
    expect(session.decoder).toBe(decoder);
    const began = new Promise<void>((resolve) => session.once('updateBegin', resolve));
    pipe.release();
    const started = performance.now();
    await began;
    await sleep(50);
    expect(performance.now() - started).toBeLessThan(1000);
    await session.close();
    const painted = [...session.state.rectCounts.values()];
    await sleep(50);
    expect([...session.state.rectCounts.values()]).toEqual(painted);
  });
});
