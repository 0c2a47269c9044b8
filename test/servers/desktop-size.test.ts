import { expect, test } from 'vitest';
import { connect } from '../../src/automation/console.ts';
import { describeWith, qemu, testCard, x11vnc, xtigervnc } from './rig/index.ts';

const size = { width: 1000, height: 700 };

describeWith(['xtigervnc'], 'resizing', () => {
  test('Xtigervnc: another size, one pixel too, and every pixel of it', async () => {
    await using server = await xtigervnc({ geometry: '640x480' });
    await using vm = await connect(server.address);
    const before = vm.session.state.screens.map(({ id }) => id);
    await vm.session.setDesktopSize(size);
    await vm.session.setDesktopSize(size);
    await vm.session.setDesktopSize({ width: 1001, height: 700 });
    const { screens } = vm.session.state;
    expect(screens).toMatchObject([{ x: 0, y: 0, width: 1001, height: 700 }]);
    if (before.length > 0) expect(screens.map(({ id }) => id)).toEqual(before);
    await server.display.draw(testCard(1001, 700));
    const { width, height, rgba } = await vm.capture();
    expect([width, height]).toEqual([1001, 700]);
    expect(Buffer.compare(rgba, (await server.display.truth()).rgba)).toBe(0);
  });

  test('Xtigervnc: two screens stay two, side by side', async () => {
    await using server = await xtigervnc({ geometry: '640x480' });
    await using vm = await connect(server.address);
    const screens = [
      { id: 1, x: 0, y: 0, width: 400, height: 700, flags: 0 },
      { id: 2, x: 400, y: 0, width: 600, height: 700, flags: 0 },
    ];
    await vm.session.setDesktopSize({ ...size, screens });
    await vm.session.setDesktopSize({ width: 500, height: 350 });
    expect(vm.session.state.screens).toMatchObject([
      { id: 1, x: 0, y: 0, width: 200, height: 350 },
      { id: 2, x: 200, y: 0, width: 300, height: 350 },
    ]);
  });
});

describeWith(['x11vnc', 'qemu'], 'resizing', () => {
  test.each([
    ['x11vnc', x11vnc, /resizing is prohibited$/],
    ['QEMU, whose guest has no driver for it', qemu, /does not accept this layout of screens$/],
  ])('%s: refused, with the reason', async (_server, start, message) => {
    await using server = await start();
    await using vm = await connect(server.address);
    await expect(vm.session.setDesktopSize(size)).rejects.toMatchObject({
      code: 'ACTION_FAILED',
      message: expect.stringMatching(message),
    });
    await vm.capture();
  });
});
