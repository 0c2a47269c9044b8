import { median, rotated } from './statistics.ts';

/** One of several that do the same job; gives the seconds that it took, or says in an error why it cannot. */
export interface Turn {
  readonly name: string;
  run(): Promise<number>;
}

/** Lets all of them run in turns: once each without counting, then `rounds` times, each round begun by another one. */
export async function inTurns(
  turns: readonly Turn[],
  rounds: number,
  say: (line: string) => void,
): Promise<{ readonly name: string; readonly seconds: number }[]> {
  const samples = new Map<string, number[]>(turns.map(({ name }) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const { name, run } of rotated(turns, round + 1)) {
      const seconds = samples.get(name);
      if (!seconds) continue;
      try {
        const took = await run();
        if (round >= 0) seconds.push(took);
      } catch (error) {
        samples.delete(name);
        say(`${name} is left out: ${(error as Error).message}`);
      }
    }
  }
  return turns.flatMap(({ name }) => {
    const seconds = samples.get(name);
    return seconds && seconds.length > 0 ? [{ name, seconds: median(seconds) }] : [];
  });
}
