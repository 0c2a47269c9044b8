import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openRecording } from '../../src/recording/formats/index.ts';
import { RecordingWriter } from '../../src/recording/recording-writer.ts';
import type { Keyframe } from '../../src/recording/rfbrec.ts';
import { UsageError } from '../../src/rfb/errors.ts';
import { pixelFormats } from '../../src/rfb/protocol/pixel-format.ts';
import { scratchFolder } from '../support/scratch.ts';
import { piecesOf } from './support.ts';

const folder = scratchFolder('rfbrec');
let files = 0;
const fresh = () => path.join(folder, `${files++}.rfbrec`);
const HEADER = { version: 1, started: '2026-01-02T03:04:05.000Z', target: 'console:1' } as const;
const KEYFRAME = { width: 3, height: 2, name: 'x', pixelFormat: pixelFormats.rgbx8888 };

const pieces = fc.array(
  fc.record({
    from: fc.constantFrom('server' as const, 'client' as const),
    ms: fc.integer({ min: 0, max: 1e9 }),
    bytes: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc.integer({ min: 1, max: 3_000_000 }).map((length) => new Uint8Array(length).fill(length)),
    ),
  }),
  { maxLength: 12 },
);

test('what is written is read: bytes, sides, times', async () => {
  await fc.assert(
    fc.asyncProperty(pieces, async (unordered) => {
      const file = fresh();
      const ordered = unordered.toSorted((a, b) => a.ms - b.ms);
      const writer = await RecordingWriter.create(file, HEADER);
      for (const { from, bytes, ms } of ordered) {
        const lent = Uint8Array.from(bytes);
        const written = writer[from](lent, ms);
        lent.fill(0);
        await written;
      }
      await writer.close();
      await using recording = await openRecording(file);
      expect([recording.format, recording.started?.toISOString(), recording.target]).toEqual([
        'rfbrec',
        HEADER.started,
        HEADER.target,
      ]);
      expect(recording.durationMs).toBe(Math.max(0, ...ordered.map(({ ms }) => ms)));
      const read = await piecesOf(recording);
      for (const side of ['server', 'client'] as const) {
        const of = (list: typeof read) =>
          Buffer.concat(list.filter(({ from }) => from === side).map(({ bytes }) => bytes));
        expect(of(read).equals(of(ordered))).toBe(true);
      }
      expect([...new Set(read.map(({ ms }) => ms))]).toEqual([...new Set(ordered.map(({ ms }) => ms))]);
      expect(recording.truncated).toBe(false);
    }),
    { numRuns: 30 },
  );
});

test('from a keyframe on, the stream begins at its offset', async () => {
  const file = fresh();
  const writer = await RecordingWriter.create(file, HEADER);
  await writer.server(Uint8Array.of(1, 2, 3), 10);
  await writer.client(Uint8Array.of(9), 10);
  await writer.server(Uint8Array.of(4, 5, 6), 20);
  await writer.keyframe({ ...KEYFRAME, offset: 4 });
  await writer.server(Uint8Array.of(7), 30);
  await writer.close();
  await using recording = await openRecording(file);
  expect(recording.keyframes).toMatchObject([{ ...KEYFRAME, offset: 4, skip: 1 }]);
  const read = await piecesOf(recording, recording.keyframes[0] as Keyframe);
  expect(read).toEqual([
    { from: 'server', ms: 20, bytes: Uint8Array.of(5, 6) },
    { from: 'server', ms: 30, bytes: Uint8Array.of(7) },
  ]);
});

test('a file that was cut off anywhere is read up to there', async () => {
  const whole = fresh();
  const writer = await RecordingWriter.create(whole, HEADER);
  for (let i = 0; i < 5; i++) await writer.server(new Uint8Array(200 + i).fill(i), i);
  await writer.close();
  const bytes = readFileSync(whole);
  await using complete = await openRecording(whole);
  const all = await piecesOf(complete);
  const cut = fresh();
  writeFileSync(cut, bytes);
  for (let length = bytes.length - 1; length > 8; length--) {
    truncateSync(cut, length);
    const opened = await openRecording(cut).catch((error: unknown) => error);
    if (opened instanceof Error) {
      expect(opened).toMatchObject({ name: 'UsageError', code: 'BAD_RECORDING' });
      continue;
    }
    await using recording = opened as Awaited<ReturnType<typeof openRecording>>;
    const read = await piecesOf(recording);
    expect(read).toEqual(all.slice(0, read.length));
    expect(recording.truncated || read.length === all.length).toBe(true);
  }
});

test('damage is told, never thrown as something else, and nothing big is allocated', async () => {
  const whole = fresh();
  const writer = await RecordingWriter.create(whole, HEADER);
  for (let i = 0; i < 5; i++) await writer.server(new Uint8Array(200 + i).fill(i), i);
  await writer.close();
  const bytes = readFileSync(whole);
  const file = fresh();
  let told = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ change;
      writeFileSync(file, damaged);
      try {
        await using recording = await openRecording(file);
        await piecesOf(recording);
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
        expect((error as UsageError).message.startsWith(file)).toBe(true);
        told++;
      }
    }),
    { numRuns: 300 },
  );
  expect(told).toBeGreaterThan(20);
});

describe('refused', () => {
  test('a file that exists is not written over', async () => {
    const file = fresh();
    writeFileSync(file, 'precious');
    await expect(RecordingWriter.create(file, HEADER)).rejects.toMatchObject({
      code: 'OUTPUT_FAILED',
      message: `cannot write ${file}: it exists already, and recordings are not written over`,
    });
    expect(readFileSync(file, 'utf8')).toBe('precious');
  });

  test.each([
    ['nothing.rfbrec', undefined, /there is no such file/],
    ['empty', '', /it is no recording that is known here/],
    ['text', 'hello', /it is no recording that is known here/],
    ['header', 'RFBREC 1', /its first record is no header/],
  ])('%s', async (name, content, message) => {
    const file = path.join(folder, name);
    if (content !== undefined) writeFileSync(file, content);
    await expect(openRecording(file)).rejects.toMatchObject({
      code: 'BAD_RECORDING',
      message: expect.stringMatching(message),
    });
  });

  test('a record that announces more than there can be', async () => {
    const file = fresh();
    const record = Buffer.alloc(20);
    record[0] = 1;
    record.writeUInt32BE(0xffffffff, 8);
    writeFileSync(file, Buffer.concat([Buffer.from('RFBREC 1'), record, Buffer.alloc(100)]));
    await expect(openRecording(file)).rejects.toThrow('the record at byte 8 announces 4294967295 bytes');
  });
});
