import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { connect } from '../../src/automation/console.ts';
import { ClientWatcher } from '../../src/recording/client-watcher.ts';
import { describeProxyMessage } from '../../src/recording/describe-message.ts';
import { openRecording } from '../../src/recording/formats/index.ts';
import { frames, pictureAt } from '../../src/recording/frames.ts';
import { type ProxyMessage, type ProxyOptions, ProxyServer } from '../../src/recording/proxy-server.ts';
import { Recorder } from '../../src/recording/recorder.ts';
import { ReplayServer } from '../../src/recording/replay-server.ts';
import { ByteWriter } from '../../src/rfb/bytes/byte-writer.ts';
import { Connection } from '../../src/rfb/protocol/connection.ts';
import { framebufferUpdateRequest } from '../../src/rfb/protocol/messages/client-to-server/framebuffer-update-request.ts';
import { type KeyEvent, keyEvent } from '../../src/rfb/protocol/messages/client-to-server/key-event.ts';
import { setEncodings } from '../../src/rfb/protocol/messages/client-to-server/set-encodings.ts';
import { setPixelFormat } from '../../src/rfb/protocol/messages/client-to-server/set-pixel-format.ts';
import { pixelFormats } from '../../src/rfb/protocol/pixel-format.ts';
import { listen, serve, socketPipe } from '../../src/server/listen.ts';
import { scratchFolder } from '../support/scratch.ts';
import { bars, bytesFrom } from './support.ts';

const folder = scratchFolder('relay');
let files = 0;

async function proxy(address: string, options: ProxyOptions = {}) {
  return await listen(new ProxyServer(address, options));
}

test('a viewer sees and types through it, and the recording shows the same', async () => {
  await using server = await serve();
  const file = path.join(folder, `${files++}.rfbrec`);
  await using between = await proxy(server.address, { recordTo: () => file });
  let seen: Buffer;
  {
    await using console = await connect(between.address);
    await console.keyboard.type('root');
    await console.screen.waitForText(/login: root/);
    seen = Buffer.from((await console.capture()).rgba);
  }
  await between.close();
  await using recording = await openRecording(file);
  expect(Buffer.from((await pictureAt(recording))?.rgba ?? []).equals(seen)).toBe(true);
  expect(await bytesFrom(recording, 'client')).toEqual(expect.objectContaining({ length: expect.any(Number) }));
});

test('neither side sees the other’s password; who is not let in causes nothing', async () => {
  await using server = await serve({ password: 'upstream' });
  const recorded: string[] = [];
  await using between = await proxy(server.address, {
    credentials: { password: 'upstream' },
    viewerPassword: 'viewers',
    recordTo: (viewer) => {
      recorded.push(path.join(folder, `viewer-${viewer}.rfbrec`));
      return recorded.at(-1) ?? '';
    },
  });
  const wrong = connect(between.address, { credentials: { password: 'upstream' } });
  await expect(wrong).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
  expect(recorded).toEqual([]);
  await using vm = await connect(between.address, { credentials: { password: 'viewers' } });
  expect((await vm.capture()).width).toBe(720);
  expect(recorded.length).toBe(1);
});

test('typed text is masked in the recording, and arrives all the same', async () => {
  await using server = await serve();
  const file = path.join(folder, 'masked.rfbrec');
  await using between = await proxy(server.address, { recordTo: () => file, maskKeys: true });
  {
    await using vm = await connect(between.address);
    await vm.keyboard.type('qzjx');
    await vm.screen.waitForText('qzjx');
  }
  await between.close();
  await using recording = await openRecording(file);
  const client = await bytesFrom(recording, 'client');
  const messages = await new ClientWatcher(file).take(client);
  const keys = messages.filter(({ type }) => type === keyEvent.type).map(({ content }) => (content as KeyEvent).keysym);
  expect(keys).toEqual(Array.from({ length: 8 }, () => 0x2a));
  expect((await readFile(file)).includes('qzjx')).toBe(false);
});

