import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openRecording } from '../../src/recording/formats/index.ts';
import { frames, pictureAt } from '../../src/recording/frames.ts';
import { Recorder, type RecordOptions } from '../../src/recording/recorder.ts';
import type { Recording } from '../../src/recording/recording.ts';
import { serve } from '../../src/server/listen.ts';
import { scratchFolder } from '../support/scratch.ts';
import { bars, bytesFrom, piecesOf, recordingOf } from './support.ts';

const folder = scratchFolder('recorder');
let files = 0;

async function record(
  address: string,
  options: RecordOptions,
  until: (recorder: Recorder) => Promise<void>,
): Promise<Recording> {
  const file = path.join(folder, `${files++}.rfbrec`);
  const recorder = await Recorder.start(address, file, options);
  try {
    await until(recorder);
  } finally {
    await recorder.close();
  }
  return await openRecording(file);
}

/** Waits for what happens, not for a time: on a slow machine updates are fewer. */
const updates = (count: number) => async (recorder: Recorder) => {
  for (let i = 0; i < count; i++) await recorder.session.nextUpdate();
};

test('seeking by keyframes shows what playing from the start shows', async () => {
  await using console = await bars(5);
  await using recording = await record(console.address, { keyframeMs: 40 }, updates(120));
  expect(recording.keyframes.length).toBeGreaterThan(2);
  const withoutKeyframes: Recording = { ...recordingOf([]), pieces: () => recording.pieces() };
  const { durationMs = 0 } = recording;
  const pictures = new Set<string>();
  for (let i = 0; i <= 20; i++) {
    const ms = (durationMs * i) / 20;
    const sought = await pictureAt(recording, ms);
    const played = await pictureAt(withoutKeyframes, ms);
    expect(sought && Buffer.from(sought.rgba).equals(played?.rgba ?? Buffer.alloc(0)), `at ${ms} ms`).toBe(
      played && true,
    );
    if (sought) pictures.add(Buffer.from(sought.rgba).toString('base64'));
  }
  expect(pictures.size).toBeGreaterThan(5);
});

test('the last picture is the console’s', async () => {
  await using server = await serve({ scene: 'desktop' });
  await using recording = await record(server.address, {}, updates(1));
  const picture = await pictureAt(recording);
  const { framebuffer } = server.server.scene.display;
  expect(Buffer.from(picture?.rgba ?? []).equals(framebuffer.rgba(framebuffer.bounds))).toBe(true);
});

test('encodings that keep state are recorded, without keyframes', async () => {
  await using console = await bars(5);
  await using recording = await record(console.address, { keyframeMs: 10, encodings: ['zrle'] }, updates(40));
  expect(recording.keyframes).toEqual([]);
  expect(await pictureAt(recording)).toBeDefined();
});

test('no password is in it: the handshake is that of a server without', async () => {
  await using server = await serve({ password: 'Hunter2!' });
  await using recording = await record(server.address, { credentials: { password: 'Hunter2!' } }, updates(1));
  expect((await bytesFrom(recording, 'server')).subarray(0, 18)).toEqual(
    Buffer.from('RFB 003.008\n\x01\x01\0\0\0\0', 'latin1'),
  );
  expect((await bytesFrom(recording, 'client')).subarray(0, 14)).toEqual(
    Buffer.from('RFB 003.008\n\x01\x01', 'latin1'),
  );
});

test('frames: in order, whole, as far apart as wanted, the last one is the end', async () => {
  await using console = await bars(5);
  await using recording = await record(console.address, {}, updates(80));
  const found = [];
  for await (const frame of frames(recording, { intervalMs: 30 })) found.push(frame);
  expect(found.length).toBeGreaterThan(3);
  for (const [i, { ms }] of found.entries())
    if (i > 0 && i < found.length - 1) expect(ms - (found[i - 1]?.ms ?? 0)).toBeGreaterThanOrEqual(0);
  expect(found.at(-1)?.picture).toEqual(await pictureAt(recording));
  // What a frame says has changed is all that has.
  for (const [i, { picture, changed }] of found.entries()) {
    const before = found[i - 1]?.picture;
    if (!before) continue;
    for (let at = 0; at < picture.rgba.length; at += 4) {
      const x = (at / 4) % picture.width;
      const y = Math.floor(at / 4 / picture.width);
      const inside =
        x >= changed.x && x < changed.x + changed.width && y >= changed.y && y < changed.y + changed.height;
      if (!inside && picture.rgba[at] !== before.rgba[at]) throw new Error(`frame ${i} differs at ${x},${y}`);
    }
  }
});

test('a server that leaves: the recording is whole until then', async () => {
  const console = await bars(5);
  const file = path.join(folder, 'left.rfbrec');
  const recorder = await Recorder.start(console.address, file);
  await updates(5)(recorder);
  await console.close();
  while (!recorder.session.ended) await sleep(5);
  await recorder.close();
  await using recording = await openRecording(file);
  expect(recording.truncated).toBe(false);
  expect((await piecesOf(recording)).length).toBeGreaterThan(5);
  expect(await pictureAt(recording)).toBeDefined();
});
