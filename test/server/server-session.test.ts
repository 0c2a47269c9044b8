import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { clientCutText } from '../../src/rfb/protocol/messages/client-to-server/client-cut-text.ts';
import { clientFence } from '../../src/rfb/protocol/messages/client-to-server/client-fence.ts';
import { enableContinuousUpdates } from '../../src/rfb/protocol/messages/client-to-server/enable-continuous-updates.ts';
import { keyEvent } from '../../src/rfb/protocol/messages/client-to-server/key-event.ts';
import { pointerEvent } from '../../src/rfb/protocol/messages/client-to-server/pointer-event.ts';
import { qemuExtendedKeyEvent } from '../../src/rfb/protocol/messages/client-to-server/qemu-extended-key-event.ts';
import { setDesktopSize } from '../../src/rfb/protocol/messages/client-to-server/set-desktop-size.ts';
import { setEncodings } from '../../src/rfb/protocol/messages/client-to-server/set-encodings.ts';
import { FENCE_REQUEST, FENCE_SYNC_NEXT } from '../../src/rfb/protocol/messages/fence.ts';
import { type PixelFormat, pixelFormats } from '../../src/rfb/protocol/pixel-format.ts';
import { colour } from '../../src/server/display.ts';
import type { Scene } from '../../src/server/scenes/scene.ts';
import { createServer } from '../../src/server/server.ts';
import { pictureScene } from '../support/picture-scene.ts';
import { RawViewer } from '../support/raw-viewer.ts';

const WHITE = colour(255, 255, 255);

describe('pixel formats', () => {
  const format = (changes: Partial<PixelFormat>): PixelFormat => ({ ...pixelFormats.rgbx8888, ...changes });
  const big = (from: PixelFormat): PixelFormat => ({ ...from, bigEndian: true });
  // 200, 100, 50 is 25, 25, 6 in 5-6-5, 24, 12, 6 in 5-5-5 and 5, 3, 1 in 3-3-2, rounded.
  test.each<[string, PixelFormat, number[]]>([
    ['rgbx8888', pixelFormats.rgbx8888, [200, 100, 50, 0]],
    ['rgbx8888 big-endian', big(pixelFormats.rgbx8888), [0, 50, 100, 200]],
    ['bgrx8888', pixelFormats.bgrx8888, [50, 100, 200, 0]],
    ['xrgb8888 big-endian', pixelFormats.xrgb8888be, [0, 200, 100, 50]],
    ['colours in the upper bytes', format({ redShift: 24, greenShift: 16, blueShift: 8 }), [0, 50, 100, 200]],
    [
      'ten bits a channel',
      format({ depth: 30, redMax: 1023, greenMax: 1023, blueMax: 1023, redShift: 20, greenShift: 10, blueShift: 0 }),
      [0xc9, 0x44, 0x26, 0x32],
    ],
    ['rgb565', pixelFormats.rgb565, [0b001_00110, 0b11000_011]],
    ['rgb565 big-endian', big(pixelFormats.rgb565), [0b11000_011, 0b001_00110]],
    ['rgb555', pixelFormats.rgb555, [0b100_00110, 0b0_11000_01]],
    ['rgb555 big-endian', big(pixelFormats.rgb555), [0b0_11000_01, 0b100_00110]],
    ['bgr233', pixelFormats.bgr233, [0b01_011_101]],
    ['rgb332', { ...pixelFormats.bgr233, redShift: 5, greenShift: 2, blueShift: 0 }, [0b101_011_01]],
  ])('%s', async (_name, pixelFormat, bytes) => {
    const server = createServer({ scene: pictureScene(2, 1, [colour(200, 100, 50), WHITE]) });
    const viewer = await RawViewer.connect(server);
    await viewer.setPixelFormat(pixelFormat);
    await viewer.request(false, [0, 0, 1, 1]);
    expect(await viewer.update()).toEqual([
      { x: 0, y: 0, width: 1, height: 1, type: 0, payload: Uint8Array.from(bytes) },
    ]);
  });

  test('without SetPixelFormat it is the one of ServerInit', async () => {
    const viewer = await RawViewer.connect(createServer({ scene: pictureScene(1, 1, [colour(200, 100, 50)]) }));
    await viewer.request(false, [0, 0, 1, 1]);
    expect((await viewer.update())[0]?.payload).toEqual(Uint8Array.of(50, 100, 200, 0));
  });

  test('a colour map is sent to who asks for one', async () => {
    const viewer = await RawViewer.connect(createServer({ scene: pictureScene(1, 1, [colour(255, 0, 0)]) }));
    await viewer.setPixelFormat({ ...pixelFormats.bgr233, trueColour: false });
    expect(await viewer.take(6)).toEqual([1, 0, 0, 0, 1, 0]);
    const map = await viewer.take(256 * 6);
    await viewer.request(false, [0, 0, 1, 1]);
    const [index = -1] = (await viewer.update())[0]?.payload ?? [];
    expect(map.slice(index * 6, index * 6 + 6)).toEqual([255, 255, 0, 0, 0, 0]);
  });

  test('a format without pixels closes the connection', async () => {
    const errors: unknown[] = [];
    const viewer = await RawViewer.connect(createServer({ onError: (error) => errors.push(error) }));
    await viewer.setPixelFormat({ ...pixelFormats.rgb565, bitsPerPixel: 12 });
    await viewer.served;
    expect(errors).toMatchObject([{ code: 'BAD_VALUE' }]);
  });
});