test('a log of both sides', async () => {
  await using server = await serve();
  const told: ProxyMessage[] = [];
  await using between = await proxy(server.address, { onMessage: (message) => told.push(message) });
  {
    await using vm = await connect(between.address);
    await vm.capture();
    await vm.keyboard.press('a');
  }
  await between.close();
  const lines = told.map((message) => describeProxyMessage(message, false));
  expect(lines).toContain('#1 → ProtocolVersion, 12 bytes');
  expect(lines).toContain('#1 → FramebufferUpdateRequest: 720x400 at 0,0');
  expect(lines).toContain('#1 → KeyEvent: 0x61 down');
  expect(lines.join('\n')).toMatch(/#1 ← FramebufferUpdate: \d+ tight.*; \d+ pixels, \d+ bytes/);
  expect(lines.some((line) => line.includes('not understood'))).toBe(false);
  expect(told.map((message) => describeProxyMessage(message, true)).join('\n')).not.toContain('0x61');
});

test('a viewer that changes the pixel format on the way is followed', async () => {
  await using server = await serve({ scene: 'desktop' });
  const file = path.join(folder, 'formats.rfbrec');
  await using between = await proxy(server.address, { recordTo: () => file });
  const { host, port } = between;
  const socket = connectTcp(port, host);
  const viewer = new Connection({ ...socketPipe(socket) });
  const { reader } = viewer;
  const take = async (length: number) => {
    await reader.need(length);
    return Buffer.from(reader.view(length));
  };
  await take(12);
  await viewer.pipe.write(Buffer.from('RFB 003.008\n'));
  await take(2);
  await viewer.pipe.write(Uint8Array.of(1));
  await take(4);
  await viewer.pipe.write(Uint8Array.of(1));
  const init = await take(24);
  await take(init.readUInt32BE(20));
  const size = { width: init.readUInt16BE(0), height: init.readUInt16BE(2) };
  for (const format of [pixelFormats.rgb565, pixelFormats.rgbx8888, pixelFormats.bgr233, pixelFormats.rgbx8888]) {
    const out = new ByteWriter();
    setPixelFormat.write(out, format);
    setEncodings.write(out, [0]);
    framebufferUpdateRequest.write(out, { x: 0, y: 0, ...size, incremental: false });
    await viewer.pipe.write(out.take());
    const header = await take(4);
    for (let rects = header.readUInt16BE(2); rects > 0; rects--) {
      const rect = await take(12);
      await reader.discard((rect.readUInt16BE(4) * rect.readUInt16BE(6) * format.bitsPerPixel) / 8);
    }
  }
  await viewer.pipe.close();
  await between.close();
  await using recording = await openRecording(file);
  const { framebuffer } = server.server.scene.display;
  expect(Buffer.from((await pictureAt(recording))?.rgba ?? []).equals(framebuffer.rgba(framebuffer.bounds))).toBe(true);
  const shown = [];
  for await (const { picture } of frames(recording, { intervalMs: 0 })) shown.push(picture);
  expect(shown.length).toBeGreaterThan(0);
});

describe('replay', () => {
  test('every viewer sees the end of it, and the middle on the way', async () => {
    await using console = await bars(5);
    const file = path.join(folder, 'replayed.rfbrec');
    const recorder = await Recorder.start(console.address, file, { keyframeMs: 50 });
    for (let i = 0; i < 40; i++) await recorder.session.nextUpdate();
    await recorder.close();
    await using recording = await openRecording(file);
    const end = await pictureAt(recording);
    await using replaying = await listen(new ReplayServer(() => openRecording(file), { speed: 4 }));
    for (const encodings of [['raw'], ['zrle']] as const) {
      await using vm = await connect(replaying.address, { encodings });
      const seen = new Set<string>();
      for (;;) {
        const picture = await vm.capture();
        seen.add(Buffer.from(picture.rgba).toString('base64'));
        if (Buffer.from(picture.rgba).equals(end?.rgba ?? Buffer.alloc(0))) break;
      }
      expect(seen.size).toBeGreaterThan(1);
    }
  });

  test('hang-up at the end; a broken recording is told', async () => {
    await using console = await bars(5);
    const file = path.join(folder, 'ends.rfbrec');
    const recorder = await Recorder.start(console.address, file);
    for (let i = 0; i < 5; i++) await recorder.session.nextUpdate();
    await recorder.close();
    const errors: unknown[] = [];
    const options = { speed: 100, atEnd: 'hang-up', onError: (error: unknown) => errors.push(error) } as const;
    await using replaying = await listen(new ReplayServer(() => openRecording(file), options));
    const vm = await connect(replaying.address);
    await once(vm.session, 'closed');
    expect(errors).toEqual([]);
    const broken = await listen(new ReplayServer(() => openRecording(`${file}-not-there`), options));
    await expect(connect(broken.address)).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    await broken.close();
    expect(errors).toMatchObject([{ code: 'BAD_RECORDING' }]);
  });
});
