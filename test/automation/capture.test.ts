import { expect, test } from 'vitest';
import { capture } from '../../src/automation/capture.ts';
import { ByteReader } from '../../src/rfb/bytes/byte-reader.ts';
import { ByteWriter } from '../../src/rfb/bytes/byte-writer.ts';
import type { BytePipe } from '../../src/rfb/protocol/connection.ts';
import {
  type FramebufferUpdateRequest,
  framebufferUpdateRequest,
} from '../../src/rfb/protocol/messages/client-to-server/framebuffer-update-request.ts';
import { setEncodings } from '../../src/rfb/protocol/messages/client-to-server/set-encodings.ts';
import { setPixelFormat } from '../../src/rfb/protocol/messages/client-to-server/set-pixel-format.ts';
import { RGBX8888, writePixelFormat } from '../../src/rfb/protocol/pixel-format.ts';
import type { Rect } from '../../src/rfb/protocol/rect.ts';
import { encodeText } from '../../src/rfb/protocol/text.ts';
import { Session } from '../../src/rfb/session/session.ts';
import { pipePair } from '../../src/server/pipe-pair.ts';

type Answer = (request: FramebufferUpdateRequest, count: number) => Uint8Array[];

/** A session with a server of that size that answers update requests as told. */
async function sessionWith(size: readonly [number, number], answer: Answer): Promise<Session> {
  const [client, server] = pipePair();
  serve(server, size, answer).catch(() => server.close());
  return Session.open(client);
}

async function serve(pipe: BytePipe, [width, height]: readonly [number, number], answer: Answer): Promise<void> {
  const reader = new ByteReader(pipe.incoming);
  await pipe.write(encodeText('RFB 003.008\n'));
  await reader.need(12);
  reader.skip(12);
  await pipe.write(Uint8Array.of(1, 1));
  await reader.need(1);
  reader.skip(1);
  await pipe.write(Uint8Array.of(0, 0, 0, 0));
  await reader.need(1);
  reader.skip(1);
  const init = new ByteWriter().u16(width).u16(height);
  writePixelFormat(init, RGBX8888);
  await pipe.write(init.u32(0).take());
  for (let count = 0; ; ) {
    await reader.need(1);
    const type = reader.u8();
    if (type === 0) await setPixelFormat.read(reader);
    else if (type === 2) await setEncodings.read(reader);
    else for (const bytes of answer(await framebufferUpdateRequest.read(reader), count++)) await pipe.write(bytes);
  }
}

/** An update with raw rectangles, every pixel of which has the red value given. */
function update(...rects: (Rect & { red: number })[]): Uint8Array {
  const out = new ByteWriter().u8(0).pad(1).u16(rects.length);
  for (const { x, y, width, height, red } of rects) {
    out.u16(x).u16(y).u16(width).u16(height).s32(0);
    for (let i = 0; i < width * height; i++) out.u8(red).u8(0).u8(0).u8(0);
  }
  return out.take();
}

/** An update with one pseudo-rectangle of this type and size. */
function pseudo(type: number, width = 0, height = 0): Uint8Array {
  return new ByteWriter().u8(0).pad(1).u16(1).u16(0).u16(0).u16(width).u16(height).s32(type).take();
}

const all = (width: number, height: number, red: number) => ({ x: 0, y: 0, width, height, red });

test('a full answer is the picture, opaque', async () => {
  await using session = await sessionWith([3, 2], () => [update(all(3, 2, 7))]);
  const picture = await capture(session);
  expect(picture).toMatchObject({ width: 3, height: 2 });
  expect([...picture.rgba]).toEqual(Array.from({ length: 6 }, () => [7, 0, 0, 255]).flat());
});

test('a picture that comes in parts is asked for until it is whole', async () => {
  const requests: FramebufferUpdateRequest[] = [];
  await using session = await sessionWith([4, 1], (request, count) => {
    requests.push(request);
    return [update({ x: count, y: 0, width: 1, height: 1, red: count + 1 })];
  });
  const { rgba } = await capture(session);
  expect([rgba[0], rgba[4], rgba[8], rgba[12]]).toEqual([1, 2, 3, 4]);
  expect(requests[0]).toMatchObject({ incremental: false, x: 0, width: 4 });
  expect(requests[3]).toMatchObject({ incremental: true, x: 3, width: 1 });
});

test('a resize before the pixels, and one in the midst of them, start over', async () => {
  const answers = [
    [pseudo(-223, 2, 2)],
    [update({ x: 0, y: 0, width: 2, height: 1, red: 1 }), pseudo(-223, 3, 1)],
    [update(all(3, 1, 9))],
  ];
  await using session = await sessionWith([1, 1], (_request, count) => answers[Math.min(count, 2)] ?? []);
  const { width, height, rgba } = await capture(session);
  expect([width, height]).toEqual([3, 1]);
  expect([...rgba]).toEqual(Array.from({ length: 3 }, () => [9, 0, 0, 255]).flat());
});

test('a server that consumes a full request with a pseudo-rectangle is asked incrementally', async () => {
  await using session = await sessionWith([2, 2], ({ incremental }) =>
    incremental ? [update(all(2, 2, 5))] : [pseudo(-258)],
  );
  expect((await capture(session, { timeoutMs: 5000 })).rgba[0]).toBe(5);
});

test('a server that loses the first request is asked again', async () => {
  await using session = await sessionWith([2, 2], (_request, count) => (count === 0 ? [] : [update(all(2, 2, 5))]));
  expect((await capture(session, { timeoutMs: 5000 })).rgba[0]).toBe(5);
});

test('a region is cut out, and one off the screen is an error', async () => {
  await using session = await sessionWith([4, 2], () => [update(all(4, 2, 3))]);
  expect(await capture(session, { region: { x: 1, y: 1, width: 2, height: 1 } })).toMatchObject({
    width: 2,
    height: 1,
  });
  await expect(capture(session, { region: { x: 3, y: 0, width: 2, height: 1 } })).rejects.toMatchObject({
    code: 'ACTION_FAILED',
    message: expect.stringMatching(/2x1 at 3,0 is not on the 4x2 screen/),
  });
});

test('a silent server ends in a timeout that says how much had come', async () => {
  await using session = await sessionWith([2, 2], (_request, count) =>
    count === 0 ? [update({ x: 0, y: 0, width: 2, height: 1, red: 1 })] : [],
  );
  await expect(capture(session, { timeoutMs: 100 })).rejects.toMatchObject({
    code: 'TIMED_OUT',
    message: expect.stringMatching(/50 % of the pixels arrived in 1 updates/),
  });
});

test('a server that breaks the protocol while a picture is awaited ends it', async () => {
  await using session = await sessionWith([2, 2], () => [update({ x: 1, y: 0, width: 2, height: 1, red: 1 })]);
  await expect(capture(session)).rejects.toMatchObject({ code: 'BAD_RECT', phase: 'session' });
});
