import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { crop, samePixels } from '../../src/automation/picture.ts';
import { connect } from '../../src/index.ts';
import { fbs } from '../../src/recording/formats/fbs.ts';
import { openRecording } from '../../src/recording/formats/index.ts';
import { pictureAt } from '../../src/recording/frames.ts';
import { ProxyServer } from '../../src/recording/proxy-server.ts';
import { Recorder } from '../../src/recording/recorder.ts';
import { ReplayServer } from '../../src/recording/replay-server.ts';
import { listen } from '../../src/server/listen.ts';
import {
  describeWith,
  difference,
  type Picture,
  qemu,
  startProcess,
  websockify,
  xtermText,
  xtigervnc,
} from './rig/index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'rfbctl-recordings-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const WIDTH = 320;
const HEIGHT = 200;
const text = (name: string) => Array.from({ length: 12 }, (_, i) => `\x1b[${31 + (i % 7)}m${name} ${i}`).join('\r\n');

/** Records until the console shows what the display shows. */
async function recordedUntil(recorder: Recorder, truth: () => Promise<Picture>): Promise<void> {
  for (;;) {
    const wanted = await truth();
    const { framebuffer } = recorder.session;
    if (!difference({ ...wanted, rgba: Buffer.from(framebuffer.rgba(framebuffer.bounds)) }, wanted)) return;
    await recorder.session.nextUpdate({ timeoutMs: 1000 }).catch(() => {});
  }
}

/** A recording of Xtigervnc on which a window comes and another goes, and what it showed at the end. */
async function recordX(file: string): Promise<Picture> {
  await using server = await xtigervnc({ geometry: `${WIDTH}x${HEIGHT}`, password: 'secret' });
  await server.display.drawTestCard();
  // TigerVNC paints the pointer for viewers that did not put it where it is.
  await server.display.warpPointer(WIDTH - 1, HEIGHT - 1);
  const recorder = await Recorder.start(server.address, file, { credentials: { password: 'secret' }, keyframeMs: 200 });
  try {
    await recorder.session.sendPointerEvent(WIDTH - 1, HEIGHT - 1, 0);
    {
      await using _first = await xtermText(server.display, text('first'), { geometry: '20x8+9+7' });
      await recordedUntil(recorder, () => server.display.stableTruth());
    }
    await using _second = await xtermText(server.display, text('second'), { geometry: '22x9+60+40' });
    const truth = await server.display.stableTruth();
    await recordedUntil(recorder, () => server.display.truth());
    return truth;
  } finally {
    await recorder.close();
  }
}

describeWith(['xtigervnc', 'xterm'], 'a recording of Xtigervnc', () => {
  let file: string;
  let truth: Picture;
  beforeAll(async () => {
    file = path.join(folder, 'x.rfbrec');
    truth = await recordX(file);
  });

  test('its end is what the display showed, by its own and by FBS', async () => {
    await using recording = await openRecording(file);
    expect(recording.keyframes.length).toBeGreaterThan(0);
    const other = path.join(folder, 'x.fbs');
    await fbs.write?.(recording, other);
    await using copy = await openRecording(other);
    for (const each of [recording, copy]) {
      const end = await pictureAt(each);
      expect(difference({ ...truth, rgba: Buffer.from(end?.rgba ?? []) }, truth), each.format).toBeUndefined();
    }
    const { durationMs = 0 } = recording;
    const whole = { ...recording, keyframes: [], pieces: () => recording.pieces() };
    for (const ms of [durationMs * 0.5, durationMs * 0.75, durationMs * 0.95]) {
      const [sought, played] = [await pictureAt(recording, ms), await pictureAt(whole as typeof recording, ms)];
      expect(sought && played && samePixels(sought, played), `at ${ms} ms`).toBe(true);
    }
  });

  describeWith(['vncviewer'], 'replayed to vncviewer', () => {
    test.each(['ZRLE', 'Tight', 'Hextile', 'Raw'])('shows the same (%s)', async (encoding) => {
      await using screen = await xtigervnc({ geometry: '640x480' });
      await using replaying = await listen(new ReplayServer(() => openRecording(file), { speed: 20 }));
      const args = [
        `127.0.0.1::${replaying.port}`,
        '-AutoSelect=0',
        '-FullColor=1',
        `-PreferredEncoding=${encoding}`,
        '-RemoteResize=0',
        '-MenuKey=',
        '-geometry',
        `${WIDTH}x${HEIGHT}+0+0`,
      ];
      await using viewer = await startProcess('xtigervncviewer', ['-display', screen.display.name, ...args]);
      await viewer.until(
        'the end of the recording on its screen',
        async () => holds({ ...(await screen.display.truth()), fresh: true }, truth) || undefined,
      );
    });
  });
});

/** Without a window manager the window stands near the upper left, with or without a frame. */
function holds(screen: Parameters<typeof crop>[0], { width, height, rgba }: Picture): boolean {
  for (let y = 0; y <= 40; y++) {
    for (let x = 0; x <= 8; x++) {
      const part = crop(screen, { x, y, width, height });
      if (part && Buffer.compare(part.rgba, rgba) === 0) return true;
    }
  }
  return false;
}

describeWith(['qemu'], 'QEMU through a proxy', () => {
  test('what a viewer saw and typed is what is recorded', async () => {
    await using machine = await qemu();
    const file = path.join(folder, 'qemu.rfbrec');
    await using between = await listen(new ProxyServer(machine.address, { recordTo: () => file }));
    let seen: Uint8Array;
    {
      await using vm = await connect(between.address);
      await machine.stableTruth();
      await vm.keyboard.type('ls');
      await machine.stableTruth();
      seen = (await vm.capture()).rgba;
    }
    await between.close();
    await using recording = await openRecording(file);
    expect(Buffer.compare((await pictureAt(recording))?.rgba ?? Buffer.alloc(0), seen)).toBe(0);
  });
});

describeWith(['websockify', 'xtigervnc'], 'what websockify --record has written', () => {
  test('is read: with VNC authentication in it, to the same picture', async () => {
    await using server = await xtigervnc({ geometry: `${WIDTH}x${HEIGHT}`, password: 'secret' });
    await server.display.drawTestCard();
    let seen: Uint8Array;
    {
      await using proxy = await websockify(server, ['--record', path.join(folder, 'ws')]);
      await using vm = await connect(proxy.address, { credentials: { password: 'secret' } });
      await vm.pointer.move(1, 1);
      seen = (await vm.capture()).rgba;
    }
    const name = (await readdir(folder)).find((each) => each.startsWith('ws.')) ?? '';
    await using recording = await openRecording(path.join(folder, name));
    expect(recording.format).toBe('websockify');
    expect(Buffer.compare((await pictureAt(recording))?.rgba ?? Buffer.alloc(0), seen)).toBe(0);
  });
});
