import { expect, test } from 'vitest';
import { TermParser } from '../../../src/emulators/proxmox/term-parser.ts';

/** Measured with termproxy's own functions: reads, and what the terminal got of them. */
const measured: readonly (readonly [reads: readonly string[], terminal: string])[] = [
  [['0:5:he', 'llo0:1:X'], 'helloX'],
  [['0:', '5:hello0:1:X'], 'X'],
  [['0:1', '0:helloworld0:1:X'], 'X'],
  [['0', ':5:hello'], 'hello'],
  [['2', '0:1:a'], 'a'],
  [['0:1:é', '0:1:b'], '\ufffdb'],
  [['1:80:', '24:0:1:a'], 'a'],
  [['hello\n'], ''],
  [['1:80:24:0:2:ok'], '[80x24]ok'],
];

test.each(measured)('%j is %j', async (reads, terminal) => {
  const got: Buffer[] = [];
  const parser = new TermParser({
    write: async (bytes) => void got.push(Buffer.from(bytes)),
    resize: async ({ columns, rows }) => void got.push(Buffer.from(`[${columns}x${rows}]`)),
  });
  for (const bytes of reads) await parser.read(Buffer.from(bytes));
  expect(Buffer.concat(got).toString()).toBe(terminal);
});
