import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { exec } from '../../src/transports/exec.ts';
import { openAddress } from '../../src/transports/index.ts';

async function readAll(address: string): Promise<string> {
  const { pipe } = await openAddress(address);
  let text = '';
  try {
    for await (const chunk of pipe.incoming) text += Buffer.from(chunk).toString();
    return text;
  } finally {
    await pipe.close();
  }
}

test('stdin and stdout are the pipe, stderr is not', async () => {
  const { pipe } = await openAddress('exec:echo noise >&2; cat');
  await pipe.write(Buffer.from('hello'));
  for await (const chunk of pipe.incoming) {
    expect(Buffer.from(chunk).toString()).toBe('hello');
    break;
  }
  await pipe.close();
  expect(await readAll('exec:echo noise >&2; printf hello')).toBe('hello');
});

test('a command that fails before its first byte has failed to connect, and says why', async () => {
  await expect(readAll('exec:echo first >&2; printf "no \\033[31mroute\\n" >&2; exit 3')).rejects.toMatchObject({
    name: 'ConnectionError',
    code: 'CONNECT_FAILED',
    phase: 'connect',
    message: 'the command exec:echo … exited with code 3 without a byte: first · no [31mroute',
  });
  await expect(readAll('exec:no-such-command-at-all')).rejects.toMatchObject({
    code: 'CONNECT_FAILED',
    message: expect.stringMatching(/exited with code 127 without a byte: .*not found/),
  });
});

test('one that fails later has lost the connection', async () => {
  await expect(readAll('exec:printf hello; exit 1')).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  await expect(readAll('exec:printf hello; kill -9 $$')).rejects.toThrow('was killed by SIGKILL');
});

test('one that ends well has closed the connection', async () => {
  expect(await readAll('exec:true')).toBe('');
  expect(await readAll('exec:printf hello; exec >&-; sleep 10')).toBe('hello');
});

test('of a long stderr the end is kept', async () => {
  const error: Error = await readAll('exec:yes noise | head -c 100000 >&2; echo the reason >&2; exit 1').catch(
    (e) => e,
  );
  expect(error.message).toMatch(/the reason$/);
  expect(error.message.length).toBeLessThan(200);
});

test('writing to a command that is gone says why it went', async () => {
  const { pipe } = await openAddress('exec:echo no route >&2; exec <&-; exit 4');
  const writing = (async () => {
    for (;;) await pipe.write(new Uint8Array(100_000));
  })();
  await expect(writing).rejects.toThrow('exited with code 4 without a byte: no route');
  await pipe.close();
});

test('close() ends the command with all its children, even those that do not want to', async () => {
  const { pipe } = await openAddress(`exec:trap "" TERM HUP; sleep 60 & echo $$ $!; while :; do sleep 1; done`);
  let text = '';
  for await (const chunk of pipe.incoming) {
    text += Buffer.from(chunk).toString();
    if (text.includes('\n')) break;
  }
  const pids = text.trim().split(' ').map(Number);
  expect(pids.map(alive)).toEqual([true, true]);
  await pipe.close();
  await sleep(20);
  expect(pids.map(alive)).toEqual([false, false]);
});

test('describe shows the program only: arguments may hold secrets', () => {
  expect(exec.describe('exec:ssh hv nc -U /run/vm.sock')).toBe('exec:ssh …');
  expect(exec.describe('exec:./console.sh')).toBe('exec:./console.sh');
  expect(exec.describe('exec:PASSWORD="hunter2 x" ssh hv')).toBe('exec:… …');
  expect(() => exec.describe('exec:  ')).toThrow(expect.objectContaining({ code: 'BAD_ADDRESS' }));
  expect(() => exec.describe('exec:a\0b')).toThrow(expect.objectContaining({ code: 'BAD_ADDRESS' }));
});

/** A zombie is dead: whether somebody collects it is up to the machine's init. */
function alive(pid: number): boolean {
  try {
    return (
      execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
        .trim()
        .startsWith('Z') === false
    );
  } catch {
    return false;
  }
}
