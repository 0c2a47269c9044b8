import { ActionError } from '../../rfb/errors.ts';
import { printable } from '../../rfb/protocol/text.ts';
import { describeDuration, within } from '../../rfb/session/deadline.ts';
import type { Terminal } from '../../transports/transport.ts';
import { PlainText } from './plain-text.ts';

export interface DialogueOptions {
  /** Told what the terminal prints, as it is; the next is read when it is done. */
  readonly onOutput?: ((bytes: Uint8Array) => void | Promise<void>) | undefined;
}

export interface ExpectOptions {
  /** Milliseconds; Infinity waits for ever. Default 30 000. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Expected {
  readonly match: string;
  /** Of a regular expression. */
  readonly groups: readonly (string | undefined)[];
  /** What was printed before it, since the last match; of much, the end. */
  readonly before: string;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/** What is kept to look in: a program that prints for ever must neither fill the memory nor take the time. */
const MAX_TEXT = 128 * 1024;

/** A conversation with a text console: something is typed, something is waited for, in turns. */
export class Dialogue {
  readonly terminal: Terminal;
  /** When the other side has hung up. Rejects when the connection broke. */
  readonly ended: Promise<void>;
  #text = '';
  #over = false;
  #news: () => void = () => {};

  constructor(terminal: Terminal, { onOutput }: DialogueOptions = {}) {
    this.terminal = terminal;
    this.ended = this.#read(onOutput).finally(() => {
      this.#over = true;
      this.#news();
    });
    this.ended.catch(() => {});
  }

  /** Types a text: Enter is `\r`. */
  async send(text: string): Promise<void> {
    await this.terminal.write(Buffer.from(text));
  }

  /**
   * Waits until this is printed, looking from the end of the last match on.
   * @throws TimeoutError · ActionError `ACTION_FAILED`: the other side hung up before · why the connection broke
   */
  async expect(
    pattern: string | RegExp,
    { timeoutMs = DEFAULT_TIMEOUT_MS, signal }: ExpectOptions = {},
  ): Promise<Expected> {
    const show = typeof pattern === 'string' ? JSON.stringify(pattern) : String(pattern);
    const describe = (waitedMs: number) =>
      `${this.terminal.name}: ${show} was not printed within ${describeDuration(waitedMs)}; ${this.#lastWords()}`;
    return await within(this.#find(pattern, show), { timeoutMs, signal, describe });
  }

  async #find(pattern: string | RegExp, show: string): Promise<Expected> {
    for (;;) {
      const found =
        typeof pattern === 'string'
          ? findText(this.#text, pattern)
          : new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')).exec(this.#text);
      if (found !== null) {
        const [match, ...groups] = found;
        const before = this.#text.slice(0, found.index);
        this.#text = this.#text.slice(found.index + match.length);
        return { match, groups, before };
      }
      if (this.#over) {
        await this.ended;
        const message = `${this.terminal.name} ended before ${show} was printed; ${this.#lastWords()}`;
        throw new ActionError('ACTION_FAILED', message);
      }
      await new Promise<void>((resolve) => {
        this.#news = resolve;
      });
    }
  }

  async #read(onOutput: DialogueOptions['onOutput']): Promise<void> {
    const plain = new PlainText();
    for await (const bytes of this.terminal.output) {
      this.#text = (this.#text + plain.push(bytes)).slice(-MAX_TEXT);
      this.#news();
      await onOutput?.(bytes);
    }
  }

  #lastWords(): string {
    const lines = this.#text.trimEnd().split('\n').slice(-2).join(' · ');
    return lines === '' ? 'nothing was printed' : `last was ${JSON.stringify(printable(lines, 120))}`;
  }
}

/** As a regular expression would have it. */
function findText(text: string, wanted: string): (readonly [string] & { readonly index: number }) | null {
  const index = text.indexOf(wanted);
  return index < 0 ? null : Object.assign([wanted] as const, { index });
}
