import { Display } from '../display.ts';
import { DemoShell } from './demo-shell.ts';
import type { Scene, SceneKey, SceneType } from './scene.ts';
import { CELL_HEIGHT, CELL_WIDTH, GREEN, GREY, TextConsole, WHITE } from './text-console.ts';
import { Typist } from './typist.ts';

const COLUMNS = 80;
const ROWS = 25;

/** Longer input is refused with a bell, as a terminal does. */
const MAX_LINE = 400;

/** A machine that has booted and waits for a login: text mode, 80x25. Any user and password will do. */
export const login: SceneType = {
  name: 'login',
  summary: 'a text console, 720x400: boot messages, a login, a small shell',
  create: () => new LoginScene(),
};

class LoginScene implements Scene {
  readonly name = login.name;
  readonly display = new Display(COLUMNS * CELL_WIDTH, ROWS * CELL_HEIGHT);
  readonly #console = new TextConsole(this.display);
  readonly #typist = new Typist();
  readonly #shell = new DemoShell(this.#console);
  #asking: 'login' | 'password' | 'command' = 'login';
  #line = '';

  constructor() {
    this.#boot();
    this.#ask('login');
  }

  onKey(event: SceneKey): void {
    const typed = this.#typist.type(event);
    if (!typed) return;
    if ('character' in typed) this.#insert(typed.character);
    else if ('control' in typed) this.#control(typed.control);
    else if (typed.key === 'Enter') this.#enter();
    else if (typed.key === 'Backspace') this.#backspace();
  }

  #boot(): void {
    const console = this.#console;
    console.write('Demo Firmware 1.0', WHITE);
    console.write('   memory 65536 KiB, 1 disk, 1 console\n\n');
    console.write('Booting from disk 0 ...\n');
    for (const line of BOOT_LOG) console.write(`${line}\n`);
    for (const service of ['Mounted the root file system', 'Started the network', 'Reached the login prompt']) {
      console.write('[');
      console.write('  OK  ', GREEN);
      console.write(`] ${service}.\n`);
    }
    console.write('\nDemo OS 1.0 on console 1\n\n');
  }

  #ask(what: 'login' | 'password' | 'command'): void {
    this.#asking = what;
    this.#line = '';
    this.#console.write({ login: 'demo login: ', password: 'Password: ', command: 'demo:~$ ' }[what]);
  }

  #insert(character: string): void {
    if (this.#line.length >= MAX_LINE) {
      this.display.bell();
      return;
    }
    this.#line += character;
    if (this.#asking !== 'password') this.#console.write(character);
  }

  #backspace(): void {
    if (this.#line === '') {
      this.display.bell();
      return;
    }
    this.#line = [...this.#line].slice(0, -1).join('');
    if (this.#asking !== 'password') this.#console.erase();
  }

  #control(letter: string): void {
    if (letter === 'c') {
      this.#console.write('^C\n', GREY);
      this.#ask(this.#asking === 'command' ? 'command' : 'login');
    } else if (letter === 'u') {
      while (this.#line !== '') this.#backspace();
    } else if (letter === 'd' && this.#asking === 'command' && this.#line === '') {
      this.#logout();
    } else if (letter === 'l' && this.#asking === 'command') {
      const line = this.#line;
      this.#console.clear();
      this.#ask('command');
      this.#line = line;
      this.#console.write(line);
    }
  }

  #enter(): void {
    this.#console.write('\n');
    if (this.#asking === 'login') {
      this.#ask(this.#line.trim() === '' ? 'login' : 'password');
    } else if (this.#asking === 'password') {
      this.#console.write('\nWelcome. Type "help" to see what this machine can do.\n\n');
      this.#ask('command');
    } else if (this.#shell.run(this.#line) === 'exit') {
      this.#logout();
    } else {
      this.#ask('command');
    }
  }

  #logout(): void {
    this.#console.clear();
    this.#console.write('Demo OS 1.0 on console 1\n\n');
    this.#ask('login');
  }
}

const BOOT_LOG = [
  '[    0.000] kernel: Demo OS 1.0, built for consoles of every kind',
  '[    0.013] console: text mode, 80 columns by 25 rows',
  '[    0.021] keyboard: US layout',
  '[    0.034] disk0: 2048 sectors of 512 bytes',
  '[    0.055] net0: 02:00:00:00:00:01, link is up',
];
