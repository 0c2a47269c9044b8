import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** A command on a pseudo-terminal, by script(1) and stty(1) of util-linux and coreutils. */
export class Pty {
  /** What the command prints; ends when it ends. */
  readonly output: AsyncIterable<Buffer>;
  readonly #child: ChildProcess;
  readonly #device: Promise<string>;

  /** `command` is the shell's. */
  constructor(command: string, { columns, rows }: Size) {
    const setUp = `stty cols ${columns} rows ${rows}; tty >&3; exec 3>&-; exec ${command}`;
    const args = ['TERM=xterm-256color', 'SHELL=/bin/sh', 'script', '-qfec', setUp, '/dev/null'];
    const child = spawn('env', args, { stdio: ['pipe', 'pipe', 'ignore', 'pipe'] });
    child.once('error', () => {});
    child.stdin?.on('error', () => {});
    this.#child = child;
    this.#device = nameOf(child);
    this.#device.catch(() => {});
    this.output = child.stdout ?? Readable.from([]);
  }

  /** Resolves when it takes more. */
  async write(bytes: Uint8Array): Promise<void> {
    const { stdin } = this.#child;
    if (stdin === null || !stdin.writable) return;
    await new Promise<void>((resolve) => stdin.write(bytes, () => resolve()));
  }

  async resize({ columns, rows }: Size): Promise<void> {
    await promisify(execFile)('stty', ['-F', await this.#device, 'cols', String(columns), 'rows', String(rows)]).catch(
      () => {},
    );
  }

  /** The command is told by SIGHUP. */
  close(): void {
    this.#child.kill();
  }
}

/** `/dev/pts/7`, as tty(1) wrote it. */
function nameOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdio[3]?.on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve(text.trim());
    });
    child.once('exit', () => reject(new Error('the command ended before it had a terminal')));
    child.once('error', reject);
  });
}
