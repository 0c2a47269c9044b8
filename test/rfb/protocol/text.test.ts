import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeLatin1, decodeText, encodeText, printable } from '../../../src/rfb/protocol/text.ts';

test('UTF-8 where it is UTF-8', () => {
  const property = fc.property(fc.string({ unit: 'grapheme' }), (text) => {
    // A byte order mark at the beginning is no text.
    fc.pre(!text.startsWith('\ufeff'));
    expect(decodeText(encodeText(text))).toBe(text);
  });
  fc.assert(property);
});

test('Latin-1 where it is not', () => {
  expect(decodeText(Uint8Array.of(0x42, 0xfc, 0x72, 0x6f))).toBe('Büro');
});

test('any bytes are some text, and Latin-1 keeps every one of them', () => {
  const property = fc.property(fc.uint8Array(), (bytes) => {
    expect(typeof decodeText(bytes)).toBe('string');
    expect([...Buffer.from(decodeLatin1(bytes), 'latin1')]).toEqual([...bytes]);
  });
  fc.assert(property);
});

test('Latin-1 of a part of a buffer is that part', () => {
  expect(decodeLatin1(Buffer.from('abcdef').subarray(2, 4))).toBe('cd');
});

describe('what is printed', () => {
  test.each([
    ['Authentication failed\0', 'Authentication failed'],
    ['two\r\nlines', 'two lines'],
    ['\x1b[31mred\x9b', '[31mred'],
    ['a\u2028b', 'a b'],
    ['  spaces  ', 'spaces'],
    ['', ''],
  ])('%j is %j', (text, shown) => expect(printable(text)).toBe(shown));

  test('is one line of bounded length', () => {
    const property = fc.property(fc.array(fc.nat(0x20ff), { maxLength: 50 }), (codes) => {
      const text = String.fromCharCode(...codes);
      const shown = printable(text, 20);
      expect(shown.length).toBeLessThanOrEqual(21);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: there must be none
      expect(shown).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    });
    fc.assert(property);
    expect(printable('x'.repeat(21), 20)).toBe(`${'x'.repeat(20)}…`);
  });
});
