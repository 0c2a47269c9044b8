import type { Point } from '../pointer.ts';

/** What is compared with a screen at many places. A place is the index of its upper left pixel on the screen. */
export interface Comparison {
  /** The most that a place may cost and still be one. */
  readonly allowed: number;
  /**
   * From a few pixels. Above `allowed` only when `cost` is, too; the order of places by it is roughly that by `cost`. May
   * stop once it is above `limit`.
   */
  estimate(at: number, limit: number): number;
  /** From all pixels, 0 when they are the same. May stop once it is above `limit`. */
  cost(at: number, limit: number): number;
}

/** The places that may be taken: upper left pixels, the last ones included. */
export interface Places {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Where it belongs: of places that are as good the nearest is taken; without it the first, row by row. */
  readonly home?: Point | undefined;
}

export interface Candidate extends Point {
  readonly cost: number;
  readonly holds: boolean;
}

/** So many places that look best by the estimate are compared in full when none holds. */
const SHORTLIST = 8;

/**
 * The best place. Every place whose cost is allowed is found: the estimate sorts out only others. When there is none, the
 * best of those that the estimate liked.
 */
export function search(comparison: Comparison, stride: number, places: Places): Candidate | undefined {
  const shortlist = new Shortlist();
  let found: Candidate | undefined;
  let limit = comparison.allowed;
  visit(places, (x, y) => {
    const at = y * stride + x;
    const interesting = found ? limit : Math.max(limit, shortlist.worst);
    const estimate = comparison.estimate(at, interesting);
    if (estimate > interesting) return false;
    if (estimate <= limit) {
      const cost = comparison.cost(at, limit);
      if (cost <= limit && (!found || cost < limit)) {
        found = { x, y, cost, holds: true };
        limit = cost;
        return cost === 0;
      }
    }
    if (!found && estimate < shortlist.worst) shortlist.add({ x, y, estimate });
    return false;
  });
  return found ?? shortlist.best(({ x, y }, best) => comparison.cost(y * stride + x, best));
}

/** The places with the lowest estimates, of equals those that came first. */
class Shortlist {
  readonly #entries: (Point & { readonly estimate: number })[] = [];

  get worst(): number {
    return this.#entries.length < SHORTLIST ? Number.POSITIVE_INFINITY : (this.#entries.at(-1)?.estimate ?? 0);
  }

  add(entry: Point & { readonly estimate: number }): void {
    const behind = this.#entries.findIndex(({ estimate }) => estimate > entry.estimate);
    this.#entries.splice(behind < 0 ? this.#entries.length : behind, 0, entry);
    this.#entries.splice(SHORTLIST);
  }

  best(costOf: (place: Point, limit: number) => number): Candidate | undefined {
    let best: Candidate | undefined;
    for (const { x, y } of this.#entries) {
      const cost = costOf({ x, y }, best?.cost ?? Number.POSITIVE_INFINITY);
      if (!best || cost < best.cost) best = { x, y, cost, holds: false };
    }
    return best;
  }
}

type Visit = (x: number, y: number) => boolean;

/** Every place once: row by row, or in growing squares around home. Ends when one of the visits says so. */
function visit(places: Places, visitor: Visit): void {
  if (places.home) visitAround(places, places.home, visitor);
  else visitRows(places, visitor);
}

function visitRows({ left, top, right, bottom }: Places, visitor: Visit): void {
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) if (visitor(x, y)) return;
  }
}

function visitAround({ left, top, right, bottom }: Places, home: Point, visitor: Visit): void {
  const furthest = Math.max(home.x - left, right - home.x, home.y - top, bottom - home.y);
  for (let radius = 0; radius <= furthest; radius++) {
    const [first, last] = [Math.max(left, home.x - radius), Math.min(right, home.x + radius)];
    for (let y = Math.max(top, home.y - radius); y <= Math.min(bottom, home.y + radius); y++) {
      const whole = Math.abs(y - home.y) === radius;
      for (let x = first; x <= last; x++) {
        if (!whole && Math.abs(x - home.x) < radius) {
          // From the left side of the square to its right one.
          x = home.x + radius - 1;
          continue;
        }
        if (visitor(x, y)) return;
      }
    }
  }
}
