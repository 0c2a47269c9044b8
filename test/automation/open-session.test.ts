import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSession } from '../../src/automation/open-session.ts';
import type { Credentials } from '../../src/rfb/protocol/security/security-type.ts';
import { pipePair } from '../../src/server/pipe-pair.ts';
import { createServer } from '../../src/server/server.ts';
import { transports } from '../../src/transports/index.ts';
import type { Opened, OpenOptions, Transport } from '../../src/transports/transport.ts';

/** Opens a server with the password `right`; what the transport says of it is the test's. */
let say: () => Partial<Opened>;
let opened: number;
let released: number;
let before: (options: OpenOptions) => unknown;
const fake: Transport = {
  schemes: ['fake'],
  example: 'fake:',
  describe: (address) => address,
  async open(_address, options) {
    opened++;
    await before(options);
    const [pipe, far] = pipePair();
    void createServer({ password: 'right' }).accept(far);
    return { pipe, release: () => void released++, ...say() };
  },
};

beforeEach(() => {
  (transports as unknown as Transport[]).push(fake);
  [opened, released] = [0, 0];
  before = () => {};
});
afterEach(() => {
  (transports as unknown as Transport[]).pop();
});

test('a password that was overtaken: all of it again', async () => {
  say = () => ({ credentials: { password: opened < 3 ? 'overtaken' : 'right' }, passwordMayBeOvertaken: true });
  await (await openSession('fake:', {})).close();
  expect([opened, released]).toEqual([3, 3]);
});

test('a password of the user is tried once', async () => {
  say = () => ({ credentials: { password: 'wrong' } });
  await expect(openSession('fake:', {})).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
  expect([opened, released]).toEqual([1, 1]);
});

test('it is given up one day, and at once when aborted', async () => {
  say = () => ({ credentials: { password: 'wrong' }, passwordMayBeOvertaken: true });
  await expect(openSession('fake:', {})).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
  expect([opened, released]).toEqual([5, 5]);
  const abort = new AbortController();
  say = () => {
    setTimeout(() => abort.abort(new Error('enough')), 50);
    return { credentials: { password: 'wrong' }, passwordMayBeOvertaken: true };
  };
  await expect(openSession('fake:', { signal: abort.signal })).rejects.toThrow('enough');
});

test('what is cut when idle is asked for a pixel now and then, and no more once it is closed', async () => {
  say = () => ({ credentials: { password: 'right' }, keepAliveMs: 20 });
  let asked = 0;
  const session = await openSession('fake:', {
    onLog(event) {
      if (event.type === 'request') asked++;
    },
  });
  for (let i = 0; i < 3; i++) await session.nextUpdate();
  expect(asked).toBeGreaterThanOrEqual(3);
  await session.close();
  const before = asked;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(asked).toBe(before);
});

test('the time in which somebody looks for a code does not count', async () => {
  const told: unknown[] = [];
  before = async ({ credentials }) => told.push(await credentials?.(['otp']));
  say = () => ({ credentials: { password: 'right' } });
  const credentials = () => new Promise<Credentials>((resolve) => setTimeout(resolve, 400, { otp: '123456' }));
  await (await openSession('fake:', { credentials, connectTimeoutMs: 200 })).close();
  expect(told).toEqual([{ otp: '123456' }]);
});

test('the message of a timeout says what was awaited, and the attempt is over', async () => {
  let signal: AbortSignal | undefined;
  before = (options) => {
    options.onProgress?.('asking the oracle');
    signal = options.signal;
    return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal?.reason)));
  };
  await expect(openSession('fake:', { connectTimeoutMs: 50 })).rejects.toMatchObject({
    code: 'TIMED_OUT',
    phase: 'connect',
    message: 'fake:: still asking the oracle after 50 ms; is the host up and the port open?',
  });
  expect(signal?.aborted).toBe(true);
});