describe('update requests', () => {
  async function seen(scene = pictureScene(32, 32)) {
    const viewer = await RawViewer.connect(createServer({ scene }));
    const { width, height } = scene.display;
    await viewer.request(true, [0, 0, width, height]);
    expect(await viewer.update()).toMatchObject([{ x: 0, y: 0, width, height }]);
    return { viewer, display: scene.display };
  }

  test('the first incremental one brings what was never seen', async () => {
    await seen();
  });

  test('a non-incremental one is answered at once, with just its region', async () => {
    const { viewer } = await seen();
    await viewer.request(false, [4, 5, 6, 7]);
    expect(await viewer.update()).toMatchObject([{ x: 4, y: 5, width: 6, height: 7 }]);
  });

  test('an incremental one waits for a change', async () => {
    const { viewer, display } = await seen();
    await viewer.request(true, [0, 0, 32, 32]);
    await viewer.expectSilence();
    await viewer.request(true, [0, 0, 32, 32]);
    display.fill({ x: 3, y: 2, width: 2, height: 1 }, WHITE);
    expect(await viewer.update()).toMatchObject([
      { x: 3, y: 2, width: 2, height: 1, payload: Uint8Array.of(255, 255, 255, 0, 255, 255, 255, 0) },
    ]);
  });

  test('a change elsewhere is no answer, and is kept', async () => {
    const { viewer, display } = await seen();
    display.fill({ x: 20, y: 20, width: 2, height: 2 }, WHITE);
    await viewer.request(true, [0, 0, 8, 8]);
    await viewer.expectSilence();
    await viewer.request(true, [0, 0, 8, 8]);
    display.fill({ x: 6, y: 6, width: 4, height: 1 }, WHITE);
    expect(await viewer.update()).toMatchObject([{ x: 6, y: 6, width: 2, height: 1 }]);
    await viewer.request(true, [0, 0, 32, 32]);
    const rest = await viewer.update();
    expect(rest).toHaveLength(2);
    expect(rest).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ x: 20, y: 20, width: 2, height: 2 }),
        expect.objectContaining({ x: 8, y: 6, width: 2, height: 1 }),
      ]),
    );
  });

  test('one update answers all requests before it', async () => {
    const { viewer, display } = await seen();
    await viewer.request(true, [0, 0, 32, 32]);
    await viewer.request(true, [0, 0, 32, 32]);
    display.fill({ x: 1, y: 1, width: 1, height: 1 }, WHITE);
    expect(await viewer.update()).toHaveLength(1);
    display.fill({ x: 2, y: 2, width: 1, height: 1 }, WHITE);
    await viewer.expectSilence(9, 9);
  });

  test('regions reach at most to the edge', async () => {
    const { viewer } = await seen();
    await viewer.request(false, [30, 30, 65535, 65535]);
    expect(await viewer.update()).toMatchObject([{ x: 30, y: 30, width: 2, height: 2 }]);
    await viewer.request(false, [500, 500, 10, 10]);
    await viewer.expectSilence();
  });

  test('two viewers each see every change', async () => {
    const scene = pictureScene(8, 8);
    const server = createServer({ scene });
    const viewers = await Promise.all([RawViewer.connect(server), RawViewer.connect(server)]);
    for (const viewer of viewers) {
      await viewer.request(false, [0, 0, 8, 8]);
      await viewer.update();
      await viewer.request(true, [0, 0, 8, 8]);
    }
    await new Promise((resolve) => setImmediate(resolve));
    scene.display.fill({ x: 1, y: 2, width: 3, height: 4 }, WHITE);
    for (const viewer of viewers) {
      expect(await viewer.update()).toMatchObject([{ x: 1, y: 2, width: 3, height: 4 }]);
    }
  });

  test('continuous updates need no requests, and their end is confirmed', async () => {
    const { viewer, display } = await seen();
    await viewer.message(setEncodings, [0, -313]);
    expect(await viewer.take(1)).toEqual([150]);
    await viewer.message(enableContinuousUpdates, { enable: true, x: 0, y: 0, width: 16, height: 16 });
    await new Promise((resolve) => setImmediate(resolve));
    for (const x of [1, 2]) {
      display.fill({ x, y: 0, width: 1, height: 1 }, WHITE);
      expect(await viewer.update()).toMatchObject([{ x, y: 0, width: 1, height: 1 }]);
    }
    await viewer.message(enableContinuousUpdates, { enable: false, x: 0, y: 0, width: 0, height: 0 });
    expect(await viewer.take(1)).toEqual([150]);
    display.fill({ x: 3, y: 0, width: 1, height: 1 }, WHITE);
    await viewer.expectSilence(9, 9);
  });
});

