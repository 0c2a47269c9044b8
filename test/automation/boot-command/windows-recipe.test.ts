import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { lintBootCommand } from '../../../src/automation/boot-command/lint.ts';
import { parseBootCommand } from '../../../src/automation/boot-command/parser.ts';
import { runSteps } from '../../../src/automation/boot-command/runner.ts';
import { Console } from '../../../src/automation/console.ts';
import { Session } from '../../../src/rfb/session/session.ts';
import { Display } from '../../../src/server/display.ts';
import { pipePair } from '../../../src/server/pipe-pair.ts';
import type { Scene, SceneKey } from '../../../src/server/scenes/scene.ts';
import { CELL_HEIGHT, CELL_WIDTH, TextConsole } from '../../../src/server/scenes/text-console.ts';
import { Typist } from '../../../src/server/scenes/typist.ts';
import { createServer } from '../../../src/server/server.ts';

const SCRIPT = readFileSync(path.join(import.meta.dirname, '../../../examples/windows-setup.boot'), 'utf8');

/** What is said of Windows Setup in docs/recipes/windows.md, in text: each page by what it shows and the chord it takes. */
const PAGES = [
  ['Language to install: English', 'alt+n'],
  ['Install now', 'alt+i'],
  ['Applicable notices and license terms', 'alt+n'],
  ['Which type of installation do you want?', 'alt+c'],
  ['Where do you want to install Windows?', 'alt+n'],
  ['Installing Windows', ''],
] as const;

const ALT = 0xffe9;
const SHIFT = 0xffe1;
const F10 = 0xffc7;

class Setup implements Scene {
  readonly name = 'setup';
  readonly display = new Display(80 * CELL_WIDTH, 25 * CELL_HEIGHT);
  readonly #console = new TextConsole(this.display);
  readonly #typist = new Typist();
  readonly #down = new Set<number>();
  /** Chords that a page took, lines that the shell took. */
  readonly taken: string[] = [];
  #page = -1;
  #shell: string | undefined;
  #line = '';
  #f10 = 0;

  /** The race begins. */
  start(): void {
    this.#console.write('Press any key to boot from CD or DVD');
  }

  dot(): void {
    if (this.#page < 0) this.#console.write('.');
  }

  onKey(event: SceneKey): void {
    if (event.down) this.#down.add(event.keysym);
    else this.#down.delete(event.keysym);
    const typed = this.#typist.type(event);
    if (!event.down) return;
    if (this.#page < 0) this.#show(0);
    else if (event.keysym === F10 && this.#down.has(SHIFT)) this.#openShell();
    else if (this.#shell !== undefined && typed) {
      if ('key' in typed && typed.key === 'Enter') this.#enter();
      else if ('character' in typed) {
        this.#line += typed.character;
        this.#console.write(typed.character);
      }
    } else if (this.#down.has(ALT) && typed && 'character' in typed) this.#answer(`alt+${typed.character}`);
  }

  #show(page: number): void {
    this.#page = page;
    this.#console.clear();
    this.#console.write(`${PAGES[page]?.[0]}\n\n`);
  }

  #answer(chord: string): void {
    this.taken.push(chord);
    if (chord === PAGES[this.#page]?.[1]) this.#show(this.#page + 1);
  }

  /** The first press comes too early. */
  #openShell(): void {
    if (++this.#f10 < 2) return;
    this.#shell = 'X:\\Sources>';
    this.#console.write(this.#shell);
  }

  #enter(): void {
    const line = this.#line;
    this.taken.push(line);
    this.#line = '';
    const isLast = line === 'exit' && this.#shell !== 'DISKPART>';
    if (isLast) {
      this.#shell = undefined;
      this.#show(this.#page);
      return;
    }
    this.#shell = line === 'exit' ? 'X:\\Sources>' : 'DISKPART>';
    const answers: Record<string, string> = {
      'select disk 0': 'Disk 0 is now the selected disk.\n',
      clean: 'DiskPart succeeded in cleaning the disk.\n',
    };
    this.#console.write(`\n${answers[line] ?? ''}${this.#shell}`);
  }
}

test('the recipe runs through a Setup that behaves as it says, and waits for what it shows', async () => {
  const scene = new Setup();
  const server = createServer({ scene });
  const [near, far] = pipePair();
  void server.accept(far);
  await using vm = new Console(await Session.open(near));
  const dots = setInterval(() => scene.dot(), 100);
  const start = setTimeout(() => scene.start(), 300);
  try {
    // Faster than a guest would bear: the scene loses nothing.
    await runSteps(vm, parseBootCommand(SCRIPT.replace('every 3s', 'every 300ms')), { rate: 200 });
  } finally {
    clearInterval(dots);
    clearTimeout(start);
    await server.close();
  }
  expect(scene.taken).toEqual([
    'alt+n',
    ...['diskpart', 'select disk 0', 'clean', 'exit', 'exit'],
    ...['alt+i', 'alt+a', 'alt+n', 'alt+c', 'alt+n'],
  ]);
});

test('nothing in the recipe would be typed by accident', () => {
  expect(lintBootCommand(SCRIPT).findings).toEqual([]);
});
