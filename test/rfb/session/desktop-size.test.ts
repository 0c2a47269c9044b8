import { describe, expect, test } from 'vitest';
import { ByteWriter } from '../../../src/rfb/bytes/byte-writer.ts';
import { framebufferUpdateRequest } from '../../../src/rfb/protocol/messages/client-to-server/framebuffer-update-request.ts';
import {
  type SetDesktopSize,
  setDesktopSize,
} from '../../../src/rfb/protocol/messages/client-to-server/set-desktop-size.ts';
import { setEncodings } from '../../../src/rfb/protocol/messages/client-to-server/set-encodings.ts';
import { setPixelFormat } from '../../../src/rfb/protocol/messages/client-to-server/set-pixel-format.ts';
import type { Screen } from '../../../src/rfb/protocol/pseudo-encodings/pseudo-encoding.ts';
import { Session } from '../../../src/rfb/session/session.ts';
import { type ScriptedPeer, scriptedPipe } from '../../support/scripted-server.ts';

const screen = (id: number, x: number, y: number, width: number, height: number, flags = 0): Screen => ({
  ...{ id, x, y, width, height, flags },
});

/** An update with ExtendedDesktopSize. */
function news(reason: number, status: number, width: number, height: number, screens: readonly Screen[]) {
  const out = new ByteWriter().u8(screens.length).pad(3);
  for (const { id, x, y, width, height, flags } of screens) out.u32(id).u16(x).u16(y).u16(width).u16(height).u32(flags);
  return { x: reason, y: status, width, height, type: -308, payload: out.take() };
}

/** A server of 4x4 with these screens that answers the request as told, updates at other times with nothing but a pixel. */
async function sessionWith(
  screens: readonly Screen[],
  answer: (peer: ScriptedPeer, wanted: SetDesktopSize) => Promise<void>,
) {
  const wanted: SetDesktopSize[] = [];
  const { pipe } = scriptedPipe(async (peer) => {
    await peer.handshake();
    await peer.expectMessage(setPixelFormat);
    await peer.expectMessage(setEncodings);
    for (let first = true; ; first = false) {
      const [type] = await peer.expect(1);
      if (type === setDesktopSize.type) {
        const message = await peer.read(setDesktopSize);
        wanted.push(message);
        await answer(peer, message);
        continue;
      }
      await peer.read(framebufferUpdateRequest);
      const pixel = { x: 0, y: 0, width: 1, height: 1, type: 0, payload: Uint8Array.of(1, 2, 3, 0) };
      if (first) await peer.sendUpdate([...(screens.length > 0 ? [news(0, 0, 4, 4, screens)] : []), pixel]);
      else await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });
  return { session: await Session.open(pipe), wanted };
}

const ONE = [screen(7, 0, 0, 4, 4, 3)];

describe('setDesktopSize', () => {
  test('asks with the screen that there is, and resolves when the desktop has the size', async () => {
    const { session, wanted } = await sessionWith(ONE, (peer, { screens }) =>
      peer.sendUpdate([news(1, 0, 8, 6, screens)]),
    );
    await session.setDesktopSize({ width: 8, height: 6 });
    expect(wanted).toEqual([{ width: 8, height: 6, screens: [screen(7, 0, 0, 8, 6, 3)] }]);
    expect([session.framebuffer.width, session.framebuffer.height]).toEqual([8, 6]);
    expect(session.state.screens).toEqual([screen(7, 0, 0, 8, 6, 3)]);
    expect(session.eventNames()).toEqual([]);
    await session.close();
  });

  test('keeps a layout of several screens, or takes another', async () => {
    const two = [screen(1, 0, 0, 2, 4, 5), screen(2, 2, 1, 2, 3)];
    const { session, wanted } = await sessionWith(two, (peer, { width, height, screens }) =>
      peer.sendUpdate([news(1, 0, width, height, screens)]),
    );
    await session.setDesktopSize({ width: 7, height: 8 });
    expect(wanted[0]?.screens).toEqual([screen(1, 0, 0, 4, 8, 5), screen(2, 4, 2, 3, 6)]);
    const own = [screen(9, 0, 0, 5, 5)];
    await session.setDesktopSize({ width: 5, height: 5, screens: own });
    expect(wanted[1]?.screens).toEqual(own);
    await session.close();
  });

  test.each([
    [1, /refuses a desktop of 8x6: resizing is prohibited$/],
    [2, /out of resources/],
    [3, /does not accept this layout/],
    [99, /status 99/],
  ])('status %i: the reason, and the size stays', async (status, message) => {
    const { session } = await sessionWith(ONE, (peer) => peer.sendUpdate([news(1, status, 4, 4, ONE)]));
    await expect(session.setDesktopSize({ width: 8, height: 6 })).rejects.toMatchObject({
      code: 'ACTION_FAILED',
      message: expect.stringMatching(message),
    });
    expect(session.framebuffer.width).toBe(4);
    await session.close();
  });

  test('a request that was passed on: done when the guest follows, else a time-out that says so', async () => {
    const following = await sessionWith(ONE, async (peer, { screens }) => {
      await peer.sendUpdate([news(1, 4, 4, 4, ONE)]);
      await peer.sendUpdate([news(0, 0, 8, 6, screens)]);
    });
    await following.session.setDesktopSize({ width: 8, height: 6 });
    expect(following.session.framebuffer.width).toBe(8);
    const { session } = await sessionWith(ONE, (peer) => peer.sendUpdate([news(1, 4, 4, 4, ONE)]));
    await expect(session.setDesktopSize({ width: 8, height: 6 }, { timeoutMs: 300 })).rejects.toMatchObject({
      code: 'TIMED_OUT',
      message: expect.stringMatching(/passed the request for 8x6 on to its guest, which did not follow within 300 ms$/),
    });
    await Promise.all([session.close(), following.session.close()]);
  });

  test('a server without it', async () => {
    const { session, wanted } = await sessionWith([], async () => {});
    await expect(session.setDesktopSize({ width: 8, height: 6 })).rejects.toMatchObject({
      code: 'UNSUPPORTED_BY_SERVER',
      message: expect.stringMatching(/did not confirm ExtendedDesktopSize$/),
    });
    expect(wanted).toEqual([]);
    await expect(session.setDesktopSize({ width: 0, height: 6 })).rejects.toMatchObject({ code: 'BAD_OPTION' });
    await session.close();
  });
});
