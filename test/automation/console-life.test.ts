import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { serve } from '../../src/server/listen.ts';
import { serveTcp, silent } from '../support/pipe-servers.ts';

const script = path.join(import.meta.dirname, '../support/console-life.ts');
// A busy machine takes its time; a process that is kept alive takes for ever.
const EXIT_MS = 40_000;
vi.setConfig({ testTimeout: 60_000 });

/** Runs a life to its end. Rejects when the process does not end by itself. */
function live(address: string, life: string, onOutput: (text: string) => void = () => {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const command = ['--import', 'tsx', script, address, life];
    const child = execFile(process.execPath, command, { timeout: EXIT_MS }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${life}: ${error.signal ?? error.code}\n${stdout}${stderr}`));
      else resolve(stdout);
    });
    child.stdout?.on('data', onOutput);
  });
}

const INTERRUPTED = 'interrupted: everything that was held is released\n';

test('a closed console keeps nothing alive: demo:', async () => {
  expect(await live('demo:', 'use and close')).toBe(INTERRUPTED);
});

test('a closed console keeps nothing alive: TCP', async () => {
  await using server = await serve({ scene: 'desktop' });
  expect(await live(server.address, 'use and close')).toBe(INTERRUPTED);
  expect(server.server.viewers).toBe(0);
});

test('a server that vanishes keeps nothing alive, and says so to all who wait', async () => {
  await using server = await serve();
  const output = await live(server.address, 'outlive the server', () => server.close());
  expect(output).toBe('connected\nCONNECTION_LOST\nCONNECTION_LOST\nCONNECTION_LOST\n');
});

test.each([
  ['the handshake', (port: number) => `127.0.0.1::${port}`],
  ['a TLS handshake', (port: number) => `tls:127.0.0.1::${port}`],
  ['a websocket’s upgrade', (port: number) => `ws://127.0.0.1:${port}`],
])('a connection aborted in the middle of %s keeps nothing alive', async (_phase, address) => {
  const server = await serveTcp(silent);
  expect(await live(address(Number(server.address.split(':').at(-1))), 'abort the connection')).toBe('enough\n');
  await server.close();
});

test('nor does a command', async () => {
  const seconds = '61.5040302';
  expect(await live(`exec:sleep ${seconds}`, 'abort the connection')).toBe('enough\n');
  expect(commandLines().filter((line) => line.includes(seconds))).toEqual([]);
});

/** Of all processes, where the system shows them. */
function commandLines(): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').flatMap((pid) => {
    try {
      return /^\d+$/.test(pid) ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8')] : [];
    } catch {
      return [];
    }
  });
}
