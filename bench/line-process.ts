import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';

/** For one answer. The slowest decoder needs seconds for the longest stream. */
const ANSWER_TIMEOUT_MS = 120_000;

/** A process that answers a line with a line. */
export class LineProcess implements Disposable {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  #waiting: { resolve(line: string): void; reject(error: Error): void } | undefined;
  #stderr = '';
  #ended: Error | undefined;

  constructor([program = '', ...args]: readonly string[]) {
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const { stdin, stdout, stderr } = this.#child;
    if (!stdin || !stdout || !stderr) throw new Error(`${program} has no pipes`);
    stdin.on('error', () => {});
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-2000);
    });
    this.#lines = createInterface({ input: stdout }).on('line', (line) => this.#settle({ line }));
    this.#child.on('error', (error) => this.#settle({ error }));
    this.#child.on('close', (code, signal) => {
      this.#settle({ error: new Error(`ended with ${signal ?? code}: ${reason(this.#stderr)}`) });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Sends a line and waits for the answer. One at a time. */
  async ask(line = ''): Promise<string> {
    if (this.#ended) throw this.#ended;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<string>((resolve, reject) => {
        this.#waiting = { resolve, reject };
        timer = setTimeout(
          () => reject(new Error(`no answer within ${ANSWER_TIMEOUT_MS / 1000} s`)),
          ANSWER_TIMEOUT_MS,
        );
        this.#child.stdin?.write(`${line}\n`);
      });
    } finally {
      clearTimeout(timer);
      this.#waiting = undefined;
    }
  }

  [Symbol.dispose](): void {
    this.#lines.close();
    this.#child.kill('SIGKILL');
  }

  #settle(what: { readonly line: string } | { readonly error: Error }): void {
    if ('line' in what) {
      this.#waiting?.resolve(what.line);
      return;
    }
    this.#ended ??= what.error;
    this.#waiting?.reject(what.error);
  }
}

/** The line of a stack trace that says something, or the last line. */
function reason(stderr: string): string {
  const lines = stderr.trim().split('\n');
  return lines.find((line) => /^\w*Error: /.test(line)) ?? lines.at(-1) ?? '';
}
