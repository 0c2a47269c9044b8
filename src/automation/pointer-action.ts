/** What is done with the pointer. */
export type PointerAction = 'move' | 'click' | 'down' | 'up' | 'drag' | 'scroll';

/** Pixels, buttons, counts. */
export type PointerDetail = Readonly<Record<string, number | string>>;
