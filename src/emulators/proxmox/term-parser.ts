import type { Size } from './pty.ts';

export interface TermTarget {
  write(bytes: Uint8Array): Promise<void>;
  resize(size: Size): Promise<void>;
}

/** All that termproxy keeps. */
export const TERM_BUFFER = 4096;

/**
 * termproxy's reading of `0:LENGTH:…`, `1:COLUMNS:ROWS:` and `2`, with all that it loses: a header has to be whole when it is looked
 * at, or what is there of it is gone.
 */
export class TermParser {
  readonly #target: TermTarget;
  #buffer = Buffer.alloc(0);
  /** Of the payload that is being passed on. */
  #remaining = 0;

  constructor(target: TermTarget) {
    this.#target = target;
  }

  /** What one read has brought. */
  async read(bytes: Buffer): Promise<void> {
    this.#buffer = Buffer.concat([this.#buffer, bytes]);
    for (;;) {
      if (this.#remaining > 0) {
        const payload = this.#take(Math.min(this.#remaining, this.#buffer.length));
        if (payload.length === 0) return;
        this.#remaining -= payload.length;
        await this.#target.write(payload);
      } else if (!(await this.#message())) return;
    }
  }

  /** How much the next read may bring. */
  get free(): number {
    return TERM_BUFFER - this.#buffer.length;
  }

  /** False when there is nothing to be made of what is here. */
  async #message(): Promise<boolean> {
    if (this.#buffer.length < 2) return false;
    const type = String.fromCharCode(this.#buffer.readUInt8(0));
    this.#take(type === '0' || type === '1' ? 2 : 1);
    if (type === '0') this.#remaining = this.#number() ?? 0;
    if (type === '1') {
      const columns = this.#number();
      const rows = columns === undefined ? undefined : this.#number();
      if (columns !== undefined && rows !== undefined) await this.#target.resize({ columns, rows });
    }
    return true;
  }

  /** Up to a colon; what is none is gone. */
  #number(): number | undefined {
    for (;;) {
      const end = this.#buffer.indexOf(':');
      if (end >= 0) {
        const digits = this.#take(end + 1).toString('latin1', 0, end);
        return /^\d+$/.test(digits) ? Number(digits) : undefined;
      }
      if (this.#buffer.length <= 20) return undefined;
      this.#take(20);
    }
  }

  #take(length: number): Buffer {
    const taken = this.#buffer.subarray(0, length);
    this.#buffer = this.#buffer.subarray(length);
    return taken;
  }
}
