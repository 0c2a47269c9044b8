import { byId, element } from './dom.ts';
import { clock } from './event-list.ts';
import type { Moment } from './moments.ts';

const THUMBNAILS = 10;

/** The slider, and what lies along it. */
export class Scrubber {
  readonly #slider = byId('slider') as HTMLInputElement;
  readonly #now = byId('now');
  readonly #moments: readonly Moment[];
  readonly #endMs: number;

  constructor(moments: readonly Moment[], pictures: Readonly<Record<string, string>>, onScrub: (ms: number) => void) {
    this.#moments = moments;
    this.#endMs = Math.max(1, moments.at(-1)?.event.t ?? 1);
    this.#slider.max = String(this.#endMs);
    this.#slider.oninput = () => onScrub(Number(this.#slider.value));
    byId('marks').replaceChildren(...this.#waits(), ...this.#points());
    byId('film').replaceChildren(...this.#film(pictures, onScrub));
  }

  show({ event, description }: Moment, ms: number): void {
    this.#slider.value = String(ms);
    this.#slider.setAttribute('aria-valuetext', `${(event.t / 1000).toFixed(2)} seconds: ${description.title}`);
    this.#now.textContent = `${clock(ms)} / ${clock(this.#endMs)}`;
  }

  /** As bars, from beginning to end. */
  #waits(): HTMLElement[] {
    const begun = new Map<number, number>();
    return this.#moments.flatMap(({ event }) => {
      if (event.type === 'waiting') begun.set(event.wait, event.t);
      if (event.type !== 'waited') return [];
      const from = begun.get(event.wait) ?? event.t;
      const bar = element('span', { className: `wait ${event.outcome}` });
      Object.assign(bar.style, { left: this.#share(from), width: this.#share(event.t - from) });
      return [bar];
    });
  }

  #points(): HTMLElement[] {
    return this.#moments.flatMap(({ event, description }) => {
      const { category } = description;
      if (category !== 'screens' && category !== 'input' && event.type !== 'error') return [];
      const point = element('span', { className: event.type === 'error' ? 'error' : category });
      point.style.left = this.#share(event.t);
      return [point];
    });
  }

  /** Screens at even distances in time; those that repeat the one before are pale. */
  #film(pictures: Readonly<Record<string, string>>, onScrub: (ms: number) => void): HTMLElement[] {
    let last = '';
    return Array.from({ length: THUMBNAILS }, (_, i) => {
      const ms = (this.#endMs * (i + 1)) / THUMBNAILS;
      const at = this.#moments.findLast(({ event, views }) => event.t <= ms && views.length > 0);
      const file = at?.views[0]?.screen.file ?? '';
      const picture = pictures[file];
      const className = file === last ? 'again' : '';
      last = file;
      const image = picture && element('img', { src: `data:image/png;base64,${picture}`, alt: '' });
      return element('span', { className, onclick: () => onScrub(ms) }, image || undefined);
    });
  }

  #share(ms: number): string {
    return `${(ms / this.#endMs) * 100}%`;
  }
}
