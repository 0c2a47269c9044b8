import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cut, describeStream, readStream, streamsIn } from '../../bench/streams.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rfb-bench-test-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const write = (name: string, content: string | Uint8Array) => {
  const file = join(directory, name);
  writeFileSync(file, content);
  return file;
};

test('pieces have memory of their own, and are the stream together', () => {
  const bytes = Uint8Array.from({ length: 10 }, (_, i) => i);
  const pieces = cut(bytes, 4);
  expect(pieces.map((piece) => piece.length)).toEqual([4, 4, 2]);
  expect(pieces.map((piece) => piece.buffer.byteLength)).toEqual([4, 4, 2]);
  expect(new Uint8Array(Buffer.concat(pieces))).toEqual(bytes);
  bytes.fill(99);
  expect(pieces[0]?.[1]).toBe(1);
  expect(cut(new Uint8Array(0))).toEqual([]);
});

test('the default piece is 64 KiB', () => {
  expect(cut(new Uint8Array(65_537)).map((piece) => piece.length)).toEqual([65_536, 1]);
});

test('streams are read with and without gzip, whatever they are called', () => {
  const plain = write('a.rfb', 'bytes');
  const packed = write('b.rfb', gzipSync('bytes'));
  expect([readStream(plain), readStream(packed)].map(String)).toEqual(['bytes', 'bytes']);
});

test('a directory gives the streams that have both files', () => {
  const description = JSON.stringify({ width: 4, height: 2, pixelFormat: {} });
  write('one.json', description);
  write('one.rfb.gz', gzipSync(''));
  write('two.json', description);
  write('two.rfb', '');
  write('other.json', description);
  write('lonely.rfb', '');
  expect(streamsIn(directory).map(({ name }) => name)).toEqual(['one', 'two']);
  expect(() => streamsIn(join(directory, 'none'))).toThrow(/no NAME.rfb.gz with NAME.json in/);
});

test('a description without a size is refused', () => {
  expect(() => describeStream('x.rfb', write('x.json', '{"width":1,"pixelFormat":{}}'))).toThrow(/has no "height"/);
});
