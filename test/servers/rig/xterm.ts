import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { building, type Owned } from './rfb-server.ts';
import { type ServerProcess, startProcess } from './server-process.ts';
import { X } from './x-client.ts';
import type { XDisplay } from './x-display.ts';

export interface XtermOptions {
  /** Columns, rows, place. Default `80x24+20+20`. */
  readonly geometry?: string;
  readonly args?: readonly string[];
}

/** Shows text in an xterm, for good. The cursor stands still. */
export function xtermText(display: XDisplay, text: string, options: XtermOptions = {}): Promise<AsyncDisposable> {
  return building(async (owned) => {
    const directory = await owned.directory();
    const file = join(directory, 'text');
    const shown = join(directory, 'shown');
    await writeFile(file, text);
    const xterm = await start(owned, display, `cat '${file}'; : >'${shown}'; exec sleep infinity`, options);
    await xterm.until('text', () => readFile(shown).catch(() => undefined));
    await display.stableTruth();
    return { [Symbol.asyncDispose]: () => owned.stop() };
  });
}

/** An xterm that prints lines without end. */
export function xtermLoop(display: XDisplay, options: XtermOptions = {}): Promise<AsyncDisposable> {
  return building(async (owned) => {
    const directory = await owned.directory();
    const running = join(directory, 'running');
    const script = `i=0; : >'${running}'; while :; do i=$((i+1)); echo "$i $i $i $i"; done`;
    const xterm = await start(owned, display, script, options);
    await xterm.until('lines', () => readFile(running).catch(() => undefined));
    return { [Symbol.asyncDispose]: () => owned.stop() };
  });
}

export interface TtyOptions extends XtermOptions {
  /** Whether the terminal shows what is typed; default false. */
  readonly echo?: boolean;
}

export interface TtyRecorder extends AsyncDisposable {
  /** What has arrived on the terminal: UTF-8 text, every byte as typed (Enter is `\r`). */
  typed(): Promise<string>;
}

/** An xterm with the keyboard focus whose raw terminal is recorded. */
export function ttyRecorder(display: XDisplay, options: TtyOptions = {}): Promise<TtyRecorder> {
  return building(async (owned) => {
    const directory = await owned.directory();
    const file = join(directory, 'typed');
    const before = await windows(display);
    const xterm = await start(
      owned,
      display,
      `stty raw ${options.echo ? 'echo' : '-echo'}; exec cat >'${file}'`,
      options,
    );
    await xterm.until('terminal', () => readFile(file).catch(() => undefined));
    const window = await xterm.until('window', async () => (await windows(display)).find((id) => !before.includes(id)));
    await xterm.until('visible window', async () => {
      display.client.send(X.SetInputFocus, REVERT_TO_ROOT, window, 0);
      return display.client.sync().then(
        () => true,
        () => undefined, // BadMatch until it is mapped
      );
    });
    return { typed: () => readFile(file, 'utf8'), [Symbol.asyncDispose]: () => owned.stop() };
  });
}

async function start(owned: Owned, display: XDisplay, script: string, options: XtermOptions): Promise<ServerProcess> {
  const { geometry = '80x24+20+20', args = [] } = options;
  return owned.add(
    await startProcess(
      'xterm',
      ['-geometry', geometry, '-xrm', 'XTerm*cursorBlink: false', '-u8', ...args, '-e', 'sh', '-c', script],
      { env: { DISPLAY: display.name, LC_ALL: 'C.UTF-8' } },
    ),
  );
}

async function windows(display: XDisplay): Promise<number[]> {
  const reply = await display.client.ask(X.QueryTree, 0, display.client.screen.root);
  return Array.from({ length: reply.readUInt16LE(16) }, (_, i) => reply.readUInt32LE(32 + i * 4));
}

const REVERT_TO_ROOT = 1;