describe('encodings', () => {
  test('the viewer prefers', async () => {
    for (const [offered, used] of [
      [[16, 0], 16],
      [[0, 16], 0],
      [[99, 16], 16],
      [[99, 98], 0],
    ] as const) {
      const viewer = await RawViewer.connect(createServer({ scene: 'colours' }), offered);
      await viewer.request(false, [0, 0, 10, 10]);
      expect(await viewer.update()).toMatchObject([{ type: used }]);
    }
  });

  test('the server can be told to have none but Raw', async () => {
    const viewer = await RawViewer.connect(createServer({ scene: 'colours', encodings: [] }), [16]);
    await viewer.request(false, [0, 0, 10, 10]);
    expect(await viewer.update()).toMatchObject([{ type: 0 }]);
  });

  test('ZRLE is one zlib stream over all rectangles', async () => {
    const pixels = [colour(1, 2, 3), colour(1, 2, 3), colour(4, 5, 6), colour(1, 2, 3)];
    const viewer = await RawViewer.connect(createServer({ scene: pictureScene(4, 1, pixels) }), [16]);
    const stream: Uint8Array[] = [];
    for (const region of [
      [0, 0, 2, 1],
      [0, 0, 4, 1],
    ] as const) {
      await viewer.request(false, region);
      for (const { payload } of await viewer.update()) stream.push(payload);
    }
    // The stream never ends: Z_SYNC_FLUSH lets zlib return what has come.
    const tiles = inflateSync(Buffer.concat(stream), { finishFlush: 2 });
    const solid = [1, 3, 2, 1];
    const twoColours = [2, 3, 2, 1, 6, 5, 4, 0b0010_0000];
    expect([...tiles]).toEqual([...solid, ...twoColours]);
  });
});

