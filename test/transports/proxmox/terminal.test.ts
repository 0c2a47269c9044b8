import { afterEach, describe, expect, test } from 'vitest';
import { Dialogue } from '../../../src/automation/terminal/dialogue.ts';
import { openTerminal } from '../../../src/automation/terminal/open-terminal.ts';
import type { ProxmoxEmulation } from '../../../src/emulators/proxmox/index.ts';
import type { ProxmoxOptions } from '../../../src/emulators/proxmox/options.ts';
import { asUser, emulate, machine, withToken } from '../../support/proxmox.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function started(options: ProxmoxOptions = {}): Promise<ProxmoxEmulation> {
  const emulation = await emulate({
    machines: [
      machine(200, { type: 'lxc', terminal: 'sh' }),
      machine(101),
      machine(201, { type: 'lxc', state: 'stopped' }),
    ],
    ...options,
  });
  cleanups.push(emulation.close);
  return emulation;
}

async function dialogue(emulation: ProxmoxEmulation, path: string, size?: { columns: number; rows: number }) {
  const terminal = await openTerminal(`${emulation.address}${path}`, { ...withToken(emulation), size });
  cleanups.push(() => terminal.close());
  return new Dialogue(terminal);
}

const WAIT = { timeoutMs: 20_000 };

describe.each(['glued', 'split'] as const)('a terminal whose frames are %s', (framing) => {
  test('a container: its size, columns before rows, from the first command on', async () => {
    const shell = await dialogue(await started({ framing }), '/200', { columns: 132, rows: 43 });
    await shell.send('stty size; echo do""ne\r');
    expect((await shell.expect(/(\d+) (\d+)\s+done/, WAIT)).groups).toEqual(['43', '132']);
    await shell.terminal.resize({ columns: 90, rows: 30 });
    await shell.send('stty size\r');
    expect((await shell.expect(/(\d+) (\d+)\n/, WAIT)).groups).toEqual(['30', '90']);
  });

  test('the shell of a node: UTF-8, typed by the byte and printed whole; single keys; the end', async () => {
    const shell = await dialogue(await started({ framing }), '/nodes/pve1');
    await shell.send("printf '%s|' né→𝄞\r");
    await shell.expect('né→𝄞|', WAIT);
    await shell.send('cat\rmirror\r');
    await shell.expect(/mirror[\s\S]*mirror/, WAIT);
    await shell.send('\u0003');
    await shell.expect(/[#$] $/, WAIT);
    await shell.send('exit\r');
    await shell.ended;
  });
});

test('64 KiB that are pasted arrive whole, and the message after them too', async () => {
  const shell = await dialogue(await started({ framing: 'glued' }), '/200');
  const text = Array.from({ length: 64 * 64 }, (_, i) => `${String(i).padStart(14, '0')}é`).join('');
  const length = Buffer.byteLength(text);
  expect(length).toBe(64 * 1024);
  const { createHash } = await import('node:crypto');
  const hash = createHash('sha256').update(text).digest('hex');
  await shell.send(`stty raw -echo; echo re""ady; head -c ${length} | sha256sum; stty sane\r`);
  await shell.expect('ready', WAIT);
  await shell.send(text);
  await shell.expect(hash, WAIT);
  await shell.expect(/[#$] $/, WAIT);
  await shell.send('echo al""ive\r');
  await shell.expect('alive', WAIT);
});

test('keys that are typed in a hurry are none lost', async () => {
  const shell = await dialogue(await started(), '/200');
  await shell.send('stty -echo; head -n1 | wc -c\r');
  await shell.expect(/\n/, WAIT);
  await Promise.all(Array.from({ length: 2000 }, () => shell.terminal.write(Buffer.from('x'))));
  await shell.send('\r');
  await shell.expect('2001', WAIT);
});

test('the user of the ticket is the token, or who has logged in', async () => {
  const emulation = await started();
  const terminal = await openTerminal(`${emulation.address}/200`, asUser(emulation));
  await terminal.close();
  await (await dialogue(emulation, '/200')).terminal.close();
});

test('what cannot be opened says why', async () => {
  const emulation = await started({ tokenTerminals: false });
  const open = (path: string, options: object = withToken(emulation)) =>
    openTerminal(`${emulation.address}${path}`, options);
  await expect(open('/200')).rejects.toMatchObject({
    name: 'AuthenticationError',
    message: expect.stringMatching(
      /closed the terminal without a word: API tokens open terminals since access-control 9\.0\.4/,
    ),
  });
  await expect(open('/101', asUser(emulation))).rejects.toMatchObject({
    code: 'CONNECT_FAILED',
    message: expect.stringMatching(/unable to find a serial interface .*qm set VMID --serial0 socket/),
  });
  await expect(open('/201')).rejects.toMatchObject({ message: expect.stringContaining('is stopped') });
  await expect(openTerminal('demo:')).rejects.toMatchObject({
    code: 'BAD_ADDRESS',
    message: expect.stringMatching(/demo:login has no text console; wanted .*proxmox:/),
  });
});

test('expect says what it saw last, and does not wait for what has ended', async () => {
  const shell = await dialogue(await started(), '/200');
  await shell.send('echo not th""is\r');
  await shell.expect('not', WAIT);
  await expect(shell.expect('never', { timeoutMs: 300 })).rejects.toMatchObject({
    code: 'TIMED_OUT',
    message: expect.stringMatching(/\/200: "never" was not printed within 300 ms; last was ".*/),
  });
  await shell.send('exit\r');
  await expect(shell.expect('never', WAIT)).rejects.toMatchObject({ code: 'ACTION_FAILED' });
});
