/** The end of the queue for each key. */
const queues = new Map<string, Promise<void>>();

export interface TurnOptions {
  readonly signal?: AbortSignal | undefined;
  /** Nobody may hold the others up for longer. */
  readonly limitMs: number;
}

/** Waits until all who came before with the same key have ended their turn. Ends ours when it is called: once is enough. */
export async function takeTurn(key: string, { signal, limitMs }: TurnOptions): Promise<() => void> {
  const before = queues.get(key) ?? Promise.resolve();
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const queue = before.then(() => ended);
  queues.set(key, queue);
  void queue.then(() => {
    if (queues.get(key) === queue) queues.delete(key);
  });
  const aborted = new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
  await Promise.race([before, aborted]);
  if (signal?.aborted) {
    end();
    throw signal.reason;
  }
  const timer = setTimeout(end, limitMs).unref();
  return () => {
    clearTimeout(timer);
    end();
  };
}
