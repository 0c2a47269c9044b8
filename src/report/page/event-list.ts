import { type Category, categories, percent } from '../describe-event.ts';
import { byId, element } from './dom.ts';
import type { Moment } from './moments.ts';

/** What most readers do not look for. */
const HIDDEN_AT_FIRST: readonly Category[] = ['protocol'];

/** Every event, one below the other. */
export class EventList {
  readonly #list = byId('events');
  readonly #items: HTMLLIElement[];
  #current: HTMLElement | undefined;

  constructor(moments: readonly Moment[], onChoose: (index: number) => void) {
    this.#items = moments.map((moment) => this.#item(moment, onChoose));
    this.#list.replaceChildren(...this.#items);
    const counts = new Map<Category, number>();
    for (const { description } of moments)
      counts.set(description.category, (counts.get(description.category) ?? 0) + 1);
    byId('filters').replaceChildren(
      ...categories.filter((category) => counts.has(category)).map((category) => this.#filter(category, counts)),
    );
  }

  /** Whether it is not filtered out. */
  lists(index: number): boolean {
    return this.#items[index]?.hidden === false;
  }

  show(index: number): void {
    const item = this.#items[index];
    const button = item?.querySelector('button') ?? undefined;
    if (this.#current) {
      this.#current.removeAttribute('aria-current');
      this.#current.tabIndex = -1;
    }
    this.#current = button;
    if (!item || !button) return;
    button.setAttribute('aria-current', 'step');
    button.tabIndex = 0;
    if (document.activeElement?.closest('#events') && document.activeElement !== button) button.focus();
    const { top, bottom } = this.#list.getBoundingClientRect();
    const place = button.getBoundingClientRect();
    if (place.top < top || place.bottom > bottom) {
      this.#list.scrollTop += place.top - top - this.#list.clientHeight / 3;
    }
  }

  #item({ event, description, index }: Moment, onChoose: (index: number) => void): HTMLLIElement {
    const { category, title, detail, tone } = description;
    const score = event.type === 'look' ? meter(event.score) : undefined;
    const button = element(
      'button',
      { type: 'button', tabIndex: -1, onclick: () => onChoose(index) },
      element('time', {}, clock(event.t)),
      element('span', { className: 'title' }, title),
      detail === undefined ? undefined : element('span', { className: 'detail' }, score, detail),
    );
    return element('li', { 'data-category': category, 'data-type': event.type, 'data-tone': tone }, button);
  }

  #filter(category: Category, counts: ReadonlyMap<Category, number>): HTMLElement {
    const checked = !HIDDEN_AT_FIRST.includes(category);
    const apply = (shown: boolean) => {
      for (const item of this.#items) if (item.dataset.category === category) item.hidden = !shown;
    };
    const box = element('input', { type: 'checkbox', checked, onchange: () => apply(box.checked) });
    apply(checked);
    return element('label', {}, box, ` ${category} `, element('small', {}, String(counts.get(category))));
  }
}

/** `0:01.234`. */
export function clock(ms: number): string {
  const seconds = (ms / 1000) % 60;
  return `${Math.floor(ms / 60_000)}:${seconds.toFixed(2).padStart(5, '0')}`;
}

function meter(score: number): HTMLElement {
  return element('meter', { min: 0, max: 1, value: score, title: percent(score), 'aria-label': 'score' });
}
