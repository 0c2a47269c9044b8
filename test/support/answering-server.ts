import { setImmediate as nextTurn } from 'node:timers/promises';
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

/** What a server sends when it gets its `count`th request. */
export type Answer = (request: FramebufferUpdateRequest, count: number) => Uint8Array[];

/** A session with a server of that size that answers update requests as told. */
export async function sessionWith(size: readonly [number, number], answer: Answer): Promise<Session> {
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
    else {
      // As over a network: timers get their turn between a request and its answer.
      await nextTurn();
      for (const bytes of answer(await framebufferUpdateRequest.read(reader), count++)) await pipe.write(bytes);
    }
  }
}

/** An update with raw rectangles, every pixel of which has the red value given. */
export function update(...rects: (Rect & { red: number })[]): Uint8Array {
  const out = new ByteWriter().u8(0).pad(1).u16(rects.length);
  for (const { x, y, width, height, red } of rects) {
    out.u16(x).u16(y).u16(width).u16(height).s32(0);
    for (let i = 0; i < width * height; i++) out.u8(red).u8(0).u8(0).u8(0);
  }
  return out.take();
}

/** An update with one pseudo-rectangle of this type and size. */
export function pseudo(type: number, width = 0, height = 0): Uint8Array {
  return new ByteWriter().u8(0).pad(1).u16(1).u16(0).u16(0).u16(width).u16(height).s32(type).take();
}

/** All of a screen of that size. */
export const all = (width: number, height: number, red: number) => ({ x: 0, y: 0, width, height, red });

/** A server whose screen of 2x2 shows these reds, one after each request, the last for good. */
export function showing(...reds: readonly number[]): Promise<Session> {
  return sessionWith([2, 2], (_request, count) => [update(all(2, 2, reds[Math.min(count, reds.length - 1)] ?? 0))]);
}
