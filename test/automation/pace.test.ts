import { expect, test } from 'vitest';
import { Pace, systemClock } from '../../src/automation/pace.ts';

test('on the system clock, events keep their schedule', async () => {
  const pace = new Pace();
  const sentAt: number[] = [];
  for (let i = 0; i < 10; i++) await pace.send(10, async () => void sentAt.push(performance.now()));
  const took = (sentAt.at(-1) ?? 0) - (sentAt[0] ?? 0);
  expect(took).toBeGreaterThanOrEqual(9 * 7.5);
  for (const [i, at] of sentAt.slice(1).entries()) expect(at - (sentAt[i] ?? 0)).toBeGreaterThanOrEqual(7.4);
});

test('sleeping ends with the reason of an abort, and leaves no listener', async () => {
  const controller = new AbortController();
  const sleeping = systemClock.sleep(60_000, controller.signal);
  controller.abort(new Error('stop'));
  await expect(sleeping).rejects.toThrow('stop');
  await expect(systemClock.sleep(1, controller.signal)).rejects.toThrow('stop');
  await systemClock.sleep(1, new AbortController().signal);
});
