import { describe, expect, test } from 'vitest';
import { GLYPH_HEIGHT, GLYPH_WIDTH, glyph } from '../../src/server/font.ts';
import { createScene } from '../../src/server/scenes/index.ts';
import type { Scene } from '../../src/server/scenes/scene.ts';
import { createServer } from '../../src/server/server.ts';
import { RawViewer } from '../support/raw-viewer.ts';

const CELL_WIDTH = 9;

/** The characters on a text screen, read back from the pixels; `█` is the cursor. */
function screen({ display }: Scene): string[] {
  const names = new Map<string, string>([[''.padEnd(16 * 9, '#'), '█']]);
  for (let code = 0x20; code < 0x7f; code++) {
    const character = String.fromCharCode(code);
    const rows = [...glyph(character)].map((bits) => bits.toString(2).padStart(GLYPH_WIDTH, '0'));
    const picture = rows.map((row) => `${row.replaceAll('0', '.').replaceAll('1', '#')}.`).join('');
    names.set(picture, character);
  }
  const { pixels } = display.framebuffer;
  const cell = (column: number, row: number) => {
    let picture = '';
    for (let y = 0; y < GLYPH_HEIGHT; y++) {
      for (let x = 0; x < CELL_WIDTH; x++) {
        const pixel = pixels[(row * GLYPH_HEIGHT + y) * display.width + column * CELL_WIDTH + x] ?? 0;
        picture += (pixel & 0xffffff) === 0 ? '.' : '#';
      }
    }
    return names.get(picture) ?? '?';
  };
  return Array.from({ length: 25 }, (_, row) =>
    Array.from({ length: 80 }, (_, column) => cell(column, row))
      .join('')
      .trimEnd(),
  );
}

function press(scene: Scene, ...keysyms: number[]): void {
  for (const keysym of keysyms) {
    scene.onKey?.({ down: true, keysym });
    scene.onKey?.({ down: false, keysym });
  }
}

function type(scene: Scene, text: string): void {
  press(scene, ...[...text].map((character) => ({ '\n': 0xff0d, '\b': 0xff08 })[character] ?? character.charCodeAt(0)));
}

const lastLine = (scene: Scene) => screen(scene).findLast((line) => line !== '');

function loggedIn(): Scene {
  const scene = createScene('login');
  type(scene, 'root\nsecret\nclear\n');
  return scene;
}

