import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../../src/rfb/bytes/byte-reader.ts';
import { chunksOf } from '../../support/pipes.ts';
import { cutAt, pieces, segmentations } from '../../support/segmentations.ts';

const counting = (length: number) => Uint8Array.from({ length }, (_, i) => i + 1);
const readerOf = (...chunks: Uint8Array[]) => new ByteReader(chunksOf(chunks));

describe('fields', () => {
  test('are big-endian', async () => {
    const reader = readerOf(Uint8Array.of(0x01, 0x02, 0x03, 0xff, 0xfe, 0x80, 0, 0, 1, 0xff, 0xff, 0xff, 0xfe));
    await reader.need(13);
    expect([reader.u8(), reader.u16(), reader.s16(), reader.u32(), reader.s32()]).toEqual([
      1, 0x0203, -2, 0x80000001, -2,
    ]);
  });

  test('views, data views and skips go on where the last read ended', async () => {
    const reader = readerOf(counting(3), counting(6));
    await reader.need(9);
    reader.skip(1);
    expect([...reader.view(3)]).toEqual([2, 3, 1]);
    expect(reader.dataView(2).getUint16(0)).toBe(0x0203);
    expect([...reader.peek(99)]).toEqual([4, 5, 6]);
    expect([reader.offset, reader.received, reader.buffered]).toEqual([6, 9, 3]);
  });
});

describe('grants', () => {
  test('nothing may be read without one', () => {
    expect(() => readerOf(counting(1)).u8()).toThrow(RangeError);
  });

  test('nor beyond it, although the bytes are there', async () => {
    const reader = readerOf(counting(9));
    await reader.need(3);
    reader.u16();
    expect(() => reader.u16()).toThrow(/granted are 1: a need\(\) is missing/);
    expect(reader.u8()).toBe(3);
    expect(() => reader.skip(1)).toThrow(RangeError);
  });

  test('the last one counts, they do not add up', async () => {
    const reader = readerOf(counting(9));
    await reader.need(4);
    await reader.need(1);
    expect(() => reader.u16()).toThrow(RangeError);
    expect(reader.has(9)).toBe(true);
    expect(reader.view(9)).toHaveLength(9);
  });

  test('a look that finds too little takes the grant back', async () => {
    const reader = readerOf(counting(3));
    await reader.need(3);
    expect(reader.has(4)).toBe(false);
    expect(() => reader.u8()).toThrow(RangeError);
  });

  test('some() grants what is here, at most the limit, and waits for one byte', async () => {
    const reader = readerOf(counting(5), counting(2));
    expect(await reader.some(3)).toBe(3);
    reader.skip(3);
    expect(await reader.some(100)).toBe(2);
    expect(() => reader.view(3)).toThrow(RangeError);
    reader.skip(2);
    expect(await reader.some(100)).toBe(2);
  });

  test('more than can be sensible is refused at once', async () => {
    await expect(readerOf().need(2 ** 32 - 1)).rejects.toThrow(RangeError);
  });
});

