import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProxmoxEmulation } from '../../src/emulators/proxmox/index.ts';
import { Pty } from '../../src/emulators/proxmox/pty.ts';
import { emulate, machine, TOKEN } from '../support/proxmox.ts';
import { fail, rfbctl, scratch } from './support/rfbctl.ts';

let emulation: ProxmoxEmulation;
let target: readonly string[];
const env = { PROXMOX_VE_API_TOKEN: TOKEN };
beforeAll(async () => {
  emulation = await emulate({ machines: [machine(200, { type: 'lxc', terminal: 'sh' })] });
  target = [`${emulation.address}/200`, ...emulation.options];
});
afterAll(() => emulation.close());

test('a script: the size, what is printed on stdout, exit code 0', async () => {
  const args = ['term', ...target, '--size', '100x33', '--send', 'stty size; echo do""ne\\r', '--expect', 'done'];
  const { exitCode, stdout, stderr } = await rfbctl(args, { env });
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/33 100\s+done/);
});

test('--json: what matched and all that was printed', async () => {
  writeFileSync(path.join(scratch, 'typed'), 'echo answer $((6*7))\n');
  const args = ['term', ...target, '--json', '--send-file', 'typed', '--expect', '/answer \\d+/'];
  const { exitCode, stdout } = await rfbctl(args, { env });
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ matched: ['answer 42'], output: expect.stringContaining('answer 42') });
});

test('standard input is typed, and its end is the end', async () => {
  const { exitCode, stdout } = await rfbctl(['term', ...target], { env, input: 'stty size; echo do""ne; exit\n' });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/24 80\s+done/);
  expect((await rfbctl(['term', ...target], { env, input: '' })).exitCode).toBe(0);
});

test('what was expected and did not come', async () => {
  const expecting = [...target, '--expect', 'never'];
  await fail(
    ['term', ...expecting, '--timeout', '5s'],
    { exitCode: 40, code: 'TIMED_OUT', line: /"never" was not printed/ },
    { env },
  );
  const ended = ['term', ...target, '--send', 'exit\\r', '--expect', 'never'];
  await fail(ended, { exitCode: 30, code: 'ACTION_FAILED', line: /ended before "never" was printed/ }, { env });
  const bad = ['term', ...target, '--send', 'Hunter2!\\q'];
  await fail(
    bad,
    { exitCode: 2, code: 'BAD_OPTION', line: /--send: it holds a backslash that means nothing/ },
    { env },
  );
});

test('what is printed for ever is too much for a document', async () => {
  const noisy = ['--send', 'yes | head -c 4000000\\r', '--expect', 'never', '--timeout', '100s'];
  const line = /printed more than 4194304 bytes, which is too much for a document: leave --json out/;
  const failure = { exitCode: 30, code: 'ACTION_FAILED', line };
  await fail(['term', ...target, ...noisy], failure, { env, withinMs: 100_000 });
}, 120_000);

/** The program on a terminal of its own. */
function onTerminal(args: readonly string[], size: { columns: number; rows: number }) {
  const words = [process.execPath, 'dist/cli/main.js', ...args].map((word) => `'${word}'`);
  const script = path.join(scratch, 'person.sh');
  writeFileSync(script, `PROXMOX_VE_API_TOKEN='${TOKEN}' ${words.join(' ')}\necho exit code $?\n`);
  const pty = new Pty(`sh ${script}`, size);
  let seen = '';
  let news = () => {};
  void (async () => {
    for await (const chunk of pty.output) {
      seen += chunk;
      news();
    }
  })();
  return {
    pty,
    async until(pattern: RegExp) {
      while (!pattern.test(seen)) {
        await new Promise<void>((resolve) => {
          news = resolve;
        });
      }
    },
  };
}

test('a person: raw keys, a size that follows, Ctrl-] to leave', async () => {
  const { pty, until } = onTerminal(['term', ...target], { columns: 90, rows: 30 });
  await until(/Ctrl-\] leaves/);
  await pty.write(Buffer.from('stty size; echo do""ne\r'));
  await until(/30 90\s+done/);
  await pty.resize({ columns: 70, rows: 20 });
  await pty.write(Buffer.from('\u0003'));
  await until(/\^C[\s\S]*[#$] $/);
  await pty.write(Buffer.from('stty size\r'));
  await until(/20 70/);
  await pty.write(Buffer.from('\u001d'));
  await until(/exit code 0/);
  pty.close();
});
