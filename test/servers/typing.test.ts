import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { connect } from '../../src/index.ts';
import {
  cli,
  describeWith,
  type InputEvent,
  type Qemu,
  qemu,
  startCli,
  type TtyRecorder,
  ttyRecorder,
  XInputRecorder,
  x11vnc,
  xtigervnc,
  xtightvnc,
} from './rig/index.ts';

const LINE = 'Hello, World! ~@#$%^&*()_+{}|:"<>? C:\\Windows';
const ASCII = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('');

for (const [name, start] of Object.entries({ xtigervnc, xtightvnc, x11vnc })) {
  describeWith([name as 'xtigervnc' | 'xtightvnc' | 'x11vnc', 'xterm'], `typing on ${name}`, () => {
    test('text arrives in an xterm exactly', async () => {
      await using server = await start();
      await using tty = await ttyRecorder(server.display);
      await using console = await connect(server.address);
      await console.keyboard.type(`${LINE}\n`);
      await arrives(tty, `${LINE}\r`);
      await console.keyboard.type(`${ASCII}\t\n`, { rate: 100 });
      await arrives(tty, `${LINE}\r${ASCII}\t\r`);
    });

    test('the command line does the same', async () => {
      await using server = await start();
      await using tty = await ttyRecorder(server.display);
      const { exitCode, stderr } = await cli('type', server.address, LINE, '--enter');
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      await arrives(tty, `${LINE}\r`);
    });
  });
}

describeWith(['xtigervnc', 'xterm'], 'typing on Xtigervnc', () => {
  test('by scancode', async () => {
    await using server = await xtigervnc();
    await using tty = await ttyRecorder(server.display);
    await using console = await connect(server.address);
    await console.keyboard.type(`${LINE}${ASCII}`, { keys: 'scancode', rate: 100 });
    await arrives(tty, LINE + ASCII);
  });

  test('characters beyond ASCII', async () => {
    await using server = await xtigervnc();
    await using tty = await ttyRecorder(server.display);
    await using console = await connect(server.address);
    await console.keyboard.type('Grüße, 10 € — Ω 中', { rate: 20 });
    await arrives(tty, 'Grüße, 10 € — Ω 中');
  });

  test('named keys, chords, hold and repeat', async () => {
    await using server = await xtigervnc();
    using recorder = await XInputRecorder.start(server.display);
    await using console = await connect(server.address);
    const pressed = async (...chords: string[]) => {
      recorder.clear();
      await console.keyboard.press(chords);
      return keys(await recorder.events());
    };
    expect(await pressed('ctrl+alt+del')).toBe('+Control_L +Alt_L +Delete -Delete -Alt_L -Control_L');
    expect(await pressed('shift+f10')).toBe('+Shift_L +F10 -F10 -Shift_L');
    for (let n = 1; n <= 12; n++) expect(await pressed(`f${n}`)).toBe(`+F${n} -F${n}`);
    expect(await pressed('up', 'down', 'left', 'right')).toBe('+Up -Up +Down -Down +Left -Left +Right -Right');
    expect(await pressed('home', 'end', 'pageup', 'pagedown', 'insert')).toBe(
      '+Home -Home +End -End +Page_Up -Page_Up +Page_Down -Page_Down +Insert -Insert',
    );
    expect(await pressed('enter', 'esc', 'tab', 'backspace', 'space')).toBe(
      '+Return -Return +Escape -Escape +Tab -Tab +BackSpace -BackSpace +space -space',
    );
    recorder.clear();
    await console.keyboard.press('a', { repeat: 3, holdMs: 60 });
    expect(keys(await recorder.events())).toBe('+a -a +a -a +a -a');
    expect(await recorder.heldKeysyms()).toEqual([]);
  });

  test('rfbctl key, --repeat, --hold', async () => {
    await using server = await xtigervnc();
    using recorder = await XInputRecorder.start(server.display);
    const { exitCode } = await cli('key', server.address, 'ctrl+c', 'f8', '--repeat', '2', '--hold', '20ms');
    expect(exitCode).toBe(0);
    expect(keys(await recorder.events())).toBe(
      '+Control_L +c -c -Control_L +F8 -F8 +Control_L +c -c -Control_L +F8 -F8',
    );
  });

  test('an aborted call leaves no key down, and the session goes on', async () => {
    await using server = await xtigervnc();
    await using console = await connect(server.address);
    using recorder = await XInputRecorder.start(server.display);
    const stop = new AbortController();
    const typing = console.keyboard.type('A'.repeat(500), { signal: stop.signal });
    await expect.poll(async () => (await recorder.heldKeysyms()).length, { timeout: 10_000 }).toBe(2);
    stop.abort(new Error('enough'));
    await expect(typing).rejects.toThrow('enough');
    await console.session.barrier();
    expect(await recorder.heldKeysyms()).toEqual([]);
    recorder.clear();
    await console.keyboard.type('b');
    expect(keys(await recorder.events())).toBe('+b -b');
  });
});