describe('chunks', () => {
  /** Reads and what they gave; `n` bytes each. */
  const program = fc.array(
    fc.record({ how: fc.constantFrom('view', 'dataView', 'discard', 'some', 'rewind'), n: fc.nat(40) }),
    { maxLength: 30 },
  );

  test('however the bytes are cut, reads give the same', async () => {
    const property = fc.asyncProperty(
      fc.uint8Array({ maxLength: 300 }).chain((bytes) => fc.tuple(fc.constant(bytes), segmentations(bytes))),
      program,
      async ([bytes, chunks], steps) => {
        const reader = readerOf(...chunks);
        let at = 0;
        for (const { how, n } of steps) {
          if (at + n > bytes.length) break;
          const wanted = [...bytes.subarray(at, at + n)];
          if (how === 'discard') {
            await reader.discard(n);
          } else if (how === 'some') {
            for (let left = n; left > 0; ) {
              const length = await reader.some(left);
              expect([...reader.view(length)]).toEqual(wanted.slice(n - left, n - left + length));
              left -= length;
            }
          } else {
            // Grants may be renewed before anything is read.
            if (how === 'rewind') await reader.need(Math.floor(n / 2));
            await reader.need(n);
            const data = how === 'dataView' ? reader.dataView(n) : undefined;
            expect(data ? Array.from({ length: n }, (_, i) => data.getUint8(i)) : [...reader.view(n)]).toEqual(wanted);
          }
          at += n;
          expect(reader.offset).toBe(at);
        }
      },
    );
    await fc.assert(property, { numRuns: 300 });
  });

  test('are borrowed no longer than until the next is asked for', async () => {
    const chunk = counting(5);
    const reader = new ByteReader(
      (async function* () {
        yield chunk;
        chunk.fill(99);
        yield counting(3);
      })(),
    );
    await reader.need(2);
    reader.skip(2);
    await reader.need(6);
    expect([...reader.view(6)]).toEqual([3, 4, 5, 1, 2, 3]);
  });

  test('are borrowed: never written to', async () => {
    const property = fc.asyncProperty(fc.array(fc.nat(200), { maxLength: 20 }), async (places) => {
      const chunks = cutAt(counting(200), places);
      const before = chunks.map((chunk) => chunk.slice());
      const reader = readerOf(...chunks);
      for (let i = 0; i < 28; i++) {
        await reader.need(7);
        reader.skip(7);
      }
      expect(chunks).toEqual(before);
    });
    await fc.assert(property, { numRuns: 100 });
  });

  test('may be Buffers in a pool, and a copy of a view is a copy all the same', async () => {
    const chunk = Buffer.from('abcdef').subarray(1, 5);
    const reader = readerOf(chunk);
    await reader.need(4);
    const kept = reader.view(2).slice();
    chunk.fill(0);
    expect(Buffer.from(kept).toString()).toBe('bc');
  });

  test('may be empty', async () => {
    const reader = readerOf(new Uint8Array(0), counting(1), new Uint8Array(0), new Uint8Array(0), counting(2));
    await reader.need(3);
    expect([...reader.view(3)]).toEqual([1, 1, 2]);
  });

  test('must be bytes', async () => {
    const source = chunksOf(['text'] as unknown as Uint8Array[]);
    await expect(new ByteReader(source).need(1)).rejects.toMatchObject({ name: 'ProtocolError', code: 'BAD_VALUE' });
  });

  test('what has only been announced takes no memory', async () => {
    const announced = 60 * 1024 * 1024;
    const before = process.memoryUsage().arrayBuffers;
    const waiting: Promise<void>[] = [];
    for (let i = 0; i < 20; i++) {
      const never = (async function* () {
        yield counting(10);
        await new Promise(() => {});
      })();
      waiting.push(new ByteReader(never).need(announced));
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(announced);
  });
});

describe('the end', () => {
  test('before anything', async () => {
    await expect(readerOf().need(1)).rejects.toMatchObject({
      name: 'ConnectionError',
      code: 'CONNECTION_LOST',
      message: 'the server closed the connection',
    });
  });

  test('in the middle says how much had come', async () => {
    const reader = readerOf(...pieces(counting(5), 1));
    await reader.need(2);
    reader.skip(2);
    await expect(reader.need(8)).rejects.toMatchObject({
      code: 'CONNECTION_LOST',
      message: 'the server closed the connection after 3 of the 8 bytes awaited',
    });
  });

  test('while bytes are discarded', async () => {
    await expect(readerOf(counting(5)).discard(6)).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  });

  test('a pipe that breaks is heard as it breaks', async () => {
    const broken = new Error('reset');
    const source = (async function* () {
      yield counting(1);
      throw broken;
    })();
    await expect(new ByteReader(source).need(2)).rejects.toBe(broken);
  });
});

test('what is discarded is never held', async () => {
  const chunk = counting(64 * 1024);
  let sent = 0;
  const source = (async function* () {
    for (; sent < 1000; sent++) yield chunk;
  })();
  const reader = new ByteReader(source);
  const before = process.memoryUsage().arrayBuffers;
  await reader.discard(1000 * chunk.length - 3);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * chunk.length);
  await reader.need(3);
  expect(reader.offset).toBe(1000 * chunk.length - 3);
});

test('rest() hands over what was not read, then the pipe', async () => {
  const reader = readerOf(counting(4), counting(2), counting(3));
  await reader.need(1);
  reader.skip(1);
  const rest: number[][] = [];
  for await (const chunk of reader.rest()) rest.push([...chunk]);
  expect(rest).toEqual([
    [2, 3, 4],
    [1, 2],
    [1, 2, 3],
  ]);
});
