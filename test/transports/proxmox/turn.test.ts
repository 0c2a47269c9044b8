import { expect, test } from 'vitest';
import { takeTurn } from '../../../src/transports/proxmox/turn.ts';

const FOREVER = { limitMs: 60_000 };

test('one after the other, those with the same key', async () => {
  const order: string[] = [];
  const first = await takeTurn('a', FOREVER);
  const second = takeTurn('a', FOREVER).then((end) => {
    order.push('second');
    return end;
  });
  const other = await takeTurn('b', FOREVER);
  order.push('other');
  first();
  first();
  (await second)();
  other();
  expect(order).toEqual(['other', 'second']);
});

test('who gives up waiting holds nobody up', async () => {
  const first = await takeTurn('a', FOREVER);
  const abort = new AbortController();
  const second = takeTurn('a', { ...FOREVER, signal: abort.signal });
  const third = takeTurn('a', FOREVER);
  abort.abort(new Error('enough'));
  await expect(second).rejects.toThrow('enough');
  first();
  (await third)();
});

test('who never ends its turn is passed over', async () => {
  await takeTurn('a', { limitMs: 20 });
  (await takeTurn('a', FOREVER))();
});
