import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../../src/rfb/bytes/byte-reader.ts';
import { InflatedPayload, InflateStream } from '../../../src/rfb/bytes/inflate-stream.ts';
import { deflated } from '../../support/decode.ts';
import { chunksOf } from '../../support/pipes.ts';

const text = (words: string) => new TextEncoder().encode(words);
const shown = (chunks: readonly Uint8Array[]) => Buffer.concat(chunks).toString();
const badZlib = { name: 'ProtocolError', code: 'BAD_ZLIB' };
const closed = { name: 'ConnectionError', code: 'CLOSED' };

describe('a stream', () => {
  test('remembers what it inflated before', async () => {
    const [first, second] = await deflated(text('the same words'), text('the same words'));
    const stream = new InflateStream();
    expect(shown(await stream.push(first ?? text(''), 100))).toBe('the same words');
    expect(second?.length).toBeLessThan(14);
    expect(shown(await stream.push(second ?? text(''), 100))).toBe('the same words');
    stream.close();
  });

  test('takes a block in any pieces', async () => {
    const block = deflateSync(text('abc'.repeat(1000)));
    const stream = new InflateStream();
    const chunks: Uint8Array[] = [];
    for (const byte of block) chunks.push(...(await stream.push(Uint8Array.of(byte), 3000)));
    expect(shown(chunks)).toBe('abc'.repeat(1000));
    stream.close();
  });

  test('gives buffers that nobody overwrites', async () => {
    const [first, second] = await deflated(text('first'), text('other'));
    const stream = new InflateStream();
    const chunks = await stream.push(first ?? text(''), 100);
    await stream.push(second ?? text(''), 100);
    expect(shown(chunks)).toBe('first');
    stream.close();
  });

  test('of nothing gives nothing', async () => {
    expect(await new InflateStream().push(new Uint8Array(0), 0)).toEqual([]);
  });

  test('begins anew after a reset', async () => {
    const stream = new InflateStream();
    for (const words of ['one', 'two']) {
      expect(shown(await stream.push(deflateSync(text(words)), 100))).toBe(words);
      stream.reset();
    }
    stream.close();
  });
});

describe('limits', () => {
  test('as much as is allowed', async () => {
    const stream = new InflateStream();
    expect(shown(await stream.push(deflateSync(text('12345')), 5))).toBe('12345');
    stream.close();
  });

  test('and no byte more', async () => {
    await expect(new InflateStream().push(deflateSync(text('12345')), 4)).rejects.toMatchObject({
      ...badZlib,
      message: expect.stringMatching(/more than the 4 bytes wanted/),
    });
  });

  test('a bomb is stopped before it has grown', async () => {
    const bomb = deflateSync(new Uint8Array(64 * 1024 * 1024));
    const before = process.memoryUsage().arrayBuffers;
    await expect(new InflateStream().push(bomb, 1000)).rejects.toMatchObject(badZlib);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * 1024 * 1024);
  });
});

describe('what is no zlib data', () => {
  const preset = Buffer.from(deflateSync(text('x'), { dictionary: Buffer.from('xyz') }));
  test.each([
    ['noise', Uint8Array.of(1, 2, 3, 4)],
    ['gzip', gzipSync(text('x'))],
    ['raw deflate', deflateRawSync(text('words'))],
    ['a preset dictionary', preset],
    ['a wrong checksum', deflateSync(text('x')).map((byte, i, all) => (i === all.length - 1 ? byte ^ 1 : byte))],
    ['bytes behind the end marker', Buffer.concat([deflateSync(text('x')), Buffer.of(0)])],
  ])('%s', async (_name, bytes) => {
    await expect(new InflateStream().push(bytes, 1000)).rejects.toMatchObject(badZlib);
  });

  test('more after the end marker, in a later push', async () => {
    const stream = new InflateStream();
    await stream.push(deflateSync(text('x')), 10);
    await expect(stream.push(Uint8Array.of(1, 2, 3), 10)).rejects.toMatchObject(badZlib);
    stream.close();
  });
});

