import { MAX_PIECE } from './pieces.ts';

/** What a guest loses when it stands still has nothing to do with the rate: below this, slower is not better. */
const MIN_RATE = 6;
const MIN_PIECE = 4;
const MIN_QUIET_MS = 300;
const FIRST_PATIENCE_MS = 2000;
const MIN_PATIENCE_MS = 500;
const MAX_PATIENCE_MS = 4000;
/** Of the first rate, what is won back with each piece that comes right at once. */
const RATE_STEP = 1 / 8;
const PIECE_STEP = 4;

/** How fast, how much at a time, how patiently: halved by what goes wrong, and won back step by step by what goes well. */
export class TypingPace {
  readonly #first: number;
  #rate: number;
  #pieceLength = MAX_PIECE;
  #patienceMs = FIRST_PATIENCE_MS;

  constructor(rate: number) {
    this.#first = rate;
    this.#rate = rate;
  }

  /** Characters a second. */
  get rate(): number {
    return this.#rate;
  }

  /** So much is typed before somebody looks. */
  get pieceLength(): number {
    return this.#pieceLength;
  }

  /** For an echo that shows no more than that not all has come: the guest may have stood still. */
  get patienceMs(): number {
    return this.#patienceMs;
  }

  /** For an echo that shows that keys were lost: those that followed them have come. */
  get quietMs(): number {
    return Math.max(MIN_QUIET_MS, this.#patienceMs / 4);
  }

  wentWell(): void {
    this.#rate = Math.min(this.#first, this.#rate + this.#first * RATE_STEP);
    this.#pieceLength = Math.min(MAX_PIECE, this.#pieceLength + PIECE_STEP);
  }

  wentWrong(): void {
    this.#rate = Math.min(this.#rate, Math.max(this.#rate / 2, MIN_RATE));
    this.#pieceLength = Math.max(MIN_PIECE, this.#pieceLength >> 1);
  }

  /** What was given up for lost was. */
  wasLost(): void {
    this.#patienceMs = Math.max(MIN_PATIENCE_MS, this.#patienceMs * 0.7);
  }

  /** What was given up for lost has come after all, or may have. */
  wasTooEarly(): void {
    this.#patienceMs = Math.min(MAX_PATIENCE_MS, this.#patienceMs * 1.5);
  }
}
