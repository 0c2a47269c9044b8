import { geometricMean, median } from '../statistics.ts';
import { number, table } from '../table.ts';
import type { Samples } from './compare.ts';

export interface Result {
  readonly stream: string;
  /** Painted in one run. */
  readonly pixels: number;
  readonly samples: Samples;
}

/** Of ours, which stand over a peer. */
const OURS = ['core', 'reference'];
const PEERS = ['libvncclient', 'novnc'];

/** Megapixels a second, by the median of the rounds. */
export function speed({ pixels, samples }: Result, contender: string): number | undefined {
  const seconds = samples.get(contender);
  return seconds === undefined || seconds.length === 0 ? undefined : pixels / median(seconds) / 1e6;
}

/** The ratios of ours to the peers, those of which there is one. */
export function ratios(
  results: readonly Result[],
): { readonly name: string; readonly of: (result: Result) => number | undefined }[] {
  return OURS.flatMap((ours) => PEERS.map((peer) => ({ ours, peer })))
    .map(({ ours, peer }) => ({
      name: `${ours} / ${peer}`,
      of: (result: Result) => quotient(speed(result, ours), speed(result, peer)),
    }))
    .filter(({ of }) => results.some((result) => of(result) !== undefined));
}

/** Stream by contender in Mpixel/s, then the ratios, then their geometric means. */
export function report(results: readonly Result[], names: readonly string[]): string {
  const columns = names.filter((name) => results.some((result) => speed(result, name) !== undefined));
  const compared = ratios(results);
  const rows = results.map((result) => [
    result.stream,
    ...columns.map((name) => number(speed(result, name))),
    ...compared.map(({ of }) => number(of(result))),
  ]);
  const means = compared.map(({ of }) => {
    const values = results.map(of).filter((value) => value !== undefined);
    return `${number(geometricMean(values))} (${values.length})`;
  });
  const last = ['geometric mean (streams)', ...columns.map(() => ''), ...means];
  return table(['Mpixel/s', ...columns, ...compared.map(({ name }) => name)], [...rows, last]);
}

function quotient(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a / b;
}
