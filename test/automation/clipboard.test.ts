import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { Console } from '../../src/automation/console.ts';
import { Session } from '../../src/rfb/session/session.ts';
import { Display } from '../../src/server/display.ts';
import { pipePair } from '../../src/server/pipe-pair.ts';
import type { Scene } from '../../src/server/scenes/scene.ts';
import { createServer } from '../../src/server/server.ts';

/** A machine with a clipboard, and a console of it. */
async function setUp(...extensions: string[]) {
  const pasted: string[] = [];
  const scene: Scene = {
    name: 'machine',
    display: new Display(8, 8),
    extensions: new Set(['fence', ...extensions]),
    onCutText: (text) => void pasted.push(text),
  };
  const [near, far] = pipePair();
  void createServer({ scene }).accept(far);
  return { display: scene.display, pasted, vm: new Console(await Session.open(near)) };
}

const ALL = 'zażółć ☃\n😀';

describe('with Extended Clipboard', () => {
  test('texts of every character are pasted and copied', async () => {
    const { display, pasted, vm } = await setUp('extended-clipboard');
    expect(await vm.paste(ALL.replace('\n', '\r\n'))).toBe(true);
    expect(pasted).toEqual([ALL]);
    const copied = once(vm, 'cutText');
    display.cutText(ALL);
    expect(await copied).toEqual([ALL]);
    expect(vm.clipboard).toBe(ALL);
    expect(await vm.readClipboard()).toBe(ALL);
    await vm.close();
  });

  test('what was copied before somebody connected is told, or asked for', async () => {
    const { display, vm } = await setUp('extended-clipboard');
    await expect(vm.readClipboard()).rejects.toMatchObject({
      code: 'ACTION_FAILED',
      message: expect.stringMatching(/told of no text/),
    });
    display.cutText('later');
    expect(await vm.readClipboard()).toBe('later');
    await vm.close();
  });

  test('a text that is too long to be sent unasked is announced, and sent when it is asked for', async () => {
    const { pasted, vm } = await setUp('extended-clipboard');
    const long = 'x'.repeat(1024 * 1024 - 1);
    expect(await vm.paste(long)).toBe(true);
    const taken = vm.session.waitForEvent('cutTextTaken');
    // One byte more than the server wants without asking; more than it keeps, too.
    expect(await vm.paste(`${long}x`)).toBe(false);
    await taken;
    expect(pasted.map(({ length }) => length)).toEqual([long.length]);
    await vm.close();
  });
});

describe('without it', () => {
  test('Latin-1 is pasted and copied, other characters are refused or replaced', async () => {
    const { display, pasted, vm } = await setUp();
    expect(await vm.paste('café\n')).toBe(true);
    expect(pasted).toEqual(['café\n']);
    await expect(vm.paste('caf€')).rejects.toMatchObject({
      code: 'UNSUPPORTED_BY_SERVER',
      message: expect.stringMatching(/^character 4 of the text/),
    });
    await expect(vm.readClipboard()).rejects.toMatchObject({ code: 'UNSUPPORTED_BY_SERVER' });
    const copied = once(vm, 'cutText');
    display.cutText('100 €, é');
    expect(await copied).toEqual(['100 ?, é']);
    expect(await vm.readClipboard()).toBe('100 ?, é');
    await vm.close();
  });
});
