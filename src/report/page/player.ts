import type { ReportTrace } from '../report-data.ts';
import { byId } from './dom.ts';
import { EventList } from './event-list.ts';
import { type Moment, momentsOf } from './moments.ts';
import { Scrubber } from './scrubber.ts';
import { Stage } from './stage.ts';

/** Nothing happens for longer than this while it plays. */
const LONGEST_PAUSE_MS = 1000;

/** One trace, and the moment of it that is shown. */
export class Player {
  readonly #moments: readonly Moment[];
  readonly #stage: Stage;
  readonly #list: EventList;
  readonly #scrubber: Scrubber;
  readonly #play = byId('play') as HTMLButtonElement;
  #index = 0;
  #timer = 0;

  constructor(trace: ReportTrace, pictures: Readonly<Record<string, string>>) {
    this.#moments = momentsOf(trace);
    this.#stage = new Stage(pictures);
    this.#list = new EventList(this.#moments, (index) => this.#choose(index));
    this.#scrubber = new Scrubber(this.#moments, pictures, (ms) => this.#scrub(ms));
    byId('previous').onclick = () => this.step(-1);
    byId('next').onclick = () => this.step(1);
    this.#play.onclick = () => this.togglePlay();
    const failed = this.#moments.findLast(({ event }) => event.type === 'waited' && event.outcome !== 'met');
    this.#choose(failed?.index ?? this.#moments.length - 1);
  }

  /** To the next event, or the one before, of those that are listed and that `accepts`. */
  step(by: 1 | -1, accepts: (moment: Moment) => boolean = ({ index }) => this.#list.lists(index)): void {
    const others = by > 0 ? this.#moments.slice(this.#index + 1) : this.#moments.slice(0, this.#index).reverse();
    const next = others.find(accepts);
    if (next) this.#choose(next.index);
  }

  first(): void {
    this.#choose(0);
  }

  last(): void {
    this.#choose(this.#moments.length - 1);
  }

  chooseView(number: number): void {
    this.#stage.choose(number);
  }

  togglePlay(): void {
    if (this.#timer !== 0) {
      this.stop();
      return;
    }
    if (this.#index === this.#moments.length - 1) this.#show(0, this.#timeOf(0));
    this.#play.textContent = 'Pause';
    this.#advance();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#play.textContent = 'Play';
  }

  #advance(): void {
    const next = this.#index + 1;
    if (next >= this.#moments.length) {
      this.stop();
      return;
    }
    const pauseMs = Math.min(LONGEST_PAUSE_MS, this.#timeOf(next) - this.#timeOf(this.#index));
    this.#timer = window.setTimeout(() => {
      this.#show(next, this.#timeOf(next));
      this.#advance();
    }, pauseMs);
  }

  #scrub(ms: number): void {
    this.stop();
    const index = this.#moments.findLastIndex(({ event }) => event.t <= ms);
    this.#show(Math.max(0, index), ms);
  }

  #choose(index: number): void {
    this.stop();
    this.#show(index, this.#timeOf(index));
  }

  #show(index: number, ms: number): void {
    const moment = this.#moments[index];
    if (!moment) return;
    this.#index = index;
    this.#stage.show(moment);
    this.#list.show(index);
    this.#scrubber.show(moment, ms);
  }

  #timeOf(index: number): number {
    return this.#moments[index]?.event.t ?? 0;
  }
}
