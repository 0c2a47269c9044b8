import { byId, element } from './dom.ts';
import type { Moment, View } from './moments.ts';

/** Shows the pictures of a moment. */
export class Stage {
  readonly #pictures: Readonly<Record<string, string>>;
  readonly #image = byId('image') as HTMLImageElement;
  readonly #place = byId('place');
  readonly #nothing = byId('nothing');
  readonly #views = byId('views');
  readonly #caption = byId('caption');
  #shown: readonly View[] = [];

  constructor(pictures: Readonly<Record<string, string>>) {
    this.#pictures = pictures;
  }

  show({ views, description }: Moment): void {
    this.#shown = views;
    const buttons = views.map((view, i) =>
      element('button', { type: 'button', onclick: () => this.choose(i), title: `key ${i + 1}` }, view.name),
    );
    this.#views.replaceChildren(...buttons);
    this.#views.hidden = views.length < 2;
    this.#caption.textContent = description.title;
    if (views.length > 0) this.choose(0);
    else this.#draw(undefined);
  }

  /** One of the pictures of the moment that is shown. */
  choose(number: number): void {
    const view = this.#shown[number];
    if (!view) return;
    for (const [i, button] of [...this.#views.children].entries()) {
      button.setAttribute('aria-pressed', String(i === number));
    }
    this.#draw(view);
  }

  #draw(view: View | undefined): void {
    const picture = view && this.#pictures[view.screen.file];
    this.#image.hidden = !picture;
    this.#nothing.hidden = Boolean(picture);
    this.#nothing.textContent = view ? 'the picture of this screen was not kept' : 'nothing was seen yet';
    this.#place.hidden = true;
    if (!view || !picture) {
      this.#image.removeAttribute('src');
      return;
    }
    const { width, height, file } = view.screen;
    this.#image.src = `data:image/png;base64,${picture}`;
    this.#image.width = width;
    this.#image.height = height;
    this.#image.dataset.file = file;
    this.#image.alt = `${view.name}, ${width} by ${height} pixels${view.caption ? `: ${view.caption}` : ''}`;
    if (view.caption) this.#caption.textContent = view.caption;
    if (!view.place) return;
    const { x, y, width: placeWidth, height: placeHeight } = view.place;
    Object.assign(this.#place.style, {
      left: `${(x / width) * 100}%`,
      top: `${(y / height) * 100}%`,
      width: `${(placeWidth / width) * 100}%`,
      height: `${(placeHeight / height) * 100}%`,
    });
    this.#place.hidden = false;
  }
}
