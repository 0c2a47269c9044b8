import { expect, test } from 'vitest';
import { ScreenWatch } from '../../src/automation/screen-watch.ts';
import { captureSettled } from '../../src/automation/settle.ts';
import { all, pseudo, sessionWith, update } from '../support/answering-server.ts';

/** A server whose screen of 2x2 shows these reds, one after each request, the last for good. */
function showing(...reds: readonly number[]) {
  return sessionWith([2, 2], (_request, count) => [update(all(2, 2, reds[Math.min(count, reds.length - 1)] ?? 0))]);
}

test('a change is seen, an update that changes nothing is none', async () => {
  await using session = await showing(1, 1, 1, 2);
  using watch = await ScreenWatch.start(session);
  expect(watch.picture.rgba[0]).toBe(1);
  expect(await watch.changed(5000)).toBe(true);
  expect(watch.picture.rgba[0]).toBe(2);
  expect(await watch.changed(50)).toBe(false);
});

test('only its region counts', async () => {
  const corner = { x: 1, y: 1, width: 1, height: 1 };
  await using session = await sessionWith([2, 2], (_request, count) => [
    update(all(2, 2, 1), { x: 0, y: 0, width: 1, height: 1, red: count }),
  ]);
  using watch = await ScreenWatch.start(session, { region: corner });
  expect(await watch.changed(50)).toBe(false);
});

test('a resize is a change, and the picture after it is complete', async () => {
  const answers = [[update(all(2, 2, 1))], [pseudo(-223, 3, 3)], [update({ x: 0, y: 0, width: 3, height: 2, red: 5 })]];
  await using session = await sessionWith([2, 2], (_request, count) => answers[count] ?? [update(all(3, 3, 6))]);
  using watch = await ScreenWatch.start(session);
  expect(await watch.changed(5000)).toBe(true);
  expect(watch.picture).toMatchObject({ width: 3, height: 3 });
  expect(watch.picture.rgba.at(-4)).toBe(6);
});

test('the end of the session ends the wait, and nothing listens afterwards', async () => {
  const session = await sessionWith([2, 2], (_request, count) => (count === 0 ? [update(all(2, 2, 1))] : []));
  {
    using watch = await ScreenWatch.start(session);
    const waiting = watch.changed(60_000);
    await session.close();
    await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' });
  }
  expect(session.eventNames()).toEqual([]);
});

test('settling waits for a picture, then for it to stand still', async () => {
  await using session = await showing(0, 0, 0, 3, 4, 5, 6);
  const picture = await captureSettled(session, { stableMs: 80 });
  expect(picture.rgba[0]).toBe(6);
});

test('a screen that stays blank is an error that says so', async () => {
  await using session = await showing(7);
  await expect(captureSettled(session, { nonBlankMs: 60 })).rejects.toMatchObject({
    code: 'ACTION_FAILED',
    message: expect.stringMatching(/stayed blank \(all #070000\) for 60 ms/),
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
    message: expect.stringMatching(/was not still for 1 s within 200 ms: it changed \d+ times/),
  });
});
