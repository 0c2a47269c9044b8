import { expect, test } from 'vitest';
import { type Console, connect } from '../../src/index.ts';
import {
  cli,
  describeWith,
  type InputEvent,
  qemu,
  startCli,
  XInputRecorder,
  type XRfbServer,
  x11vnc,
  xtigervnc,
  xtightvnc,
} from './rig/index.ts';

/** x11vnc answers before the X server has the input. */
const SOON = { timeout: 10_000 };

/** A server whose events arrive in the recorder, and a console on it. */
async function withRecorder(
  start: () => Promise<XRfbServer>,
  body: (console: Console, recorder: XInputRecorder, server: XRfbServer) => Promise<void>,
): Promise<void> {
  await using server = await start();
  using recorder = await XInputRecorder.start(server.display);
  await using console = await connect(server.address);
  await body(console, recorder, server);
}

for (const [name, start] of Object.entries({ xtigervnc, xtightvnc, x11vnc })) {
  describeWith([name as 'xtigervnc' | 'xtightvnc' | 'x11vnc'], `pointer on ${name}`, () => {
    test('moves, off the screen to its nearest pixel', () =>
      withRecorder(start, async ({ pointer }, _, { display }) => {
        for (const [x, y, wantedX, wantedY] of [
          [100, 50, 100, 50],
          [-7, 900, 0, 599],
          [5000, -1, 799, 0],
          [400, 300, 400, 300],
        ] as const) {
          await pointer.move(x, y);
          await expect.poll(() => display.pointer(), SOON).toEqual({ x: wantedX, y: wantedY, buttonMask: 0 });
        }
      }));

    test('clicks', () =>
      withRecorder(start, async ({ pointer }, recorder) => {
        for (const [button, number] of [
          ['left', 1],
          ['middle', 2],
          ['right', 3],
        ] as const) {
          recorder.clear();
          await pointer.click(120 + number, 80, { button });
          await expect
            .poll(async () => buttons(await recorder.events()), SOON)
            .toBe(`+${number}@${120 + number},80 -${number}@${120 + number},80`);
        }
        recorder.clear();
        await pointer.doubleClick(60, 70);
        await expect
          .poll(async () => buttons(await recorder.events()), SOON)
          .toBe('+1@60,70 -1@60,70 +1@60,70 -1@60,70');
      }));

    test('drags: down, moves, up', () =>
      withRecorder(start, async ({ pointer }, recorder) => {
        await pointer.drag({ x: 100, y: 100 }, { x: 300, y: 200 }, { steps: 10 });
        await expect.poll(async () => buttons(await recorder.events()), SOON).toBe('+1@100,100 -1@300,200');
        const events = await recorder.events();
        const down = events.findIndex(({ kind }) => kind === 'button');
        expect(events[down]).toEqual({ kind: 'button', down: true, button: 1, x: 100, y: 100 });
        expect(events.at(-1)).toEqual({ kind: 'button', down: false, button: 1, x: 300, y: 200 });
        const moves = events.slice(down + 1, -1);
        expect(moves.every(({ kind }) => kind === 'move')).toBe(true);
        expect(moves.length).toBeGreaterThanOrEqual(8);
        const xs = moves.flatMap((event) => (event.kind === 'move' ? [event.x] : []));
        expect(xs).toEqual([...xs].sort((a, b) => a - b));
      }));

    test('scrolls up, down, left and right', () =>
      withRecorder(start, async ({ pointer }, recorder) => {
        await pointer.scroll(0, -2, { x: 50, y: 60 });
        await pointer.scroll(0, 1);
        await expect
          .poll(async () => buttons(await recorder.events()), SOON)
          .toBe('+4@50,60 -4@50,60 +4@50,60 -4@50,60 +5@50,60 -5@50,60');
        recorder.clear();
        await pointer.scroll(-1, 0);
        await pointer.scroll(1, 0);
        await expect.poll(async () => buttons(await recorder.events()), SOON).toBe(SIDEWAYS[name]);
      }));
  });
}

