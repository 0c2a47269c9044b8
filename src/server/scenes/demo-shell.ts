import type { TextConsole } from './text-console.ts';

type Command = (console: TextConsole, words: readonly string[]) => void;

/** Just enough of a shell to type into. Nothing in it looks at a clock or at the machine underneath. */
export class DemoShell {
  readonly #console: TextConsole;

  constructor(console: TextConsole) {
    this.#console = console;
  }

  /** Runs a line; `exit` is the caller's to act on. */
  run(line: string): 'exit' | 'done' {
    const [name = '', ...words] = line.trim().split(/\s+/);
    if (name === 'exit' || name === 'logout') return 'exit';
    if (name !== '') {
      const command = COMMANDS.get(name) ?? ((console) => console.write(`sh: ${name}: command not found\n`));
      command(this.#console, words);
    }
    return 'done';
  }
}

const FILES = new Map([
  [
    'readme.txt',
    'This is the built-in demo machine: it is drawn, not emulated.\nNothing typed here reaches a real computer.\n',
  ],
  [
    'poem.txt',
    'A pixel sat upon the wire\nand waited, incremental,\nfor what had changed: its one desire.\nThe rest was accidental.\n',
  ],
]);

const COMMANDS = new Map<string, Command>([
  [
    'cat',
    (console, words) => {
      for (const name of words) console.write(FILES.get(name) ?? `cat: ${name}: no such file\n`);
    },
  ],
  ['clear', (console) => console.clear()],
  ['date', (console) => console.write('date: this machine has no clock\n')],
  ['echo', (console, words) => console.write(`${words.join(' ')}\n`)],
  ['help', (console) => console.write(`commands: ${[...COMMANDS.keys(), 'exit'].sort().join(' ')}\n`)],
  ['hostname', (console) => console.write('demo\n')],
  ['ls', (console) => console.write(`${[...FILES.keys()].sort().join('  ')}\n`)],
  ['uname', (console, words) => console.write(words.includes('-a') ? 'Demo demo 1.0 rfb\n' : 'Demo\n')],
]);
