import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { PNG } from 'pngjs';
import { expect, test } from 'vitest';
import { fbs } from '../../src/recording/formats/fbs.ts';
import { openRecording } from '../../src/recording/formats/index.ts';
import { pictureAt } from '../../src/recording/frames.ts';
import { scratchFolder } from '../support/scratch.ts';
import { bytesFrom, piecesOf, recordingOf } from './support.ts';

const folder = scratchFolder('fbs');
let files = 0;
const fresh = () => path.join(folder, `${files++}.fbs`);

// By hand, from the layout that rfbproxy's documentation gives: nothing of src has written this.
const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex');
const INIT_565 = '0002 0001 10 10 00 01 001f 003f 001f 0b 05 00 000000';
const UPDATE_RED_GREEN = '00 00 0001 0000 0000 0002 0001 00000000 00f8 e007';
const FBS = Buffer.concat([
  Buffer.from('FBS 001.000\n'),
  hex('0000000c'),
  Buffer.from('RFB 003.003\n'),
  hex('00000000'),
  hex('00000004 00000001 00000005'),
  hex(`0000001b ${INIT_565} 00000003`),
  Buffer.from('abc'),
  hex('00 00000007'),
  hex(`00000014 ${UPDATE_RED_GREEN} 000003e8`),
]);

test('a file that was made by hand is read: times, padding, the picture', async () => {
  const file = fresh();
  writeFileSync(file, FBS);
  await using recording = await openRecording(file);
  expect([recording.format, recording.hasClient, recording.timed]).toEqual(['fbs', false, true]);
  expect((await piecesOf(recording)).map(({ ms, bytes }) => [ms, bytes.length])).toEqual([
    [0, 12],
    [5, 4],
    [7, 27],
    [1000, 20],
  ]);
  expect(await pictureAt(recording, 999)).toBeUndefined();
  expect(await pictureAt(recording)).toMatchObject({
    width: 2,
    height: 1,
    rgba: Uint8Array.of(255, 0, 0, 255, 0, 255, 0, 255),
  });
});

test('what rfbproxy has recorded is read, to the picture that the server showed', async () => {
  const fixtures = path.join(import.meta.dirname, '../../fixtures/recordings');
  await using recording = await openRecording(path.join(fixtures, 'rfbproxy.fbs'));
  const truth = PNG.sync.read(readFileSync(path.join(fixtures, 'rfbproxy.png'))).data;
  expect(truth.equals((await pictureAt(recording))?.rgba ?? Buffer.alloc(0))).toBe(true);
  expect(truth.equals((await pictureAt(recording, 500))?.rgba ?? Buffer.alloc(0))).toBe(false);
});

test('what is written has that layout: RFB 3.3 without a password, Hextile alone', async () => {
  const file = fresh();
  const start = `0101 00000000 ${INIT_565} 00000000`;
  await fbs.write?.(
    recordingOf([
      { from: 'server', ms: 0, bytes: Buffer.concat([Buffer.from('RFB 003.008\n'), hex(start)]) },
      { from: 'client', ms: 0, bytes: Buffer.concat([Buffer.from('RFB 003.008\n'), hex('0101')]) },
      { from: 'server', ms: 7, bytes: hex(UPDATE_RED_GREEN) },
      { from: 'client', ms: 8, bytes: hex('00 000000 08 08 00 01 0007 0007 0003 00 03 06 000000') },
      { from: 'server', ms: 1000.4, bytes: hex('00 00 0001 0000 0000 0001 0001 00000000 38') },
    ]),
    file,
  );
  const name = '0000000c 6d61646520627920 68616e64';
  const handshake = `524642203030332e3030330a 00000001 0002 0001 20 18 00 01 00ff 00ff 00ff 10 08 00 000000 ${name}`;
  expect(readFileSync(file)).toEqual(
    Buffer.concat([
      Buffer.from('FBS 001.000\n'),
      hex(`00000034 ${handshake} 00000000`),
      // Red and green, raw; then green alone in the other format, as a tile of one colour.
      hex('00000019 00 00 0001 0000 0000 0002 0001 00000005 01 0000ff00 00ff0000 000000 00000007'),
      hex('00000015 00 00 0001 0000 0000 0001 0001 00000005 01 00ff0000 000000 000003e8'),
    ]),
  );
});

test('nothing that was shown is nothing to write', async () => {
  const bytes = Buffer.concat([Buffer.from('RFB 003.008\n'), hex(`0101 00000000 ${INIT_565} 00000000`)]);
  const empty = recordingOf([{ from: 'server', ms: 0, bytes }]);
  await expect(fbs.write?.(empty, fresh())).rejects.toMatchObject({ code: 'ACTION_FAILED' });
});

test('cut off or damaged: read up to there, or told', async () => {
  const file = fresh();
  for (let length = 12; length < FBS.length; length++) {
    writeFileSync(file, FBS.subarray(0, length));
    await using recording = await openRecording(file);
    const whole = await bytesFrom(recording, 'server');
    expect(whole.length).toBeLessThanOrEqual(63);
    expect(recording.truncated).toBe(![12, 32, 44, 80].includes(length));
  }
  await fc.assert(
    fc.asyncProperty(fc.nat(FBS.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const damaged = Buffer.from(FBS);
      damaged[at] = (damaged[at] ?? 0) ^ change;
      writeFileSync(file, damaged);
      try {
        await using recording = await openRecording(file);
        await pictureAt(recording);
      } catch (error) {
        expect((error as { code: unknown }).code).toEqual(expect.stringMatching(/^[A-Z_]+$/));
      }
    }),
    { numRuns: 200 },
  );
});
