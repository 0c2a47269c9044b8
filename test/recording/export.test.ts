import path from 'node:path';
import { PNG } from 'pngjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { apng } from '../../src/recording/export/apng.ts';
import { html } from '../../src/recording/export/html.ts';
import { exporters } from '../../src/recording/export/index.ts';
import { png } from '../../src/recording/export/picture.ts';
import { openRecording, writableFormats } from '../../src/recording/formats/index.ts';
import { type Frame, frames, pictureAt } from '../../src/recording/frames.ts';
import { Recorder } from '../../src/recording/recorder.ts';
import type { Recording } from '../../src/recording/recording.ts';
import { scratchFolder } from '../support/scratch.ts';
import { bars, recordingOf } from './support.ts';

const OPTIONS = { program: 'test' };
const folder = scratchFolder('export');
let recording: Recording;

beforeAll(async () => {
  await using console = await bars(5);
  const file = path.join(folder, 'bars.rfbrec');
  const recorder = await Recorder.start(console.address, file, { keyframeMs: 60 });
  for (let i = 0; i < 60; i++) await recorder.session.nextUpdate();
  await recorder.close();
  recording = await openRecording(file);
  return () => recording.close();
});

test('every end of a name means one thing', () => {
  const ends = [
    ...exporters.flatMap(({ extensions }) => extensions),
    ...writableFormats.map(({ extension }) => extension),
  ];
  expect(ends).toEqual([...new Set(ends)]);
});

test('a picture at a time', async () => {
  const { durationMs = 0 } = recording;
  for (const toMs of [durationMs / 2, undefined]) {
    const picture = PNG.sync.read(Buffer.from(await png.render(recording, { ...OPTIONS, toMs })));
    expect(picture.data.equals((await pictureAt(recording, toMs))?.rgba ?? Buffer.alloc(0))).toBe(true);
  }
});

describe('an animated PNG', () => {
  test('each of its frames, put on the one before, is the recording’s', async () => {
    const wanted: Frame[] = [];
    for await (const frame of frames(recording, { intervalMs: 25 })) wanted.push(frame);
    const { pictures, delays, plays } = readApng(
      Buffer.from(await apng.render(recording, { ...OPTIONS, intervalMs: 25 })),
    );
    expect(pictures.length).toBe(wanted.length);
    for (const [i, picture] of pictures.entries())
      expect(picture.equals(wanted[i]?.picture.rgba ?? Buffer.alloc(0)), `frame ${i}`).toBe(true);
    expect(delays.slice(0, -1)).toEqual(
      wanted.slice(1).map(({ ms }, i) => Math.max(1, Math.round(ms - (wanted[i]?.ms ?? 0)))),
    );
    expect(plays).toBe(0);
  });

  test('where it is not understood, it is a picture of the beginning', async () => {
    const file = Buffer.from(await apng.render(recording, OPTIONS));
    const { value: first } = await frames(recording).next();
    expect(PNG.sync.read(file).data.equals((first as Frame).picture.rgba)).toBe(true);
  });
});

test('a page holds every frame, and nothing that ends its script', async () => {
  const page = Buffer.from(await html.render(recording, OPTIONS)).toString();
  const data = JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)?.[1] ?? '');
  const screens = data.traces[0].events.filter(({ type }: { type: string }) => type === 'screen');
  expect(screens.length).toBeGreaterThan(0);
  const last = PNG.sync.read(Buffer.from(data.pictures[screens.at(-1).file], 'base64'));
  expect(last.data.equals((await pictureAt(recording))?.rgba ?? Buffer.alloc(0))).toBe(true);
});

test.each(exporters.filter(({ summary }) => !summary.includes('ffmpeg')))(
  'nothing to show is told: $extensions',
  async (exporter) => {
    const start = Buffer.from(
      'RFB 003.008\n\x01\x01\0\0\0\0\0\x02\0\x01\x20\x18\0\x01\0\xff\0\xff\0\xff\x10\x08\0\0\0\0\0\0\0\0',
      'latin1',
    );
    const empty = recordingOf([{ from: 'server', ms: 0, bytes: start }]);
    await expect(exporter.render(empty, OPTIONS)).rejects.toMatchObject({
      code: 'ACTION_FAILED',
      message: expect.stringMatching(/nothing was shown/),
    });
  },
);

/** By the specification of APNG; the pixels by pngjs, one frame at a time. */
function readApng(file: Buffer) {
  const chunks: { type: string; data: Buffer }[] = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    chunks.push({ type: file.toString('latin1', at + 4, at + 8), data: file.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  const of = (type: string) => chunks.filter((chunk) => chunk.type === type).map(({ data }) => data);
  const [ihdr = Buffer.alloc(0)] = of('IHDR');
  const [actl = Buffer.alloc(0)] = of('acTL');
  const width = ihdr.readUInt32BE(0);
  const canvas = Buffer.alloc(width * ihdr.readUInt32BE(4) * 4);
  const pictures: Buffer[] = [];
  const delays: number[] = [];
  let sequence = 0;
  for (const [i, { type, data }] of chunks.entries()) {
    if (type !== 'fcTL') continue;
    expect(data.readUInt32BE(0)).toBe(sequence++);
    const [w, h, x, y] = [4, 8, 12, 16].map((at) => data.readUInt32BE(at)) as [number, number, number, number];
    expect([data[24], data[25]]).toEqual([0, 0]);
    delays.push((data.readUInt16BE(20) / data.readUInt16BE(22)) * 1000);
    const next = chunks[i + 1];
    if (next?.type === 'fdAT') expect(next.data.readUInt32BE(0)).toBe(sequence++);
    const pixels = next?.type === 'fdAT' ? next.data.subarray(4) : next?.data;
    const header = Buffer.from(ihdr);
    header.writeUInt32BE(w, 0);
    header.writeUInt32BE(h, 4);
    const part = PNG.sync.read(single(header, pixels ?? Buffer.alloc(0)), { checkCRC: false } as never).data;
    for (let row = 0; row < h; row++) part.copy(canvas, ((y + row) * width + x) * 4, row * w * 4, (row + 1) * w * 4);
    pictures.push(Buffer.from(canvas));
  }
  expect(actl.readUInt32BE(0)).toBe(pictures.length);
  return { pictures, delays, plays: actl.readUInt32BE(4) };
}

function single(header: Buffer, pixels: Buffer): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, Buffer.from(type, 'latin1'), data, Buffer.alloc(4)]);
  };
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
