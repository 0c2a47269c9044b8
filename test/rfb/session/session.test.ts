import { setTimeout as sleep } from 'node:timers/promises';
import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { clientCutText } from '../../../src/rfb/protocol/messages/client-to-server/client-cut-text.ts';
import { clientFence } from '../../../src/rfb/protocol/messages/client-to-server/client-fence.ts';
import { framebufferUpdateRequest } from '../../../src/rfb/protocol/messages/client-to-server/framebuffer-update-request.ts';
import { keyEvent } from '../../../src/rfb/protocol/messages/client-to-server/key-event.ts';
import { pointerEvent } from '../../../src/rfb/protocol/messages/client-to-server/pointer-event.ts';
import { qemuExtendedKeyEvent } from '../../../src/rfb/protocol/messages/client-to-server/qemu-extended-key-event.ts';
import { setEncodings } from '../../../src/rfb/protocol/messages/client-to-server/set-encodings.ts';
import { setPixelFormat } from '../../../src/rfb/protocol/messages/client-to-server/set-pixel-format.ts';
import { pixelFormats, RGBX8888 } from '../../../src/rfb/protocol/pixel-format.ts';
import type { SessionEvents } from '../../../src/rfb/session/receiver.ts';
import { Session, type SessionOptions } from '../../../src/rfb/session/session.ts';
import { rows, u16, u32, wire } from '../../support/decode.ts';
import {
  type ScriptedPeer,
  type ScriptedRect,
  type ScriptedServerInit,
  scriptedPipe,
} from '../../support/scripted-server.ts';

const RAW = 0;
const DESKTOP_SIZE = -223;
const LAST_RECT = -224;

/** Of 4x4 pixels, RGBX8888, unless told otherwise. */
const FOUR = { width: 4, height: 4 };

const pixels = (...colours: readonly string[]) => wire(...colours.map((colour) => `${colour}00`));
const raw = (x: number, y: number, width: number, height: number, payload: Uint8Array): ScriptedRect => ({
  x,
  y,
  width,
  height,
  type: RAW,
  payload,
});
const pseudo = (type: number, width = 0, height = 0): ScriptedRect => ({ x: 0, y: 0, width, height, type });

/** A fence from the server. */
const fence = (flags: number, ...payload: number[]) => wire(248, 0, 0, 0, u32(flags), payload.length, payload);
const REQUEST = 0x80000000;

interface Scripted {
  readonly session: Session;
  /** What happened, in order: `['resize', 800, 600]`. */
  readonly events: (readonly unknown[])[];
  readonly done: Promise<void>;
}

const EVENTS: readonly (keyof SessionEvents)[] = [
  'updateBegin',
  'painted',
  'update',
  'resize',
  'stale',
  'desktopSize',
  'bell',
  'cutText',
  'cursor',
  'desktopName',
  'ledState',
  'fence',
  'closed',
];

/** A session with a server that shakes hands, takes pixel format and encodings, and then plays `script`. */
async function scripted(
  script: (peer: ScriptedPeer) => Promise<void>,
  init: ScriptedServerInit = FOUR,
  options: SessionOptions = {},
): Promise<Scripted> {
  const { pipe, done } = scriptedPipe(async (peer) => {
    await peer.handshake(init);
    await peer.expectMessage(setPixelFormat);
    await peer.expectMessage(setEncodings);
    // The session's opener has its turn, and listens, before anything comes.
    await new Promise((resolve) => setImmediate(resolve));
    await script(peer);
  });
  const session = await Session.open(pipe, options);
  const events: (readonly unknown[])[] = [];
  for (const event of EVENTS) session.on(event, ((...args: unknown[]) => events.push([event, ...args])) as never);
  return { session, events, done };
}

/** How many listeners there are, whoever they belong to. */
const listeners = (session: Session) =>
  session.eventNames().reduce((sum, event) => sum + session.listenerCount(event), 0);

/** Resolves when the session is over. */
async function over(session: Session): Promise<Error | undefined> {
  if (!session.ended) await new Promise((resolve) => session.once('closed', resolve));
  return session.ended;
}