/** Wheels that turn sideways are buttons 6 and 7, which older servers do not have. */
const SIDEWAYS: Readonly<Record<string, string>> = {
  xtigervnc: '+6@50,60 -6@50,60 +7@50,60 -7@50,60',
  xtightvnc: '',
  x11vnc: '',
};

describeWith(['xtigervnc'], 'pointer commands', () => {
  test('move, click, drag, scroll', async () => {
    await using server = await xtigervnc();
    using recorder = await XInputRecorder.start(server.display);
    const run = async (...args: string[]) => {
      recorder.clear();
      const [command = '', ...rest] = args;
      const { exitCode, stderr } = await cli(command, server.address, ...rest);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      return buttons(await recorder.events());
    };
    expect(await run('move', '33,44')).toBe('');
    expect(await server.display.pointer()).toMatchObject({ x: 33, y: 44 });
    expect(await run('click', '100,200', '--button', 'right')).toBe('+3@100,200 -3@100,200');
    expect(await run('click', '100,200', '--count', '2')).toBe('+1@100,200 -1@100,200 +1@100,200 -1@100,200');
    expect(await run('drag', '10,20', '90,80', '--duration', '100ms')).toBe('+1@10,20 -1@90,80');
    expect(await run('scroll', 'down', '2', '--at', '7,8')).toBe('+5@7,8 -5@7,8 +5@7,8 -5@7,8');
  });
});

describeWith(['xtightvnc'], 'a drag that is stopped', () => {
  // This server keeps a button down when its viewer is gone.
  test('SIGTERM lets go of the button', async () => {
    await using server = await xtightvnc();
    const { process, result } = startCli(['drag', server.address, '100,100', '500,400', '--duration', '30s']);
    await expect.poll(async () => (await server.display.pointer()).buttonMask, { timeout: 10_000 }).toBe(1);
    process.kill('SIGTERM');
    expect((await result).exitCode).toBe(143);
    await expect.poll(async () => (await server.display.pointer()).buttonMask, SOON).toBe(0);
  });
});

describeWith(['qemu'], 'pointer at QEMU', () => {
  test('a tablet: positions on the scale of the device', async () => {
    await using server = await qemu({ args: ['-usb', '-device', 'usb-tablet'] });
    // The boot sector has no driver that would make the tablet the current one.
    await server.qmp.execute('human-monitor-command', { 'command-line': 'mouse_set 3' });
    await using console = await connect(server.address);
    await console.pointer.click(719, 200, { button: 'right' });
    await console.pointer.move(0, 9999);
    await console.pointer.scroll(0, 1);
    const scale = (value: number, size: number) => `0x${Math.trunc((value * 0x7fff) / size).toString(16)}`;
    const at = (x: number, y: number) => [`abs x ${scale(x, 720)}`, `abs y ${scale(y, 400)}`];
    const events = (await server.input()).filter((event) => event !== 'sync');
    expect(events).toEqual([
      ...at(719, 200),
      'button right down',
      ...at(719, 200),
      'button right up',
      ...at(719, 200),
      ...at(0, 399),
      ...at(0, 399),
      'button wheel-down down',
      ...at(0, 399),
      'button wheel-down up',
      ...at(0, 399),
    ]);
  });

  test('a relative mouse is driven by deltas, from a corner on, with a warning', async () => {
    await using server = await qemu();
    const warnings: string[] = [];
    await using console = await connect(server.address, { onWarning: (message) => warnings.push(message) });
    await console.pointer.move(300, 200);
    await console.pointer.click(310, 180);
    const deltas = (await server.input()).filter((event) => !event.startsWith('sync') && !/ 0$/.test(event));
    expect(deltas).toEqual([
      ...['rel x -720', 'rel y -400', 'rel x 300', 'rel y 200', 'rel x 10', 'rel y -20'],
      ...['button left down', 'button left up'],
    ]);
    expect(warnings).toEqual([expect.stringContaining('usb-tablet')]);
  });
});

/** `+1@10,20 -1@10,20`. */
function buttons(events: readonly InputEvent[]): string {
  return events
    .flatMap((event) =>
      event.kind === 'button' ? [`${event.down ? '+' : '-'}${event.button}@${event.x},${event.y}`] : [],
    )
    .join(' ');
}
