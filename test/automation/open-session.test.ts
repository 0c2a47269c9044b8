import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSession } from '../../src/automation/open-session.ts';
import { pipePair } from '../../src/server/pipe-pair.ts';
import { createServer } from '../../src/server/server.ts';
import { transports } from '../../src/transports/index.ts';
import type { Opened, Transport } from '../../src/transports/transport.ts';

/** Opens a server with the password `right`; what the transport says of it is the test's. */
let say: () => Partial<Opened>;
let opened: number;
let released: number;
const fake: Transport = {
  schemes: ['fake'],
  example: 'fake:',
  describe: (address) => address,
  async open() {
    opened++;
    const [pipe, far] = pipePair();
    void createServer({ password: 'right' }).accept(far);
    return { pipe, release: () => void released++, ...say() };
  },
};

beforeEach(() => {
  (transports as unknown as Transport[]).push(fake);
  [opened, released] = [0, 0];
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