describe('login', () => {
  test('has booted and waits', () => {
    const scene = createScene('login');
    expect([scene.display.width, scene.display.height]).toEqual([720, 400]);
    expect(screen(scene)[0]).toMatch(/^Demo Firmware/);
    expect(lastLine(scene)).toBe('demo login: █');
  });

  test('echoes the user and not the password, then gives a shell', () => {
    const scene = createScene('login');
    type(scene, 'rootx\b\n');
    expect(screen(scene).join('\n')).toContain('demo login: root\nPassword: █');
    type(scene, 'secret');
    expect(lastLine(scene)).toBe('Password: █');
    type(scene, '\n');
    expect(lastLine(scene)).toBe('demo:~$ █');
    expect(screen(scene).join('\n')).not.toContain('secret');
  });

  test('an empty user is asked again', () => {
    const scene = createScene('login');
    type(scene, '\n');
    expect(lastLine(scene)).toBe('demo login: █');
  });

  test('every printable character arrives as itself', () => {
    const scene = loggedIn();
    const printable = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i)).join('');
    type(scene, `echo ${printable}\n`);
    expect(screen(scene).slice(2, 4).join('')).toBe(printable);
  });

  test('Shift, on a keyboard that sends plain keysyms, and on one that sends scancodes', () => {
    const scene = loggedIn();
    scene.onKey?.({ down: true, keysym: 0xffe1 });
    press(scene, 0x61, 0x31, 0x2f, 0x41, 0x21);
    scene.onKey?.({ down: false, keysym: 0xffe1 });
    press(scene, 0x61);
    const key = (xtScancode: number, down: boolean) => scene.onKey?.({ down, keysym: 0, xtScancode });
    key(0x2a, true);
    for (const xtScancode of [0x1e, 0x02, 0x35]) key(xtScancode, true);
    key(0x2a, false);
    for (const xtScancode of [0x1e, 0x39, 0x2b, 0x0e]) key(xtScancode, true);
    expect(lastLine(scene)).toBe('demo:~$ A!?A!aA!?a █');
  });

  test('the shell', () => {
    const scene = loggedIn();
    type(scene, 'echo Hello,   "World"!\nuname -a\nls\nnothing\nhelp\ndate\n');
    expect(screen(scene).filter((line) => line !== '' && !line.startsWith('demo:'))).toEqual([
      'Hello, "World"!',
      'Demo demo 1.0 rfb',
      'poem.txt  readme.txt',
      'sh: nothing: command not found',
      'commands: cat clear date echo exit help hostname ls uname',
      'date: this machine has no clock',
    ]);
    type(scene, 'exit\n');
    expect(lastLine(scene)).toBe('demo login: █');
  });

  test('control characters', () => {
    const scene = loggedIn();
    const control = (letter: string) => {
      scene.onKey?.({ down: true, keysym: 0xffe3 });
      press(scene, letter.charCodeAt(0));
      scene.onKey?.({ down: false, keysym: 0xffe3 });
    };
    type(scene, 'abc');
    control('u');
    expect(lastLine(scene)).toBe('demo:~$ █');
    type(scene, 'abc');
    control('c');
    expect(screen(scene).slice(0, 2)).toEqual(['demo:~$ abc^C', 'demo:~$ █']);
    type(scene, 'xy');
    control('l');
    expect(screen(scene)[0]).toBe('demo:~$ xy█');
    control('u');
    control('d');
    expect(lastLine(scene)).toBe('demo login: █');
  });

  test('long lines wrap and can be erased across the edge; a full screen scrolls', () => {
    const scene = loggedIn();
    type(scene, `echo ${'x'.repeat(90)}`);
    expect(screen(scene).slice(0, 2)).toEqual([`demo:~$ echo ${'x'.repeat(67)}`, `${'x'.repeat(23)}█`]);
    type(scene, '\b'.repeat(24));
    expect(screen(scene).slice(0, 2)).toEqual([`demo:~$ echo ${'x'.repeat(66)}█`, '']);
    type(scene, '\n'.repeat(40));
    expect(screen(scene)).toEqual([...Array.from({ length: 24 }, () => 'demo:~$'), 'demo:~$ █']);
  });

  test('erasing nothing rings the bell', () => {
    const scene = createScene('login');
    let bells = 0;
    scene.display.watch({ damaged() {}, resized() {}, cutText() {}, bell: () => bells++ });
    type(scene, 'a\b\b');
    expect(bells).toBe(1);
  });

  test('the same keys give the same picture', () => {
    const [one, other] = [loggedIn(), loggedIn()];
    for (const scene of [one, other]) type(scene, 'cat poem.txt\nfoo');
    expect(Buffer.compare(one.display.framebuffer.rgba(), other.display.framebuffer.rgba())).toBe(0);
  });
});

test('what is typed shows up in the right cell', async () => {
  const viewer = await RawViewer.connect(createServer());
  await viewer.request(true, [0, 0, 720, 400]);
  await viewer.update();
  await viewer.request(true, [0, 0, 720, 400]);
  await viewer.type('x');
  const row = screen(createScene('login')).findIndex((line) => line.startsWith('demo login:'));
  const column = 'demo login: '.length;
  const rects = await viewer.update();
  // The cell of the character, and the next, where the cursor now is.
  for (const { x, y, width, height } of rects) {
    expect(x).toBeGreaterThanOrEqual(column * CELL_WIDTH);
    expect(x + width).toBeLessThanOrEqual((column + 2) * CELL_WIDTH);
    expect([y, height]).toEqual([row * GLYPH_HEIGHT, GLYPH_HEIGHT]);
  }
});
