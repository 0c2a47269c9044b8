import { expect, test } from 'vitest';
import { demo } from '../../src/transports/demo.ts';

test('opens a fresh server for each connection', async () => {
  for (const [address, name] of [
    ['demo:', 'demo:login'],
    ['demo:desktop', 'demo:desktop'],
  ] as const) {
    const { pipe } = await demo.open(address, {});
    expect(pipe.name).toBe(name);
    const { value } = await pipe.incoming[Symbol.asyncIterator]().next();
    expect(Buffer.from(value ?? []).toString()).toBe('RFB 003.008\n');
    await pipe.close();
  }
});

test('an unknown scene is a bad address that lists the scenes', async () => {
  const refusal = {
    code: 'BAD_ADDRESS',
    message: 'unknown scene in "demo:nowhere", there are demo:login, demo:desktop, demo:colours',
  };
  expect(() => demo.describe('demo:nowhere')).toThrow(refusal.message);
  await expect(demo.open('demo:nowhere', {})).rejects.toMatchObject(refusal);
});

test('an aborted signal opens nothing', async () => {
  const reason = new Error('enough');
  await expect(demo.open('demo:', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});
