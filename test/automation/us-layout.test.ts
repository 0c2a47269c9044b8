import { expect, test } from 'vitest';
import { usLayout } from '../../src/automation/us-layout.ts';

test('has every printable ASCII character once, two to a key', () => {
  const ascii = Array.from({ length: 0x7f - 0x20 }, (_, i) => String.fromCharCode(0x20 + i));
  expect([...usLayout.keys()].sort()).toEqual(ascii.sort());
  const places = [...usLayout.values()].map(({ xtScancode, shifted }) => `${xtScancode} ${shifted}`);
  expect(new Set(places).size).toBe(places.length);
});

test.each([
  ['1', 0x02, false],
  ['!', 0x02, true],
  ['=', 0x0d, false],
  ['q', 0x10, false],
  ['}', 0x1b, true],
  ['a', 0x1e, false],
  ['"', 0x28, true],
  ['~', 0x29, true],
  ['\\', 0x2b, false],
  ['Z', 0x2c, true],
  ['_', 0x0c, true],
  [':', 0x27, true],
  ['?', 0x35, true],
  [' ', 0x39, false],
])('%j', (char, xtScancode, shifted) => {
  expect(usLayout.get(char)).toMatchObject({ xtScancode, shifted });
});