describe('pseudo-encodings', () => {
  test('a resize is told to who can hear it, before pixels of the new size', async () => {
    for (const [type, length] of [
      [-308, 20],
      [-223, 0],
    ] as const) {
      const scene = pictureScene(8, 8);
      const viewer = await RawViewer.connect(createServer({ scene }), [0, type]);
      await viewer.request(false, [0, 0, 8, 8]);
      expect(await viewer.update()).toHaveLength(type === -308 ? 2 : 1);
      await viewer.request(true, [0, 0, 8, 8]);
      scene.display.resize(12, 6);
      const [rect] = await viewer.update();
      expect(rect).toMatchObject({ x: 0, y: 0, width: 12, height: 6, type });
      expect(rect?.payload).toHaveLength(length);
      await viewer.request(true, [0, 0, 12, 6]);
      expect(await viewer.update()).toMatchObject([{ x: 0, y: 0, width: 12, height: 6, type: 0 }]);
    }
  });

  test('who cannot hear of a resize gets what fits', async () => {
    const scene = pictureScene(8, 8);
    const viewer = await RawViewer.connect(createServer({ scene }));
    scene.display.resize(12, 6);
    await viewer.request(false, [0, 0, 8, 8]);
    expect(await viewer.update()).toMatchObject([{ x: 0, y: 0, width: 8, height: 6 }]);
  });

  test('SetDesktopSize is answered with "prohibited"', async () => {
    const viewer = await RawViewer.connect(createServer({ scene: pictureScene(8, 8) }), [0, -308]);
    await viewer.request(false, [0, 0, 1, 1]);
    expect(await viewer.update()).toMatchObject([{ type: -308, x: 0, y: 0, width: 8, height: 8 }, { type: 0 }]);
    await viewer.message(setDesktopSize, { width: 9, height: 9, screens: [] });
    await viewer.request(true, [0, 0, 1, 1]);
    expect(await viewer.update()).toMatchObject([{ type: -308, x: 1, y: 1, width: 8, height: 8 }]);
  });

  test('Fence: announced by a request, answered without the request bit', async () => {
    const viewer = await RawViewer.connect(createServer(), [0, -312]);
    expect(await viewer.take(9)).toEqual([248, 0, 0, 0, 0x80, 0, 0, 0, 0]);
    const payload = Uint8Array.of(7, 8, 9);
    await viewer.message(clientFence, { flags: (FENCE_REQUEST | FENCE_SYNC_NEXT | 0x40) >>> 0, payload });
    expect(await viewer.take(12)).toEqual([248, 0, 0, 0, 0, 0, 0, 4, 3, 7, 8, 9]);
    await viewer.message(clientFence, { flags: 0, payload });
    await viewer.expectSilence();
  });

  test('QEMU keys and further mouse buttons are confirmed in the next update', async () => {
    const viewer = await RawViewer.connect(createServer({ scene: pictureScene(1, 1) }), [0, -258, -316]);
    await viewer.request(true, [0, 0, 1, 1]);
    expect((await viewer.update()).map(({ type }) => type)).toEqual([-258, -316, 0]);
  });
});

