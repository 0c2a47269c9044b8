import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { test } from 'vitest';
import { keysOfCharacter } from '../../src/automation/key.ts';
import { connect, type LayoutName } from '../../src/index.ts';
import { layoutNames, layouts } from '../../src/layouts/index.ts';
import { ASCII, LETTERS } from '../support/layout-letters.ts';
import { describeWith, keymap, type Qemu, qemu, startCli, ttyRecorder, xtigervnc } from './rig/index.ts';

/** For a text that was sent to get through a busy machine. */
const ARRIVAL_TIMEOUT_MS = 30_000;

/** What X calls its layouts, where that differs. */
const X_NAMES: Partial<Record<LayoutName, string>> = { uk: 'gb', 'pt-br': 'br' };

/** ASCII as far as the layout has it, and the letters that it is for. */
function charactersOf(name: LayoutName, without = ''): string {
  const all = [...ASCII, ...LETTERS[name]];
  return all.filter((char) => keysOfCharacter(char, layouts[name]) && !without.includes(char)).join('');
}

describeWith(['xtigervnc', 'xterm', 'setxkbmap'], 'layouts of an X desktop', () => {
  test.concurrent.for<readonly [string, readonly string[]]>([
    // By default it goes by keysyms; those that come with the scancodes have to be right as well.
    ['that takes scancodes as they are', ['-RawKeyboard']],
    ['that looks for keysyms', []],
  ])('%s', async ([, args], { expect }) => {
    await using server = await xtigervnc({ args });
    await using tty = await ttyRecorder(server.display);
    await using console = await connect(server.address);
    let arrived = '';
    for (const layout of layoutNames) {
      await setLayout(server.display.name, layout);
      const text = charactersOf(layout);
      await console.keyboard.type(text, { layout, rate: 150 });
      arrived += text;
      await expect.poll(() => tty.typed(), { timeout: ARRIVAL_TIMEOUT_MS, message: layout }).toBe(arrived);
    }
  });

  test.concurrent('the command line, and without a layout by keysym alone', async ({ expect }) => {
    await using server = await xtigervnc({ args: ['-RawKeyboard'] });
    await using tty = await ttyRecorder(server.display);
    await setLayout(server.display.name, 'ru');
    const { result } = startCli(['type', server.address, '--layout', 'ru', '--rate', '100'], { stdin: LETTERS.ru });
    expect(await result).toMatchObject({ exitCode: 0, stderr: '' });
    await using console = await connect(server.address);
    await console.keyboard.type(LETTERS.ru, { rate: 100 });
    await expect.poll(() => tty.typed(), { timeout: ARRIVAL_TIMEOUT_MS }).toBe(LETTERS.ru + LETTERS.ru);
  });
});

/**
 * Keymaps of console-data, which is older than X's layouts and has nothing of them: the layout, the keymap, and the
 * characters that it has elsewhere. All of these but the first are dead keys on one side and plain characters on the other.
 */
const CONSOLE_KEYMAPS: readonly (readonly [LayoutName, keymap: string, elsewhere: string])[] = [
  ['us', 'us', ''],
  ['uk', 'uk', '\u20ac'],
  ['de', 'de-latin1', '~\u20ac'],
  ['fr', 'fr-latin9', '`\u20ac\u00b2'],
  ['es', 'es', '\u20ac'],
  ['it', 'it', '~{}\u20ac'],
  ['pt-br', 'br-abnt2', ''],
  ['se', 'se-latin1', '~^\u00bd\u20ac'],
  ['dk', 'dk-latin1', '\u20ac'],
  ['no', 'no-latin1', '$~^`\u20ac'],
  ['ch', 'sg-latin1', '\u20ac'],
  ['jp', 'jp106', ''],
];

describeWith(['linuxGuest', 'keymaps'], 'layouts of the Linux console', () => {
  // A guest that gets no processor time for a quarter of a second loses keys at any rate: docs/decisions/0001-typing-rate.md.
  test.concurrent.for([0, 4, 8].map((first) => ({ tried: CONSOLE_KEYMAPS.slice(first, first + 4) })))(
    'ASCII and letters, with AltGr and dead keys (%#)',
    { retry: 2, timeout: 300_000 },
    async ({ tried }, { expect }) => {
      const compiled = await Promise.all(tried.map(([, name]) => keymap(name)));
      const keymaps = Object.fromEntries(compiled.map((data, i) => [`${i}`, data]));
      await using server = await qemu({ guest: 'linux', keymaps });
      await using console = await connect(server.address);
      let expected = '';
      for (const [layout, name, elsewhere] of tried) {
        const text = charactersOf(layout, elsewhere);
        await console.keyboard.type(`${text}\n`, { layout });
        expected += `${text}\n`;
        await expect.poll(() => typedOn(server), { timeout: ARRIVAL_TIMEOUT_MS, message: name }).toBe(expected);
        await console.keyboard.press('ctrl+d', { layout });
        if (tried.at(-1)?.[0] === layout) return;
        expected += 'ready\n';
        await expect.poll(() => typedOn(server), { timeout: ARRIVAL_TIMEOUT_MS }).toBe(expected);
      }
    },
  );
});

describeWith(['linuxGuest', 'keymaps'], 'QEMU that was told a layout', () => {
  test('-k: it looks for keysyms in a table of its own, and wants Shift as its layout has it', {
    retry: 2,
    timeout: 300_000,
  }, async ({ expect }) => {
    const keymaps = { de: await keymap('de-latin1') };
    await using server = await qemu({ guest: 'linux', keymaps, args: ['-k', 'de'] });
    await using console = await connect(server.address);
    const text = 'größer ÄÖÜ zy ZY /&() \u00a7 ?';
    await console.keyboard.type(`${text}\n`, { layout: 'de' });
    await expect.poll(() => typedOn(server), { timeout: ARRIVAL_TIMEOUT_MS }).toBe(`${text}\n`);
  });
});

async function setLayout(display: string, layout: LayoutName): Promise<void> {
  await promisify(execFile)('setxkbmap', ['-display', display, '-layout', X_NAMES[layout] ?? layout]);
}

/** In Unicode, as the console's terminal gives it. */
async function typedOn(server: Qemu): Promise<string> {
  return Buffer.from(await server.typed(), 'latin1').toString('utf8');
}
