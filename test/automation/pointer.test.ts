import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Keyboard } from '../../src/automation/keyboard.ts';
import { type ClickOptions, Pointer } from '../../src/automation/pointer.ts';
import { FakeClock, FakeKeyboardServer, FakePointerServer } from './fake-input.ts';

function setUp() {
  const clock = new FakeClock();
  const server = new FakePointerServer(clock);
  return { clock, server, pointer: new Pointer(server, { clock }) };
}

describe('move', () => {
  test.each([
    [10, 20, '10,20/0'],
    [-5, -1, '0,0/0'],
    [800, 600, '799,599/0'],
    [1e9, 3, '799,3/0'],
    [10.6, 20.4, '11,20/0'],
    [799.6, 0, '799,0/0'],
  ])('to %d,%d', async (x, y, script) => {
    const { server, pointer } = setUp();
    await pointer.move(x, y);
    expect(server.script).toBe(script);
    expect(server.barriers).toBe(1);
  });

  test('remembers the place that it was sent to', async () => {
    const { pointer } = setUp();
    expect(pointer.position).toBeUndefined();
    await pointer.move(900, 20);
    expect(pointer.position).toEqual({ x: 799, y: 20 });
  });

  test('stays on a screen that has shrunk meanwhile', async () => {
    const { server, pointer } = setUp();
    await pointer.move(700, 500);
    server.framebufferSize = { width: 640, height: 400 };
    await pointer.click();
    expect(server.script).toBe('700,500/0 639,399/0 639,399/1 639,399/0');
  });

  test('refuses what is no number', async () => {
    await expect(setUp().pointer.move(Number.NaN, 1)).rejects.toMatchObject({ code: 'BAD_OPTION' });
  });
});

describe('click', () => {
  test.each<[ClickOptions | undefined, string]>([
    [undefined, '5,6/0 5,6/1 5,6/0'],
    [{ button: 'middle' }, '5,6/0 5,6/2 5,6/0'],
    [{ button: 'right' }, '5,6/0 5,6/4 5,6/0'],
    [{ button: 4 }, '5,6/0 5,6/8 5,6/0'],
    [{ button: 'back' }, '5,6/0 5,6/128 5,6/0'],
    [{ button: 9 }, '5,6/0 5,6/256 5,6/0'],
    [{ count: 3 }, '5,6/0 5,6/1 5,6/0 5,6/1 5,6/0 5,6/1 5,6/0'],
  ])('%j', async (options, script) => {
    const { server, pointer } = setUp();
    await pointer.click(5, 6, options);
    expect(server.script).toBe(script);
  });

  test('where the pointer is', async () => {
    const { server, pointer } = setUp();
    await pointer.move(5, 6);
    await pointer.click({ button: 'right' });
    await pointer.doubleClick();
    expect(server.script).toBe('5,6/0 5,6/0 5,6/4 5,6/0 5,6/0 5,6/1 5,6/0 5,6/1 5,6/0');
  });

  test('a double click is quick and each press is held', async () => {
    const { server, pointer } = setUp();
    await pointer.doubleClick(5, 6, { holdMs: 30 });
    expect(server.sent.map(({ at }) => at - (server.sent[0]?.at ?? 0))).toEqual([0, 16, 46, 106, 136]);
  });

  test('without coordinates before any move', async () => {
    const { server, pointer } = setUp();
    for (const action of [
      () => pointer.click(),
      () => pointer.doubleClick(),
      () => pointer.down(),
      () => pointer.up(),
    ]) {
      await expect(action()).rejects.toMatchObject({ name: 'UsageError', code: 'BAD_OPTION' });
    }
    await expect(pointer.scroll(0, 1)).rejects.toMatchObject({ name: 'UsageError' });
    expect(server.sent).toEqual([]);
  });

  test('back and forward need a server that confirmed extended mouse buttons', async () => {
    const { server, pointer } = setUp();
    server.extendedMouseButtonsConfirmed = false;
    for (const button of ['back', 'forward', 8, 9] as const) {
      await expect(pointer.click(1, 1, { button })).rejects.toMatchObject({
        name: 'UnsupportedError',
        code: 'UNSUPPORTED_BY_SERVER',
      });
    }
    await pointer.click(1, 1, { button: 7 });
    expect(server.script).toBe('1,1/0 1,1/64 1,1/0');
  });

  test.each([
    { button: 0 },
    { button: 10 },
    { button: 'toString' },
    { count: 0 },
    { holdMs: -1 },
    { modifiers: ['ctrl'] },
  ])('refuses %j', async (options) => {
    const { server, pointer } = setUp();
    await expect(pointer.click(1, 1, options as ClickOptions)).rejects.toMatchObject({ code: 'BAD_OPTION' });
    expect(server.sent.every(({ mask }) => mask === 0)).toBe(true);
  });

  test('with modifiers, which come up also when it fails', async () => {
    const clock = new FakeClock();
    const keys = new FakeKeyboardServer(clock);
    const server = new FakePointerServer(clock);
    const pointer = new Pointer(server, { clock, keyboard: new Keyboard(keys, { clock }) });
    await pointer.click(1, 1, { modifiers: ['ctrl', 'shift'] });
    expect(keys.script).toBe('+ffe3 +ffe1 -ffe1 -ffe3');
    expect((server.sent[1]?.at ?? 0) - (keys.sent[1]?.at ?? 0)).toBeGreaterThanOrEqual(12);
    expect((keys.sent[2]?.at ?? 0) - (server.sent[2]?.at ?? 0)).toBeGreaterThanOrEqual(12);
    server.onEvent = (index) => {
      if (index === 4) throw new Error('lost');
    };
    await expect(pointer.click(1, 1, { modifiers: ['alt'] })).rejects.toThrow('lost');
    expect(keys.down).toEqual([]);
  });
});