describe('closing', () => {
  test('while data is pushed ends the push', async () => {
    const stream = new InflateStream();
    const push = stream.push(deflateSync(new Uint8Array(1_000_000)), 1_000_000);
    stream.close();
    await expect(push).rejects.toMatchObject(closed);
  });

  test('again does nothing, and nothing can be pushed afterwards', async () => {
    const stream = new InflateStream();
    stream.close();
    stream.close();
    await expect(stream.push(deflateSync(text('x')), 10)).rejects.toMatchObject(closed);
  });

  test('so does a reset, and the stream goes on with the next', async () => {
    const stream = new InflateStream();
    const push = stream.push(deflateSync(new Uint8Array(1_000_000)), 1_000_000);
    stream.reset();
    await expect(push).rejects.toMatchObject(closed);
    expect(shown(await stream.push(deflateSync(text('next')), 10))).toBe('next');
    stream.close();
  });

  test('two pushes at a time are a mistake of the caller', async () => {
    const stream = new InflateStream();
    const push = stream.push(deflateSync(text('one')), 10);
    await expect(stream.push(deflateSync(text('two')), 10)).rejects.toThrow(RangeError);
    expect(shown(await push)).toBe('one');
    stream.close();
  });
});

describe('a payload', () => {
  async function payload(block: Uint8Array, limit: number, after = text('')) {
    const source = new ByteReader(chunksOf([Buffer.concat([block, after])]));
    return { source, inflated: new InflatedPayload(source, block.length, new InflateStream(), limit) };
  }

  test('is read as what it inflates to, and leaves what follows it', async () => {
    const { source, inflated } = await payload(deflateSync(text('words')), 5, text('next'));
    await inflated.reader.need(5);
    expect(shown([inflated.reader.view(5)])).toBe('words');
    await inflated.finish();
    await source.need(4);
    expect(shown([source.view(4)])).toBe('next');
  });

  test('longer than a piece keeps its place', async () => {
    const noise = Uint8Array.from({ length: 100_000 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 1e6));
    const { source, inflated } = await payload(deflateSync(noise), noise.length, text('next'));
    await inflated.reader.need(noise.length);
    expect(Buffer.compare(inflated.reader.view(noise.length), noise)).toBe(0);
    await inflated.finish();
    await source.need(4);
  });

  test('of which more is wanted than there is', async () => {
    const { inflated } = await payload(deflateSync(text('words')), 10);
    await expect(inflated.reader.need(6)).rejects.toMatchObject({
      ...badZlib,
      message: expect.stringMatching(/inflate to 5, more are wanted/),
    });
  });

  test('of which less is wanted than there is', async () => {
    const { inflated } = await payload(deflateSync(text('words')), 10);
    await inflated.reader.need(3);
    inflated.reader.skip(3);
    await expect(inflated.finish()).rejects.toMatchObject({
      ...badZlib,
      message: expect.stringMatching(/inflates to more than the 3 bytes wanted/),
    });
  });

  test('that nothing is wanted of is taken all the same', async () => {
    const [first, second] = await deflated(text(''), text('x'));
    const stream = new InflateStream();
    const source = new ByteReader(chunksOf([first ?? text(''), second ?? text('')]));
    await new InflatedPayload(source, first?.length ?? 0, stream, 0).finish();
    const { reader } = new InflatedPayload(source, second?.length ?? 0, stream, 1);
    await reader.need(1);
    expect(reader.u8()).toBe('x'.charCodeAt(0));
    stream.close();
  });

  test('cut short is a lost connection', async () => {
    const block = deflateSync(text('words'));
    const source = new ByteReader(chunksOf([block.subarray(0, -1)]));
    const { reader } = new InflatedPayload(source, block.length, new InflateStream(), 5);
    await expect(reader.need(5)).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  });
});
