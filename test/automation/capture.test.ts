import { expect, test } from 'vitest';
import { capture } from '../../src/automation/capture.ts';
import type { FramebufferUpdateRequest } from '../../src/rfb/protocol/messages/client-to-server/framebuffer-update-request.ts';
import { all, pseudo, sessionWith, update } from '../support/answering-server.ts';

test('a full answer is the picture, opaque', async () => {
  await using session = await sessionWith([3, 2], () => [update(all(3, 2, 7))]);
  const picture = await capture(session);
  expect(picture).toMatchObject({ width: 3, height: 2, fresh: true });
  expect([...picture.rgba]).toEqual(Array.from({ length: 6 }, () => [7, 0, 0, 255]).flat());
});

test('a picture that comes in parts is asked for until it is whole', async () => {
  const requests: FramebufferUpdateRequest[] = [];
  await using session = await sessionWith([4, 1], (request, count) => {
    requests.push(request);
    return [update({ x: count, y: 0, width: 1, height: 1, red: count + 1 })];
  });
  const { rgba } = await capture(session);
  expect([rgba[0], rgba[4], rgba[8], rgba[12]]).toEqual([1, 2, 3, 4]);
  expect(requests[0]).toMatchObject({ incremental: false, x: 0, width: 4 });
  expect(requests[3]).toMatchObject({ incremental: true, x: 3, width: 1 });
});

test('a resize before the pixels, and one in the midst of them, start over', async () => {
  const answers = [
    [pseudo(-223, 2, 2)],
    [update({ x: 0, y: 0, width: 2, height: 1, red: 1 }), pseudo(-223, 3, 1)],
    [update(all(3, 1, 9))],
  ];
  await using session = await sessionWith([1, 1], (_request, count) => answers[Math.min(count, 2)] ?? []);
  const { width, height, rgba } = await capture(session);
  expect([width, height]).toEqual([3, 1]);
  expect([...rgba]).toEqual(Array.from({ length: 3 }, () => [9, 0, 0, 255]).flat());
});

test('a server that consumes a full request with a pseudo-rectangle is asked incrementally', async () => {
  await using session = await sessionWith([2, 2], ({ incremental }) =>
    incremental ? [update(all(2, 2, 5))] : [pseudo(-258)],
  );
  expect((await capture(session, { timeoutMs: 5000 })).rgba[0]).toBe(5);
});

test.concurrent('a server that loses the first request is asked again', async () => {
  await using session = await sessionWith([2, 2], (_request, count) => (count === 0 ? [] : [update(all(2, 2, 5))]));
  expect((await capture(session, { timeoutMs: 5000 })).rgba[0]).toBe(5);
});

test.concurrent('a region is cut out, and one off the screen is an error', async () => {
  await using session = await sessionWith([4, 2], () => [update(all(4, 2, 3))]);
  expect(await capture(session, { region: { x: 1, y: 1, width: 2, height: 1 } })).toMatchObject({
    width: 2,
    height: 1,
  });
  await expect(capture(session, { region: { x: 3, y: 0, width: 2, height: 1 } })).rejects.toMatchObject({
    code: 'ACTION_FAILED',
    message: expect.stringMatching(/2x1 at 3,0 is not on the 4x2 screen/),
  });
});

test('a silent server ends in a timeout that says how much had come', async () => {
  await using session = await sessionWith([2, 2], (_request, count) =>
    count === 0 ? [update({ x: 0, y: 0, width: 2, height: 1, red: 1 })] : [],
  );
  await expect(capture(session, { timeoutMs: 100 })).rejects.toMatchObject({
    code: 'TIMED_OUT',
    message: expect.stringMatching(/50 % of the pixels arrived in 1 updates/),
  });
});

test('a server that breaks the protocol while a picture is awaited ends it', async () => {
  await using session = await sessionWith([2, 2], () => [update({ x: 1, y: 0, width: 2, height: 1, red: 1 })]);
  await expect(capture(session)).rejects.toMatchObject({ code: 'BAD_RECT', phase: 'session' });
});

test('a region waits for a screen that begins too small for it', async () => {
  const answers = [[update(all(1, 1, 1))], [pseudo(-223, 4, 2)]];
  await using session = await sessionWith([1, 1], (_request, count) => answers[count] ?? [update(all(4, 2, 8))]);
  const picture = await capture(session, { region: { x: 2, y: 0, width: 2, height: 2 } });
  expect(picture).toMatchObject({ width: 2, height: 2 });
  expect(picture.rgba[0]).toBe(8);
});

test.concurrent('a server that answers nothing when nothing has changed keeps its picture', async () => {
  await using session = await sessionWith([2, 2], (_request, count) => (count === 0 ? [update(all(2, 2, 4))] : []));
  expect((await capture(session)).fresh).toBe(true);
  const again = await capture(session, { timeoutMs: 20_000 });
  expect(again.fresh).toBe(false);
  expect(again.rgba[0]).toBe(4);
});

test.concurrent('but not a picture that it never sent whole', async () => {
  const half = { x: 0, y: 0, width: 2, height: 1 };
  await using session = await sessionWith([2, 2], (_request, count) =>
    count === 0 ? [update({ ...half, red: 4 })] : [],
  );
  await capture(session, { region: half });
  await expect(capture(session, { timeoutMs: 5000 })).rejects.toMatchObject({
    code: 'TIMED_OUT',
    message: expect.stringMatching(/the server sent no update after the request/),
  });
});

test('nothing listens once it is over, whatever the end', async () => {
  await using session = await sessionWith([2, 2], (_request, count) => (count === 0 ? [update(all(2, 2, 4))] : []));
  await capture(session);
  await capture(session, { timeoutMs: 1 }).catch(() => {});
  await capture(session, { signal: AbortSignal.abort(new Error('no')) }).catch(() => {});
  expect(session.eventNames()).toEqual([]);
});