/** What becomes of held keys when their viewer is gone: nobody can release them after SIGKILL but the server itself. */
for (const [name, start, letsGo] of [
  ['xtigervnc', xtigervnc, 'at once'],
  ['xtightvnc', xtightvnc, 'when another viewer comes'],
  ['x11vnc', x11vnc, 'when another viewer releases them'],
] as const) {
  describeWith([name], `rfbctl stopped by a signal on ${name}`, () => {
    test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s leaves no key down', async (signal) => {
      await using server = await start();
      using recorder = await XInputRecorder.start(server.display);
      // All shifted, so that Shift is down nearly all the time.
      const { process, result } = startCli(['type', server.address, 'A'.repeat(500)]);
      await expect.poll(async () => (await recorder.heldKeysyms()).length, { timeout: 10_000 }).toBeGreaterThan(0);
      process.kill(signal);
      const { exitCode, stderr } = await result;
      expect(exitCode).toBe({ SIGTERM: 143, SIGINT: 130, SIGHUP: 129 }[signal]);
      expect(stderr).toBe(`rfbctl: stopped by ${signal}\n`);
      await expect.poll(() => recorder.heldKeysyms(), { timeout: 10_000 }).toEqual([]);
      expect((await recorder.events()).length).toBeLessThan(1000);
    });

    test(`after SIGKILL the server lets go of them ${letsGo}`, async () => {
      await using server = await start();
      using recorder = await XInputRecorder.start(server.display);
      const { process, result } = startCli(['key', server.address, 'ctrl+shift+a', '--hold', '30s']);
      await expect.poll(async () => (await recorder.heldKeysyms()).length, { timeout: 10_000 }).toBe(3);
      process.kill('SIGKILL');
      await result;
      if (letsGo !== 'at once') {
        await sleep(1_000);
        expect(await recorder.heldKeysyms()).toHaveLength(3);
        await using console = await connect(server.address);
        await console.session.barrier();
        if (letsGo === 'when another viewer releases them') {
          expect(await recorder.heldKeysyms()).toHaveLength(3);
          await console.keyboard.up('ctrl+shift+a');
        }
      }
      await expect.poll(() => recorder.heldKeysyms(), { timeout: 10_000 }).toEqual([]);
    });
  });
}

for (const guest of ['boot-sector', 'linux'] as const) {
  describeWith([guest === 'linux' ? 'linuxGuest' : 'qemu'], `typing at QEMU, ${guest} guest`, () => {
    test.each(['keysym', 'scancode'] as const)('by %s', async (mode) => {
      await using server = await qemu({ guest });
      await using console = await connect(server.address);
      await console.keyboard.type(`${LINE}\n${ASCII}\n`, { keys: mode });
      await guestHas(server, `${LINE}\r${ASCII}\r`);
    });
  });
}

describeWith(['qemu', 'linuxGuest'], 'a long text at QEMU', () => {
  // A guest that gets no processor time for a quarter of a second loses keys at any rate: docs/decisions/0001-typing-rate.md.
  test('1,500 characters at the default rate, at both guests: none lost, none doubled', {
    retry: 2,
    timeout: 400_000,
  }, async () => {
    const text = Array.from({ length: 1500 }, (_, i) =>
      i % 75 === 74 ? '\n' : SAMPLE.charAt((i * 7) % SAMPLE.length),
    ).join('');
    await using bios = await qemu();
    await using linux = await qemu({ guest: 'linux' });
    // Side by side: it takes about a minute.
    const runs = [bios, linux].map(
      ({ address }) => startCli(['type', address, '--timeout', '3m'], { stdin: text }).result,
    );
    for (const { exitCode, stderr } of await Promise.all(runs))
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    for (const server of [bios, linux]) await guestHas(server, text.replaceAll('\n', '\r'));
  });
});