describe('opening', () => {
  test('pixel format and encodings are always set, and asked to share', async () => {
    const { pipe, done } = scriptedPipe(async (peer) => {
      await peer.sendText('RFB 003.008\n');
      await peer.expectText('RFB 003.008\n');
      await peer.send([1, 1]);
      await peer.expect(1);
      await peer.send([0, 0, 0, 0]);
      expect(await peer.expectClientInit()).toEqual({ shared: true });
      await peer.sendServerInit(FOUR);
      expect(await peer.expectMessage(setPixelFormat)).toEqual(RGBX8888);
      const types = await peer.expectMessage(setEncodings);
      expect(types.slice(0, 2)).toEqual([1, 7]);
      expect(types).toEqual(expect.arrayContaining([-239, -240, -314, -223, -224]));
    });
    await Session.open(pipe);
    await done;
  });

  test('alone, with chosen encodings, in the server’s pixel format, the pointer painted by the server', async () => {
    const { pipe, done } = scriptedPipe(async (peer) => {
      await peer.sendText('RFB 003.008\n');
      await peer.expectText('RFB 003.008\n');
      await peer.send([1, 1]);
      await peer.expect(1);
      await peer.send([0, 0, 0, 0]);
      expect(await peer.expectClientInit()).toEqual({ shared: false });
      await peer.sendServerInit({ pixelFormat: pixelFormats.rgb565 });
      expect(await peer.expectMessage(setPixelFormat)).toEqual(pixelFormats.rgb565);
      const types = await peer.expectMessage(setEncodings);
      expect(types.slice(0, 2)).toEqual([16, 0]);
      for (const cursor of [-239, -240, -314]) expect(types).not.toContain(cursor);
    });
    await Session.open(pipe, { shared: false, encodings: ['zrle', 'raw'], pixelFormat: 'native', cursor: 'server' });
    await done;
  });

  test('a native pixel format that cannot be read is refused', async () => {
    const { pipe } = scriptedPipe((peer) => peer.handshake({ pixelFormat: { ...RGBX8888, bitsPerPixel: 12 } }));
    await expect(Session.open(pipe, { pixelFormat: 'native' })).rejects.toMatchObject({
      code: 'BAD_VALUE',
      phase: 'init',
      message: expect.stringMatching(/^scripted: .*12 bits per pixel/),
    });
  });

  test('a signal that is aborted ends it, before and in between', async () => {
    const reason = new Error('enough');
    const early = scriptedPipe((peer) => peer.stall());
    await expect(Session.open(early.pipe, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await early.done;
    const controller = new AbortController();
    const late = scriptedPipe(async (peer) => {
      await peer.sendText('RFB 003.008\n');
      await peer.expectText('RFB 003.008\n');
      controller.abort(reason);
      await peer.stall();
    });
    await expect(Session.open(late.pipe, { signal: controller.signal })).rejects.toBe(reason);
    await late.done;
  });

  test('a server that takes nothing after its ServerInit is a timeout too', async () => {
    const { pipe } = scriptedPipe(async (peer) => {
      await peer.handshake(FOUR);
      await peer.stall();
    });
    let written = 0;
    const deaf = {
      ...pipe,
      incoming: pipe.incoming,
      write: async (bytes: Uint8Array) => {
        // Greeting, security type and ClientInit are taken, and then no more.
        if (written++ < 3) await pipe.write(bytes);
        else await new Promise(() => {});
      },
    };
    await expect(Session.open(deaf, { handshakeTimeoutMs: 30 })).rejects.toMatchObject({
      code: 'TIMED_OUT',
      phase: 'init',
    });
  });
});

describe('the receive loop', () => {
  test('tells what arrives, in the order of the wire', async () => {
    const { session, events, done } = await scripted(async (peer) => {
      await peer.send([2]);
      await peer.sendUpdate([
        raw(0, 0, 1, 1, pixels('010203')),
        pseudo(-258),
        { x: 0, y: 0, width: 0, height: 0, type: -307, payload: wire(u32(3), Buffer.from('two')) },
        { x: 0, y: 0, width: 0, height: 0, type: -261, payload: wire(2) },
        { x: 1, y: 0, width: 4, height: 4, type: -257 },
        { x: 0, y: 0, width: 8, height: 6, type: -308, payload: wire(0, 0, 0, 0) },
      ]);
      await peer.send(wire(3, 0, 0, 0, u32(2), 'e9 0a'));
      await peer.send([150]);
    });
    expect(await over(session)).toMatchObject({
      code: 'CONNECTION_LOST',
      phase: 'session',
      message: expect.stringMatching(/^scripted: the server closed the connection;/),
    });
    await done;
    expect(events.slice(0, -1)).toEqual([
      ['bell'],
      ['updateBegin'],
      ['painted', { x: 0, y: 0, width: 1, height: 1 }, 'raw'],
      ['desktopName', 'two'],
      ['ledState', { scrollLock: false, numLock: true, capsLock: false }],
      ['resize', 8, 6],
      ['desktopSize', { reason: 'server', status: 0 }],
      ['update'],
      ['cutText', 'é\n'],
    ]);
    expect(events.at(-1)).toEqual(['closed', session.ended]);
    expect(session.state).toMatchObject({ desktopName: 'two', updateCount: 1, absolutePointer: true, screens: [] });
    expect([...session.state.confirmed].sort()).toEqual([
      'continuous-updates',
      'desktop-name',
      'extended-desktop-size',
      'qemu-extended-key-event',
      'qemu-led-state',
      'qemu-pointer-motion-change',
    ]);
    expect(session.extendedKeysConfirmed).toBe(true);
    expect(session.extendedMouseButtonsConfirmed).toBe(false);
    expect([...session.state.rectCounts]).toEqual([['raw', 1]]);
  });

  test('SetColourMapEntries is applied to what follows, and says that what came before is stale', async () => {
    const pixelFormat = { ...pixelFormats.bgr233, trueColour: false };
    const { session, events } = await scripted(
      async (peer) => {
        await peer.sendUpdate([raw(0, 0, 1, 1, wire(7))]);
        await peer.send(wire(1, 0, u16(6), u16(2), u16(0x1100), u16(0x2200), u16(0x3300), u16(0xff00), u16(0), u16(0)));
        await peer.sendUpdate([raw(0, 0, 2, 1, wire(7, 6))]);
      },
      { width: 2, height: 1, pixelFormat },
      { pixelFormat: 'native' },
    );
    await over(session);
    expect(events.map(([name]) => name)).toEqual([
      ...['updateBegin', 'painted', 'update'],
      'stale',
      ...['updateBegin', 'painted', 'update'],
      'closed',
    ]);
    expect(rows(session.framebuffer)).toEqual(['ff0000 112233']);
  });

  test('SetColourMapEntries does nothing in true colour', async () => {
    const { session, events } = await scripted((peer) => peer.send(wire(1, 0, u16(0), u16(1), new Uint8Array(6))));
    await over(session);
    expect(events.map(([name]) => name)).toEqual(['closed']);
  });

  test('a resize inside an update: pixels before it are kept, pixels after it are in the new size', async () => {
    const { session } = await scripted(async (peer) => {
      await peer.sendUpdate([
        raw(3, 3, 1, 1, pixels('030303')),
        raw(0, 0, 2, 1, pixels('010101', '020202')),
        pseudo(DESKTOP_SIZE, 3, 1),
        raw(2, 0, 1, 1, pixels('040404')),
        // The size that it has already is no resize.
        pseudo(DESKTOP_SIZE, 3, 1),
      ]);
    });
    const resizes: unknown[] = [];
    session.on('resize', (...size) => resizes.push(size));
    await over(session);
    expect(rows(session.framebuffer)).toEqual(['010101 020202 040404']);
    expect(resizes).toEqual([[3, 1]]);
  });

  test('a rectangle of the old size after a shrink is outside', async () => {
    const { session } = await scripted((peer) =>
      peer.sendUpdate([pseudo(DESKTOP_SIZE, 2, 2), raw(0, 0, 4, 4, new Uint8Array(64))]),
    );
    expect(await over(session)).toMatchObject({ code: 'BAD_RECT', message: expect.stringMatching(/2x2 framebuffer/) });
  });

  test('a framebuffer may shrink to nothing and come back', async () => {
    const { session } = await scripted((peer) =>
      peer.sendUpdate([pseudo(DESKTOP_SIZE, 0, 0), pseudo(DESKTOP_SIZE, 1, 1), raw(0, 0, 1, 1, pixels('070707'))]),
    );
    await over(session);
    expect(rows(session.framebuffer)).toEqual(['070707']);
  });

  test('LastRect ends an update of 65535 rectangles, and the next message is read as one', async () => {
    const { session, events } = await scripted(async (peer) => {
      await peer.send(wire(0, 0, u16(0xffff), u16(0), u16(0), u16(1), u16(1), u32(RAW), pixels('050505')));
      await peer.send(wire(u16(0), u16(0), u16(0), u16(0), u32(LAST_RECT)));
      await peer.send([2]);
      await peer.sendUpdate([raw(1, 0, 1, 1, pixels('060606'))]);
    });
    await over(session);
    expect(events.map(([name]) => name)).toEqual([
      ...['updateBegin', 'painted', 'update'],
      'bell',
      ...['updateBegin', 'painted', 'update'],
      'closed',
    ]);
    expect(rows(session.framebuffer)[0]).toBe('050505 060606 ...... ......');
  });

  /** Where the session begins: greeting, security types, SecurityResult, ServerInit with the name "scripted". */
  const INIT_END = 12 + 2 + 4 + 24 + 8;

  test('an unknown message is named with its place and what came before it', async () => {
    const { session } = await scripted((peer) => peer.send([2, 2, 77]));
    expect(await over(session)).toMatchObject({
      name: 'ProtocolError',
      code: 'UNKNOWN_MESSAGE',
      phase: 'session',
      message: `scripted: server message 77 at stream offset ${INIT_END + 2}, after Bell, is none that was asked for`,
    });
  });

  test('so is an encoding', async () => {
    const { session } = await scripted((peer) => peer.sendUpdate([pseudo(1234, 2, 1)]));
    expect(await over(session)).toMatchObject({
      code: 'UNKNOWN_ENCODING',
      message: expect.stringMatching(`^scripted: .*2x1 at 0,0, stream offset ${INIT_END + 4}\\) has encoding 1234`),
    });
  });

  test('a listener that throws ends the session with what it threw', async () => {
    const { session } = await scripted(async (peer) => {
      await peer.send([2]);
      await peer.stall();
    });
    const mistake = new Error('listener');
    session.on('bell', () => {
      throw mistake;
    });
    expect(await over(session)).toBe(mistake);
  });
});

test('what is sent arrives in order', async () => {
  const { session, done } = await scripted(async (peer) => {
    expect(await peer.expectMessage(keyEvent)).toEqual({ down: true, keysym: 0x61 });
    expect(await peer.expectMessage(qemuExtendedKeyEvent)).toEqual({ down: false, keysym: 0x61, xtScancode: 30 });
    expect(await peer.expectMessage(pointerEvent)).toEqual({ x: 1, y: 2, buttonMask: 1 });
    expect(await peer.expectMessage(clientCutText)).toEqual(Uint8Array.of(0x61));
    expect(await peer.expectMessage(framebufferUpdateRequest)).toMatchObject({ incremental: true, width: 3 });
    expect((await peer.expectMessage(setEncodings))[0]).toBe(5);
  });
  await Promise.all([
    session.sendKeyEvent(true, 0x61),
    session.sendExtendedKeyEvent(false, 0x61, 30),
    session.sendPointerEvent(1, 2, 1),
    session.sendCutText(Uint8Array.of(0x61)),
    session.requestUpdate({ x: 0, y: 0, width: 3, height: 1 }, true),
    session.setEncodings({ encodings: ['hextile'] }),
  ]);
  await done;
});

describe('fences', () => {
  test('are answered with the flags that are known, and their payload', async () => {
    const { done } = await scripted(async (peer) => {
      await peer.send(fence(0xffffffff, 1, 2, 3));
      expect(await peer.expectMessage(clientFence)).toEqual({ flags: 0b111, payload: Uint8Array.of(1, 2, 3) });
      await peer.send(fence(REQUEST));
      expect(await peer.expectMessage(clientFence)).toEqual({ flags: 0, payload: new Uint8Array(0) });
    });
    await done;
  });

  test('that answer ours are told, not answered', async () => {
    const { session, events, done } = await scripted((peer) => peer.send(fence(0, 9)));
    await over(session);
    await done;
    expect(events[0]).toEqual(['fence', { flags: 0, payload: Uint8Array.of(9) }]);
  });
});

describe('a barrier', () => {
  /** The server has shown that it knows fences, and the session has seen it. */
  async function fencing(script: (peer: ScriptedPeer) => Promise<void>) {
    const scriptedSession = await scripted(async (peer) => {
      await peer.send(fence(REQUEST));
      await peer.expectMessage(clientFence);
      await script(peer);
    });
    while (!scriptedSession.session.state.confirmed.has('fence')) await sleep(1);
    return scriptedSession;
  }

  const silent = (peer: ScriptedPeer) => peer.stall();

  test('is a fence where the server knows them, and each waits for its own', async () => {
    const { session, done } = await fencing(async (peer) => {
      const first = await peer.expectMessage(clientFence);
      const second = await peer.expectMessage(clientFence);
      expect(first.flags).toBe(0x80000001);
      await peer.send(fence(1, ...second.payload));
      await sleep(5);
      await peer.send(fence(1, ...first.payload));
      await peer.stall();
    });
    const order: string[] = [];
    await Promise.all([
      session.barrier().then(() => order.push('first')),
      session.barrier().then(() => order.push('second')),
    ]);
    expect(order).toEqual(['second', 'first']);
    await session.close();
    await done;
  });

  test('is an update where it does not', async () => {
    const { session, done } = await scripted(async (peer) => {
      expect(await peer.expectMessage(framebufferUpdateRequest)).toEqual({
        incremental: false,
        ...{ x: 0, y: 0, width: 1, height: 1 },
      });
      await peer.sendUpdate([raw(0, 0, 1, 1, pixels('000000'))]);
      await peer.stall();
    });
    await session.barrier();
    await session.close();
    await done;
  });

  test('is no update of pseudo-rectangles alone', async () => {
    const { session, done } = await scripted(async (peer) => {
      await peer.expectMessage(framebufferUpdateRequest);
      await peer.sendUpdate([{ ...pseudo(-261), payload: Uint8Array.of(1) }]);
      expect(await peer.expectMessage(framebufferUpdateRequest)).toMatchObject({ incremental: true });
      await peer.sendUpdate([raw(0, 0, 1, 1, pixels('000000'))]);
      await peer.stall();
    });
    let passed = false;
    const waiting = session.barrier().then(() => {
      passed = true;
    });
    await session.waitForEvent('ledState');
    expect(passed).toBe(false);
    await waiting;
    await session.close();
    await done;
  });

  test('extensions are known after an update, also where a fence would do, and then for good', async () => {
    const { session, done } = await fencing(async (peer) => {
      await peer.expectMessage(framebufferUpdateRequest);
      await peer.sendUpdate([pseudo(-258), raw(0, 0, 1, 1, pixels('000000'))]);
      await peer.stall();
    });
    await session.extensionsKnown();
    expect(session.extendedKeysConfirmed).toBe(true);
    await session.extensionsKnown();
    await session.close();
    await done;
  });

  test('the lights become as wanted, or not in time: an update is asked for until then', async () => {
    const lights = (byte: number): ScriptedRect => ({ ...pseudo(-261), payload: Uint8Array.of(byte) });
    const { session, done } = await scripted(async (peer) => {
      for (const byte of [4, 6, 2]) {
        expect(await peer.expectMessage(framebufferUpdateRequest)).toMatchObject({ incremental: true });
        await peer.sendUpdate([lights(byte)]);
      }
      await peer.expectMessage(framebufferUpdateRequest);
      await peer.stall();
    });
    expect(await session.lightsBecome({ capsLock: false, numLock: true })).toBe(true);
    expect(session.state.ledState).toEqual({ capsLock: false, numLock: true, scrollLock: false });
    expect(await session.lightsBecome({ numLock: true })).toBe(true);
    expect(await session.lightsBecome({ scrollLock: true }, { timeoutMs: 20 })).toBe(false);
    await session.close();
    await done;
  });

  test.each([
    ['by fence', fencing],
    ['by update', scripted],
  ])('%s: no listener stays, however it ends', async (_how, open) => {
    const { session } = await open(silent);
    const before = listeners(session);
    await expect(session.barrier({ timeoutMs: 10 })).rejects.toMatchObject({
      code: 'TIMED_OUT',
      message: expect.stringMatching(/^scripted: no answer within 10 ms/),
    });
    expect(listeners(session)).toBe(before);

    const reason = new Error('enough');
    await expect(session.barrier({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const aborted = session.barrier({ signal: controller.signal });
    controller.abort(reason);
    await expect(aborted).rejects.toBe(reason);
    expect(listeners(session)).toBe(before);

    const waiting = [session.barrier(), session.barrier(), session.nextUpdate()];
    await session.close();
    for (const wait of waiting) await expect(wait).rejects.toMatchObject({ code: 'CLOSED' });
    expect(listeners(session)).toBe(before);
    await expect(session.barrier()).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(session.nextUpdate()).rejects.toMatchObject({ code: 'CLOSED' });
    expect(listeners(session)).toBe(before);
  });

  test('that cannot even be sent fails as the write does', async () => {
    const { pipe } = scriptedPipe(async (peer) => {
      await peer.handshake(FOUR);
      await peer.stall();
    });
    const broken = new Error('EPIPE');
    let breaks = false;
    const session = await Session.open({
      name: pipe.name,
      incoming: pipe.incoming,
      close: () => pipe.close(),
      write: async (bytes) => {
        if (breaks) throw broken;
        await pipe.write(bytes);
      },
    });
    breaks = true;
    await expect(session.barrier()).rejects.toBe(broken);
    // Nobody waits for this any more: it must not become an unhandled rejection.
    await session.close();
    await sleep(5);
  });

  test('fails when the connection is lost', async () => {
    const { session } = await scripted(async (peer) => {
      await peer.expectMessage(framebufferUpdateRequest);
    });
    await expect(session.barrier()).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  });
});

describe('closing', () => {
  test('twice is once, and everything afterwards says so', async () => {
    const { session, events, done } = await scripted((peer) => peer.stall());
    await Promise.all([session.close(), session.close()]);
    await session.close();
    await done;
    expect(events).toEqual([['closed', undefined]]);
    expect(session.ended).toMatchObject({ code: 'CLOSED', phase: 'close' });
    await expect(session.sendKeyEvent(true, 1)).rejects.toBe(session.ended);
    expect(() => session.assertOpen()).toThrow('scripted: the session was closed');
  });

  test('is the last event, whatever has arrived already', async () => {
    const { session, events } = await scripted(async (peer) => {
      const bell = wire(2);
      const update = wire(0, 0, u16(2), ...[0, 1].map(() => wire(u16(0), u16(0), u16(1), u16(1), u32(RAW), u32(0))));
      await peer.send(wire(bell, update, bell, fence(0, 1), update));
      await peer.stall();
    });
    session.once('painted', () => void session.close());
    await over(session);
    await sleep(5);
    expect(events.map(([name]) => name)).toEqual(['bell', 'updateBegin', 'painted', 'closed']);
  });

  test('while a rectangle is inflated ends quietly', async () => {
    const payload = deflateSync(new Uint8Array(512 * 512 * 4));
    const { session } = await scripted(
      async (peer) => {
        await peer.sendUpdate([
          { x: 0, y: 0, width: 512, height: 512, type: 6, payload: wire(u32(payload.length), payload) },
        ]);
        await peer.stall();
      },
      { width: 512, height: 512 },
    );
    await new Promise<void>((resolve) => session.once('updateBegin', resolve));
    await session.close();
    await sleep(5);
    expect(session.ended).toMatchObject({ code: 'CLOSED' });
  });

  test('happens at the end of an `await using` block', async () => {
    const { session, done } = await scripted((peer) => peer.stall());
    {
      await using scope = session;
      expect(scope.ended).toBeUndefined();
    }
    await done;
    expect(session.ended).toMatchObject({ code: 'CLOSED' });
  });
});
