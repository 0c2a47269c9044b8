import { describe, expect, test } from 'vitest';
import type { BytePipe } from '../../src/rfb/protocol/connection.ts';
import { pipePair } from '../../src/server/pipe-pair.ts';

async function readAll({ incoming }: BytePipe): Promise<number[]> {
  const bytes: number[] = [];
  for await (const chunk of incoming) bytes.push(...chunk);
  return bytes;
}

/** Whether `promise` is still pending after a few turns of the event loop. */
async function pending(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const mark = () => {
    settled = true;
  };
  promise.then(mark, mark);
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  return !settled;
}

describe('a pair of pipes', () => {
  test('carries bytes both ways, in order', async () => {
    const [a, b] = pipePair({ names: ['left', 'right'] });
    expect([a.name, b.name]).toEqual(['left', 'right']);
    await a.write(Uint8Array.of(1, 2));
    await a.write(Uint8Array.of(3));
    await b.write(Uint8Array.of(9));
    await a.close();
    expect(await readAll(b)).toEqual([1, 2, 3]);
  });

  test('does not keep what is written', async () => {
    const [a, b] = pipePair();
    const bytes = Uint8Array.of(1);
    await a.write(bytes);
    bytes[0] = 2;
    await a.close();
    expect(await readAll(b)).toEqual([1]);
  });

  test('a writer waits for a slow reader', async () => {
    const [a, b] = pipePair({ highWaterMark: 4 });
    await a.write(Uint8Array.of(1, 2, 3));
    const full = a.write(Uint8Array.of(4));
    expect(await pending(full)).toBe(true);
    const { value } = await b.incoming[Symbol.asyncIterator]().next();
    expect(value).toEqual(Uint8Array.of(1, 2, 3));
    await full;
  });

  test('a reader waits for a writer', async () => {
    const [a, b] = pipePair();
    const next = b.incoming[Symbol.asyncIterator]().next();
    expect(await pending(next)).toBe(true);
    await a.write(Uint8Array.of(5));
    expect(await next).toEqual({ value: Uint8Array.of(5), done: false });
  });

  test('closing ends our own reading at once', async () => {
    const [a, b] = pipePair();
    await b.write(Uint8Array.of(1));
    const reading = readAll(a);
    await new Promise((resolve) => setImmediate(resolve));
    await a.close();
    await a.close();
    expect(await reading).toEqual([1]);
  });

  test('writing after our own close fails', async () => {
    const [a] = pipePair();
    await a.close();
    await expect(a.write(Uint8Array.of(1))).rejects.toMatchObject({ code: 'CLOSED' });
  });

  test('writing to a peer that closed fails, also when it closes while we wait', async () => {
    const [a, b] = pipePair({ highWaterMark: 1 });
    const waiting = a.write(Uint8Array.of(1));
    expect(await pending(waiting)).toBe(true);
    await b.close();
    await expect(waiting).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    await expect(a.write(Uint8Array.of(1))).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  });
});
