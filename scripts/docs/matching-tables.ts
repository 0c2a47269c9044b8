import { blurFigures, type MatchingFigures, matchingFigures } from '../../test/support/matching-figures.ts';

/** What each way of comparing makes of the recorded screens; where it is wrong, in bold. */
export async function matchingTable(): Promise<string[][]> {
  const figures = await matchingFigures();
  const limit = bestLimit(figures);
  const told = (ours: boolean, right: boolean, text: string) => (ours === right ? text : `**${text}**`);
  const rows = figures.map((figure) => {
    const { reference, what, right } = figure.case;
    const { found, score, differing, histogram, similarity } = figure;
    return [
      reference,
      what,
      right ? 'right' : 'wrong',
      told(found, right, found ? 'found' : `refused: ${percent(score)}, ${differing} pixels`),
      told(histogram <= limit, right, histogram.toFixed(0)),
      told(similarity >= 0.96, right, similarity.toFixed(3)),
    ];
  });
  const mistakes = (of: (figure: MatchingFigures) => boolean) =>
    String(figures.filter((figure) => of(figure) !== figure.case.right).length);
  return [
    ['looked for', 'on a screen', 'which is', 'rfbctl', 'histograms, RMS', 'needle, similarity'],
    ...rows,
    [
      'mistakes',
      `of ${figures.length}`,
      '',
      mistakes(({ found }) => found),
      `${mistakes(({ histogram }) => histogram <= limit)} with the best limit`,
      `${mistakes(({ similarity }) => similarity >= 0.96)} at 96 %`,
    ],
  ];
}

/** Largest distances of two pixels, by the radius of the blur. */
export async function blurTable(): Promise<string[][]> {
  const rows = [];
  for (const blur of [0, 1, 2, 3, 4]) {
    const { right, wrong } = await blurFigures(blur);
    rows.push([`${blur}`, right.toFixed(0), wrong.toFixed(0), blur === 0 ? '0' : (96 / blur).toFixed(0)]);
  }
  return [['`--blur`', 'the worst right one', 'the nearest wrong one', 'default of `--fuzz`'], ...rows];
}

/** The limit of the histograms' distance that makes the fewest mistakes. */
function bestLimit(figures: readonly MatchingFigures[]): number {
  const mistakes = (limit: number) =>
    figures.filter(({ histogram, case: { right } }) => histogram <= limit !== right).length;
  const limits = figures.map(({ histogram }) => histogram).sort((a, b) => a - b);
  return limits.reduce((best, limit) => (mistakes(limit) < mistakes(best) ? limit : best));
}

function percent(score: number): string {
  return `${Math.floor(score * 1000) / 10} %`;
}
