/** One line on a terminal that is written over and over. */
export class ProgressLine {
  readonly #shown: boolean;

  constructor(wanted: boolean) {
    this.#shown = wanted && process.stderr.isTTY === true;
  }

  show(text: string): void {
    if (!this.#shown) return;
    const width = (process.stderr.columns || 80) - 1;
    process.stderr.write(`\r\u001b[K${text.length > width ? `${text.slice(0, width - 1)}…` : text}`);
  }

  clear(): void {
    if (this.#shown) process.stderr.write('\r\u001b[K');
  }
}