describe('down, up, releaseAll', () => {
  test('buttons stay down through moves', async () => {
    const { server, pointer } = setUp();
    await pointer.move(1, 1);
    await pointer.down();
    await pointer.down({ button: 'right' });
    await pointer.move(2, 2);
    await pointer.up();
    await pointer.releaseAll();
    await pointer.releaseAll();
    expect(server.script).toBe('1,1/0 1,1/1 1,1/5 2,2/5 2,2/4 2,2/0');
  });
});

test('actions that are not awaited happen in the order of their calls', async () => {
  const { server, pointer } = setUp();
  await Promise.all([pointer.move(1, 1), pointer.click(), pointer.scroll(0, 1), pointer.move(2, 2)]);
  expect(server.script).toBe('1,1/0 1,1/0 1,1/1 1,1/0 1,1/0 1,1/16 1,1/0 2,2/0');
});

describe('drag', () => {
  const places = fc.record({ x: fc.integer({ min: 0, max: 799 }), y: fc.integer({ min: 0, max: 599 }) });

  test('down at the start, moves along the line, up at the target', async () => {
    await fc.assert(
      fc.asyncProperty(places, places, async (from, to) => {
        const { server, pointer } = setUp();
        await pointer.drag(from, to);
        const [arrival, press, ...moves] = server.sent;
        const release = moves.pop();
        expect(arrival).toMatchObject({ ...from, mask: 0 });
        expect(press).toMatchObject({ ...from, mask: 1 });
        expect(release).toMatchObject({ ...to, mask: 0 });
        expect(moves.at(-1)).toMatchObject({ ...to, mask: 1 });
        expect(moves.length).toBeGreaterThanOrEqual(4);
        const length = Math.hypot(to.x - from.x, to.y - from.y);
        for (const { x, y, mask } of moves) {
          expect(mask).toBe(1);
          const offLine = (x - from.x) * (to.y - from.y) - (y - from.y) * (to.x - from.x);
          expect(Math.abs(offLine)).toBeLessThanOrEqual(length);
        }
        const took = (release?.at ?? 0) - (press?.at ?? 0);
        expect(took).toBeLessThanOrEqual(700);
        expect((release?.at ?? 0) - (moves.at(-1)?.at ?? 0)).toBeGreaterThanOrEqual(45);
      }),
    );
  });

  test('at a speed and in steps of its own', async () => {
    const { server, pointer } = setUp();
    await pointer.drag({ x: 0, y: 0 }, { x: 100, y: 0 }, { durationMs: 1000, steps: 2, button: 'right' });
    expect(server.script).toBe('0,0/0 0,0/4 50,0/4 100,0/4 100,0/0');
    expect(server.sent.map(({ at }) => at - (server.sent[0]?.at ?? 0))).toEqual([0, 16, 516, 1016, 1066]);
  });

  test.each([{ steps: 0 }, { durationMs: -1 }, { button: 12 as 1 }])('refuses %j', async (options) => {
    const { server, pointer } = setUp();
    await expect(pointer.drag({ x: 0, y: 0 }, { x: 9, y: 9 }, options)).rejects.toMatchObject({ code: 'BAD_OPTION' });
    expect(server.sent).toEqual([]);
  });

  test('aborted or failing at any moment, the button comes up', async () => {
    await fc.assert(
      fc.asyncProperty(places, places, fc.nat({ max: 50 }), fc.boolean(), async (from, to, at, fails) => {
        const { server, pointer } = setUp();
        const controller = new AbortController();
        server.onEvent = (index) => {
          if (index === at && fails) throw new Error('lost');
          if (index === at) controller.abort(new Error('stop'));
        };
        const outcome = pointer.drag(from, to, { signal: controller.signal });
        await outcome.catch((error: Error) => expect(error.message).toBe(fails ? 'lost' : 'stop'));
        expect(server.sent.at(-1)?.mask).toBe(0);
      }),
    );
  });
});

describe('scroll', () => {
  test.each([
    [0, 2, '7,8/0 7,8/16 7,8/0 7,8/16 7,8/0'],
    [0, -1, '7,8/0 7,8/8 7,8/0'],
    [1, 0, '7,8/0 7,8/64 7,8/0'],
    [-1, 1, '7,8/0 7,8/16 7,8/0 7,8/32 7,8/0'],
    [0, 0, '7,8/0'],
  ])('by %d,%d', async (dx, dy, script) => {
    const { server, pointer } = setUp();
    await pointer.scroll(dx, dy, { x: 7, y: 8 });
    expect(server.script).toBe(script);
  });

  test('where the pointer is', async () => {
    const { server, pointer } = setUp();
    await pointer.move(3, 4);
    await pointer.scroll(0, 1);
    expect(server.script).toBe('3,4/0 3,4/0 3,4/16 3,4/0');
  });

  test('half a place is none', async () => {
    await expect(setUp().pointer.scroll(0, 1, { x: 1 })).rejects.toMatchObject({ code: 'BAD_OPTION' });
  });

  test('refuses parts of a step', async () => {
    await expect(setUp().pointer.scroll(0, 0.5, { x: 1, y: 1 })).rejects.toMatchObject({ code: 'BAD_OPTION' });
  });
});
