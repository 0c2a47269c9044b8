/** Adds up the time that something takes, each time that it happens. */
export class Stopwatch {
  #passed = 0;
  #since: number | undefined;

  get running(): boolean {
    return this.#since !== undefined;
  }

  get milliseconds(): number {
    return this.#passed + (this.#since === undefined ? 0 : performance.now() - this.#since);
  }

  async time<T>(work: () => T | Promise<T>): Promise<T> {
    this.#since = performance.now();
    try {
      return await work();
    } finally {
      this.#passed = this.milliseconds;
      this.#since = undefined;
    }
  }
}
