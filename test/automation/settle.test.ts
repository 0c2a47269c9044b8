import { expect, test } from 'vitest';
import { captureSettled } from '../../src/automation/settle.ts';
import { all, sessionWith, showing, update } from '../support/answering-server.ts';

test('settling waits for a picture, then for it to stand still', async () => {
  await using session = await showing(0, 0, 0, 3, 4, 5, 6);
  const picture = await captureSettled(session, { stableMs: 80 });
  expect(picture.rgba[0]).toBe(6);
});

test('a screen that stays blank is an error that says so', async () => {
  await using session = await showing(7);
  await expect(captureSettled(session, { nonBlankMs: 60 })).rejects.toMatchObject({
    code: 'TIMED_OUT',
    message: expect.stringMatching(/waited 60 ms in vain for something on the screen: all of it is #070000$/),
  });
});

test('a blank screen that gets a picture', async () => {
  await using session = await sessionWith([2, 2], (_request, count) => [
    count < 3 ? update(all(2, 2, 0)) : update(all(2, 2, 0), { x: 0, y: 0, width: 1, height: 1, red: 9 }),
  ]);
  expect((await captureSettled(session, { nonBlankMs: 10_000 })).rgba[0]).toBe(9);
});

test('a screen that never stands still ends in a timeout that counts the changes', async () => {
  await using session = await sessionWith([2, 2], (_request, count) => [update(all(2, 2, count % 256))]);
  await expect(captureSettled(session, { stableMs: 1000, timeoutMs: 200 })).rejects.toMatchObject({
    code: 'TIMED_OUT',
    message: expect.stringMatching(/waited 200 ms in vain for stable for 1 s: still for \d+ ms, after \d+ changes/),
  });
});

test('a region is waited for and cut out', async () => {
  const corner = { x: 1, y: 1, width: 1, height: 1 };
  await using session = await sessionWith([2, 2], (_request, count) => [
    update(all(2, 2, 1), { x: 0, y: 0, width: 1, height: 1, red: count % 256 }),
  ]);
  const picture = await captureSettled(session, { stableMs: 60, region: corner });
  expect(picture).toMatchObject({ width: 1, height: 1 });
  expect([...picture.rgba]).toEqual([1, 0, 0, 255]);
});
