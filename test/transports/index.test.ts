import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { describeAddress, openAddress, transports } from '../../src/transports/index.ts';

test('every transport is registered, and no scheme twice', async () => {
  const folder = path.join(import.meta.dirname, '../../src/transports');
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.ts') && name !== 'index.ts')) {
    for (const exported of Object.values(await import(path.join(folder, file)))) {
      if (typeof exported !== 'object' || exported === null || !('schemes' in exported)) continue;
      expect(transports, file).toContain(exported);
    }
  }
  const schemes = transports.flatMap((transport) => transport.schemes);
  expect(new Set(schemes).size).toBe(schemes.length);
});

test('every example is an address', () => {
  for (const { example, schemes } of transports) {
    expect(schemes).toContain(example.slice(0, example.indexOf(':')));
    expect(describeAddress(example)).not.toBe('');
  }
});

test('short forms are written out', () => {
  expect(describeAddress('host:1')).toBe('host:5901');
  expect(describeAddress('vnc://me@host')).toBe('host:5900');
  expect(describeAddress('tls:host')).toBe('tls:host:5900');
});

test('a bad address is refused before anything is opened', async () => {
  const refused = expect.objectContaining({ name: 'UsageError', code: 'BAD_ADDRESS' });
  expect(() => describeAddress('foo://host')).toThrow(refused);
  await expect(openAddress('foo://host')).rejects.toEqual(refused);
});
