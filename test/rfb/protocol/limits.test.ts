import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import * as limits from '../../../src/rfb/protocol/limits.ts';

const SRC = path.join(import.meta.dirname, '../../../src');

const others = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('limits.ts'))
  .map((file) => readFileSync(path.join(SRC, file), 'utf8'))
  .join('\n');

test.each(Object.keys(limits))('%s is enforced somewhere', (name) => {
  expect(others).toMatch(new RegExp(`[^\\w]${name}[^\\w]`));
});

test('compressed data may be as long as zlib’s worst case, and not much longer', () => {
  for (const length of [0, 1, 65_536, 64 * 1024 * 1024]) {
    // RFC 1951 §3.2.4: five bytes a stored block of 65535 at most, and zlib's six around them.
    expect(limits.maxCompressedLength(length)).toBeGreaterThan(length + 5 * Math.ceil(length / 65_535) + 6);
    expect(limits.maxCompressedLength(length)).toBeLessThan(length * 1.2 + 5000);
  }
});