describeWith(['qemu'], 'keys at QEMU', () => {
  test.each(['keysym', 'scancode'] as const)('chords and named keys by %s', async (mode) => {
    await using server = await qemu();
    await using console = await connect(server.address);
    await console.keyboard.press(
      ['ctrl+shift+alt+f2', 'shift+f10', 'up', 'pagedown', 'del', 'A', '!', 'kpplus', 'rctrl'],
      { keys: mode },
    );
    expect(await keyTrace(server)).toBe(
      '+ctrl +shift +alt +f2 -f2 -alt -shift -ctrl +shift +f10 -f10 -shift +up -up +pgdn -pgdn +delete -delete ' +
        '+shift +a -a -shift +shift +1 -1 -shift +kp_add -kp_add +ctrl_r -ctrl_r',
    );
  });

  test('SIGTERM in the middle of typing: the guest sees every break', async () => {
    await using server = await qemu();
    const { process, result } = startCli(['type', server.address, 'A'.repeat(500)]);
    await expect.poll(async () => (await server.typed()).length, { timeout: 10_000 }).toBeGreaterThan(3);
    process.kill('SIGTERM');
    expect((await result).exitCode).toBe(143);
    const events = (await keyTrace(server)).split(' ');
    for (const key of ['shift', 'a']) {
      expect(events.filter((event) => event === `+${key}`).length).toBe(
        events.filter((event) => event === `-${key}`).length,
      );
    }
  });

  test('after SIGKILL QEMU lets go', async () => {
    await using server = await qemu();
    const { process, result } = startCli(['key', server.address, 'ctrl+shift+a', '--hold', '30s']);
    await expect.poll(() => keyTrace(server), { timeout: 10_000 }).toBe('+ctrl +shift +a');
    process.kill('SIGKILL');
    await result;
    await expect
      .poll(async () => (await keyTrace(server)).match(/-\w+/g)?.sort(), { timeout: 10_000 })
      .toEqual(['-a', '-ctrl', '-shift']);
  });
});

/** Every printable ASCII character, most of them plain as in real text. */
const SAMPLE = `the quick brown fox jumps over the lazy dog 0123456789 ${ASCII} - = [ ] ; ' , . / and so on and on `;

async function arrives(tty: TtyRecorder, text: string): Promise<void> {
  await expect.poll(() => tty.typed(), { timeout: 10_000 }).toBe(text);
}

async function guestHas(server: Qemu, text: string): Promise<void> {
  await expect.poll(async () => (await server.typed()).length, { timeout: 10_000 }).toBeGreaterThanOrEqual(text.length);
  expect(await server.typed()).toBe(text);
}

/** `+ctrl +c -c -ctrl`, by QEMU's own names. */
async function keyTrace(server: Qemu): Promise<string> {
  return (await server.input())
    .filter((event) => event.startsWith('key '))
    .map((event) => event.replace(/^key (\w+) (down|up)$/, (_, key, state) => `${state === 'down' ? '+' : '-'}${key}`))
    .join(' ');
}

/** `+Control_L +c -c -Control_L`, by keysym. */
function keys(events: readonly InputEvent[]): string {
  return events
    .flatMap((event) => (event.kind === 'key' ? [`${event.down ? '+' : '-'}${keysymName(event.keysym)}`] : []))
    .join(' ');
}

/** X11's keysymdef.h. */
const KEYSYMS: Readonly<Record<number, string>> = {
  32: 'space',
  65288: 'BackSpace',
  65289: 'Tab',
  65293: 'Return',
  65307: 'Escape',
  65360: 'Home',
  65361: 'Left',
  65362: 'Up',
  65363: 'Right',
  65364: 'Down',
  65365: 'Page_Up',
  65366: 'Page_Down',
  65367: 'End',
  65379: 'Insert',
  65505: 'Shift_L',
  65507: 'Control_L',
  65513: 'Alt_L',
  65535: 'Delete',
};

function keysymName(keysym: number): string {
  if (keysym >= 0xffbe && keysym <= 0xffc9) return `F${keysym - 0xffbd}`;
  return KEYSYMS[keysym] ?? (keysym > 32 && keysym < 127 ? String.fromCharCode(keysym) : `0x${keysym.toString(16)}`);
}
