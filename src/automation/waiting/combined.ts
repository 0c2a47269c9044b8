import type { Condition, Verdict } from './condition.ts';

/** Holds when one of them does, the first in their order; `Verdict.alternative` says which. */
export function any(conditions: readonly Condition[]): Condition {
  return {
    name: conditions.map(({ name }) => name).join(' or '),
    async look(view) {
      const verdicts = await Promise.all(conditions.map((condition) => condition.look(view)));
      const alternative = verdicts.findIndex(({ holds }) => holds);
      const found = verdicts[alternative];
      if (found) return { ...found, alternative };
      return { ...nearest(verdicts), seen: seenOf(conditions, verdicts), ...soonest(verdicts) };
    },
  };
}

/** Holds when all of them do at the same moment. */
export function all(conditions: readonly Condition[]): Condition {
  return {
    name: conditions.map(({ name }) => name).join(' and '),
    async look(view) {
      const verdicts = await Promise.all(conditions.map((condition) => condition.look(view)));
      const holds = verdicts.every((verdict) => verdict.holds);
      const score = verdicts.reduce((sum, verdict) => sum + verdict.score, 0) / Math.max(1, verdicts.length);
      const { place, click } = verdicts.find((verdict) => verdict.place) ?? {};
      const difference = verdicts.find((verdict) => !verdict.holds && verdict.difference)?.difference;
      return {
        ...{ holds, score, seen: seenOf(conditions, verdicts) },
        ...(place && { place }),
        ...(click && { click }),
        ...(difference && { difference }),
        ...soonest(verdicts),
      };
    },
  };
}

/** Holds when the condition does not. */
export function not(condition: Condition): Condition {
  return {
    name: `not ${condition.name}`,
    async look(view) {
      const verdict = await condition.look(view);
      return { ...verdict, holds: !verdict.holds, score: 1 - verdict.score };
    },
  };
}

function nearest(verdicts: readonly Verdict[]): Verdict {
  const none: Verdict = { holds: false, score: 0, seen: '' };
  return verdicts.reduce((best, verdict) => (verdict.score > best.score ? verdict : best), none);
}

function soonest(verdicts: readonly Verdict[]): { againInMs?: number } {
  const times = verdicts.flatMap(({ againInMs }) => (againInMs === undefined ? [] : [againInMs]));
  return times.length > 0 ? { againInMs: Math.min(...times) } : {};
}

function seenOf(conditions: readonly Condition[], verdicts: readonly Verdict[]): string {
  return verdicts.map(({ seen }, i) => (verdicts.length > 1 ? `${conditions[i]?.name}: ${seen}` : seen)).join('; ');
}
