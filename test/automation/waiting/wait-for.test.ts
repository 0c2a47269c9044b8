import { describe, expect, test } from 'vitest';
import type { Picture } from '../../../src/automation/picture.ts';
import { all, any, not } from '../../../src/automation/waiting/combined.ts';
import type { Condition, Verdict } from '../../../src/automation/waiting/condition.ts';
import { changed, nonBlank, stable } from '../../../src/automation/waiting/screen-conditions.ts';
import { WaitTimeoutError, waitFor } from '../../../src/automation/waiting/wait-for.ts';
import { sessionWith, showing, update, all as whole } from '../../support/answering-server.ts';

/** Holds when the first pixel has this red value. */
function red(value: number): Condition {
  return {
    name: `red ${value}`,
    look({ picture: { rgba } }): Verdict {
      const got = rgba[0] ?? 0;
      return { holds: got === value, score: 1 - Math.abs(got - value) / 255, seen: `red ${got}` };
    },
  };
}

const picture = (value: number): Picture => ({
  width: 1,
  height: 1,
  rgba: Uint8Array.of(value, 0, 0, 255),
  fresh: true,
});
const view = (value: number, nowMs = 0, first = 0) => ({ picture: picture(value), first: picture(first), nowMs });

describe('waitFor', () => {
  test('looks at once, and after each change', async () => {
    await using session = await showing(1, 1, 2, 3);
    const looks: string[] = [];
    const met = await waitFor(session, red(3), { onLook: ({ seen }) => looks.push(seen) });
    expect(looks).toEqual(['red 1', 'red 2', 'red 3']);
    expect(met.picture.rgba[0]).toBe(3);
    expect(met.verdict.holds).toBe(true);
  });

  test('in vain: says what it waited for, what is there, what was nearer, and keeps both', async () => {
    await using session = await showing(10, 99, 30);
    const error = await waitFor(session, red(100), { timeoutMs: 150 }).catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(WaitTimeoutError);
    const { message, evidence } = error as WaitTimeoutError;
    expect(message).toMatch(/waited 150 ms in vain for red 100: red 30; the best before was red 99$/);
    expect(evidence?.last.picture.rgba[0]).toBe(30);
    expect(evidence?.best.picture.rgba[0]).toBe(99);
  });

  test('without any picture: says so', async () => {
    await using session = await sessionWith([2, 2], () => []);
    await expect(waitFor(session, red(1), { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'TIMED_OUT',
      message: expect.stringMatching(/no complete picture came/),
      evidence: undefined,
    });
  });

  test('an abort is passed on, and ends all that it started', async () => {
    await using session = await showing(1);
    const signal = AbortSignal.timeout(40);
    await expect(waitFor(session, red(2), { signal })).rejects.toThrow('aborted due to timeout');
    expect(session.eventNames()).toEqual([]);
  });

  test('a condition that throws ends the wait', async () => {
    await using session = await showing(1);
    const broken: Condition = { name: 'broken', look: () => Promise.reject(new Error('broken')) };
    await expect(waitFor(session, broken)).rejects.toThrow('broken');
  });

  test('stable holds without a further update', async () => {
    await using session = await sessionWith([2, 2], (_request, count) => (count === 0 ? [update(whole(2, 2, 1))] : []));
    const { milliseconds } = await waitFor(session, stable(60));
    expect(milliseconds).toBeGreaterThanOrEqual(60);
  });
});

describe('any, all, not', () => {
  test('any names the first that holds', async () => {
    expect(await any([red(1), red(2), red(2)]).look(view(2))).toMatchObject({ holds: true, alternative: 1 });
    const none = await any([red(1), red(5)]).look(view(7));
    expect(none).toMatchObject({ holds: false, seen: 'red 1: red 7; red 5: red 7' });
    expect(none.alternative).toBeUndefined();
    expect(none.score).toBeCloseTo(1 - 2 / 255);
  });

  test('all want all of them', async () => {
    expect(await all([red(1), red(1)]).look(view(1))).toMatchObject({ holds: true, score: 1 });
    expect(await all([red(1), red(2)]).look(view(1))).toMatchObject({ holds: false });
    expect(await all([]).look(view(1))).toMatchObject({ holds: true });
  });

  test('not turns it round', async () => {
    expect(await not(red(1)).look(view(1))).toMatchObject({ holds: false, score: 0, seen: 'red 1' });
    expect(await not(red(1)).look(view(2))).toMatchObject({ holds: true });
  });

  test('they look again when the first of them wants to', async () => {
    expect(await any([stable(100), stable(30)]).look(view(1))).toMatchObject({ againInMs: 30 });
    expect((await all([red(1), stable(30)]).look(view(1))).againInMs).toBe(30);
  });
});

describe('screen conditions', () => {
  test('stable counts from the last change', () => {
    const condition = stable(100);
    expect(condition.look(view(1, 0))).toMatchObject({ holds: false, againInMs: 100 });
    expect(condition.look(view(2, 90))).toMatchObject({ holds: false, againInMs: 100 });
    expect(condition.look(view(2, 150))).toMatchObject({ holds: false, againInMs: 40, score: 0.6 });
    expect(condition.look(view(2, 190))).toMatchObject({ holds: true, score: 1 });
  });

  test('changed compares with the beginning', () => {
    expect(changed().look(view(1, 5, 1))).toMatchObject({ holds: false });
    expect(changed().look(view(2, 5, 1))).toMatchObject({ holds: true });
  });

  test('non-blank names the colour', () => {
    expect(nonBlank().look(view(17))).toMatchObject({ holds: false, seen: 'all of it is #110000' });
  });

  test.each([
    ['stable', stable(0, { x: 1, y: 0, width: 1, height: 1 })],
    ['changed', changed({ x: 1, y: 0, width: 1, height: 1 })],
    ['non-blank', nonBlank({ x: 1, y: 0, width: 1, height: 1 })],
  ])('%s: a region off the screen does not hold, and says so', async (_name, condition) => {
    expect(await condition.look(view(1, 0, 2))).toMatchObject({
      holds: false,
      seen: 'the region 1,0,1x1 is not on the 1x1 screen',
    });
  });
});
