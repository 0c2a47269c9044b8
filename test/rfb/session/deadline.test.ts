import { expect, test } from 'vitest';
import { TimeoutError } from '../../../src/rfb/errors.ts';
import { within } from '../../../src/rfb/session/deadline.ts';
import { Stopwatch } from '../../../src/rfb/session/stopwatch.ts';

const never = new Promise<never>(() => {});
const describe = (waitedMs: number) => `waited ${waitedMs < 5000 ? 'a moment' : 'long'}`;

test('what was awaited is told when the time is up', async () => {
  const error = await within(never, { timeoutMs: 20, describe: (waitedMs) => `waited ${waitedMs}` }).catch((e) => e);
  expect(error).toBeInstanceOf(TimeoutError);
  expect(error.message).toBe('waited 20');
});

test('a deadline of the caller is told as the wait that it cut', async () => {
  const caller = new AbortController();
  const reason = new TimeoutError('the command was not done');
  setTimeout(() => caller.abort(reason), 10);
  const error = await within(never, { timeoutMs: 60_000, signal: caller.signal, describe }).catch((e) => e);
  expect(error).toBeInstanceOf(TimeoutError);
  expect(error.message).toBe('waited a moment');
  expect(error.cause).toBe(reason);
});

test('any other abort is told as it is', async () => {
  const caller = new AbortController();
  const reason = new Error('Ctrl-C');
  setTimeout(() => caller.abort(reason), 10);
  await expect(within(never, { signal: caller.signal, describe })).rejects.toBe(reason);
});

test('a time longer than timers take does not end at once', async () => {
  const work = new Promise((resolve) => setTimeout(resolve, 50, 'done'));
  expect(await within(work, { timeoutMs: 1e12, describe })).toBe('done');
});

test('paused time does not count', async () => {
  const asking = new Stopwatch();
  const started = performance.now();
  const waited = within(never, { timeoutMs: 60, describe, pausedMs: () => asking.milliseconds }).catch(() => {});
  await asking.time(() => new Promise((resolve) => setTimeout(resolve, 100)));
  await waited;
  expect(performance.now() - started).toBeGreaterThan(150);
});