describe('events', () => {
  function listening(): { scene: Scene; events: unknown[] } {
    const events: unknown[] = [];
    const scene: Scene = {
      ...pictureScene(8, 8),
      onKey: (event) => events.push(event),
      onPointer: (event) => events.push(event),
      onCutText: (text) => events.push(text),
    };
    return { scene, events };
  }

  test('reach the scene', async () => {
    const { scene, events } = listening();
    const viewer = await RawViewer.connect(createServer({ scene }), [0, -316]);
    await viewer.type('A');
    await viewer.message(qemuExtendedKeyEvent, { down: true, keysym: 0x61, xtScancode: 0x1e });
    await viewer.message(pointerEvent, { x: 3, y: 4, buttonMask: 0b101 });
    await viewer.message(pointerEvent, { x: 3, y: 4, buttonMask: 1 << 8 });
    await viewer.message(pointerEvent, { x: 3, y: 4, buttonMask: 0 });
    await viewer.message(qemuExtendedKeyEvent, { down: false, keysym: 0x61, xtScancode: 0x1e });
    await viewer.message(clientCutText, Uint8Array.of(0x68, 0xe9));
    await viewer.pipe.close();
    await viewer.served;
    expect(events).toEqual([
      { down: true, keysym: 0x41 },
      { down: false, keysym: 0x41 },
      { down: true, keysym: 0x61, xtScancode: 0x1e },
      { x: 3, y: 4, buttonMask: 0b101 },
      { x: 3, y: 4, buttonMask: 1 << 8 },
      { x: 3, y: 4, buttonMask: 0 },
      { down: false, keysym: 0x61, xtScancode: 0x1e },
      'hé',
    ]);
  });

  test('that the scene does not want are read all the same', async () => {
    const viewer = await RawViewer.connect(createServer({ scene: pictureScene(1, 1) }));
    await viewer.type('A');
    await viewer.message(pointerEvent, { x: 3, y: 4, buttonMask: 0 });
    await viewer.message(clientCutText, Uint8Array.of(0x68, 0xe9));
    await viewer.request(false, [0, 0, 1, 1]);
    expect(await viewer.update()).toHaveLength(1);
  });

  test('bit 7 of a pointer mask is button 8 where nothing else was agreed', async () => {
    const { scene, events } = listening();
    const viewer = await RawViewer.connect(createServer({ scene }));
    await viewer.send(5, 0x80, 0, 1, 0, 2);
    await viewer.send(5, 0, 0, 1, 0, 2);
    await viewer.type('x');
    await viewer.pipe.close();
    await viewer.served;
    expect(events).toMatchObject([
      { x: 1, y: 2, buttonMask: 0x80 },
      { x: 1, y: 2, buttonMask: 0 },
      { keysym: 0x78 },
      { keysym: 0x78 },
    ]);
  });

  test('a viewer that leaves lets go of what it holds', async () => {
    const { scene, events } = listening();
    const viewer = await RawViewer.connect(createServer({ scene }));
    await viewer.message(keyEvent, { down: true, keysym: 0xffe1 });
    await viewer.message(pointerEvent, { x: 3, y: 4, buttonMask: 1 });
    await viewer.pipe.close();
    await viewer.served;
    expect(events.slice(2)).toEqual([
      { down: false, keysym: 0xffe1 },
      { x: 3, y: 4, buttonMask: 0 },
    ]);
  });

  test('bell and clipboard reach the viewer', async () => {
    const scene = pictureScene(8, 8);
    const viewer = await RawViewer.connect(createServer({ scene }));
    scene.display.bell();
    expect(await viewer.take(1)).toEqual([2]);
    scene.display.cutText('hé');
    expect(await viewer.take(10)).toEqual([3, 0, 0, 0, 0, 0, 0, 2, 0x68, 0xe9]);
  });
});

describe('leaving', () => {
  test('an unknown message closes the connection', async () => {
    const errors: unknown[] = [];
    const viewer = await RawViewer.connect(createServer({ onError: (error) => errors.push(error) }));
    await viewer.send(99);
    await viewer.served;
    expect(errors).toMatchObject([{ code: 'UNKNOWN_MESSAGE' }]);
    await expect(viewer.take(1)).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  });

  test('a viewer that hangs up is no error', async () => {
    const errors: unknown[] = [];
    const server = createServer({ onError: (error) => errors.push(error) });
    const viewer = await RawViewer.connect(server);
    expect(server.viewers).toBe(1);
    await viewer.pipe.close();
    await viewer.served;
    expect(server.viewers).toBe(0);
    expect(errors).toEqual([]);
  });

  test('a viewer that wants to be alone sends the others away', async () => {
    const server = createServer();
    const first = await RawViewer.connect(server);
    const second = new RawViewer(server);
    await second.greet('3.3');
    await second.take(4);
    await second.send(0);
    await second.serverInit();
    await first.served;
    expect(server.viewers).toBe(1);
  });

  test('a server that closes hangs up', async () => {
    const server = createServer();
    const viewer = await RawViewer.connect(server);
    await server.close();
    await viewer.served;
    const late = new RawViewer(server);
    await expect(late.take(1)).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  });
});
