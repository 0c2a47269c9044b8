import { expect, test } from 'vitest';
import { ScreenWatch } from '../../src/automation/screen-watch.ts';
import { all, pseudo, sessionWith, showing, update } from '../support/answering-server.ts';

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
