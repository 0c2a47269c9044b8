import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteReader } from '../../../src/rfb/bytes/byte-reader.ts';
import { ByteWriter } from '../../../src/rfb/bytes/byte-writer.ts';
import { chunksOf } from '../../support/pipes.ts';

test('fields are big-endian and follow each other', () => {
  const out = new ByteWriter();
  out.u8(1).u16(0x0203).u32(0x84050607).s32(-2).bool(true).bool(false).pad(2).bytes(Uint8Array.of(9, 8));
  expect(out.length).toBe(17);
  expect(Buffer.from(out.take()).toString('hex')).toBe(`01020384050607fffffffe0100${'0000'}0908`);
});

test('what was taken is a buffer of its own, and the writer begins anew', () => {
  const out = new ByteWriter().u8(1);
  const first = out.take();
  expect(out.length).toBe(0);
  expect([...out.u8(2).take()]).toEqual([2]);
  expect([...first]).toEqual([1]);
  expect(first.buffer.byteLength).toBe(1);
});

test('padding is zero, also where something was written before', () => {
  const out = new ByteWriter().bytes(new Uint8Array(32).fill(0xff));
  out.take();
  expect([...out.pad(32).take()]).toEqual([...new Uint8Array(32)]);
});

test('what is given is copied', () => {
  const given = Uint8Array.of(1, 2);
  const out = new ByteWriter().bytes(given);
  given.fill(0);
  expect([...out.take()]).toEqual([1, 2]);
});

test('a reader reads what was written, however much it is', async () => {
  const field = fc.oneof(
    fc.record({ kind: fc.constant('u8' as const), value: fc.nat(0xff) }),
    fc.record({ kind: fc.constant('u16' as const), value: fc.nat(0xffff) }),
    fc.record({ kind: fc.constant('u32' as const), value: fc.nat(0xffffffff) }),
    fc.record({ kind: fc.constant('s32' as const), value: fc.integer() }),
    fc.record({ kind: fc.constant('bytes' as const), value: fc.uint8Array({ maxLength: 100 }) }),
  );
  const property = fc.asyncProperty(fc.array(field, { maxLength: 60 }), async (fields) => {
    const out = new ByteWriter();
    for (const { kind, value } of fields) {
      if (kind === 'bytes') out.bytes(value);
      else out[kind](value);
    }
    const bytes = out.take();
    const reader = new ByteReader(chunksOf([bytes]));
    await reader.need(bytes.length);
    for (const { kind, value } of fields) {
      if (kind === 'bytes') expect([...reader.view(value.length)]).toEqual([...value]);
      else expect(reader[kind]()).toBe(value);
    }
    expect(reader.buffered).toBe(0);
  });
  await fc.assert(property, { numRuns: 200 });
});
