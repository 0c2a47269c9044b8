interface Point {
  readonly x: number;
  readonly y: number;
}

/** rfbproto, "QEMU Pointer Motion Change Pseudo-encoding": what no motion is in relative mode. */
const RELATIVE_ORIGIN = 0x7fff;

/** The coordinates of PointerEvents for a guest whose mouse only knows deltas. */
export class RelativeMotion {
  #at: Point | undefined;

  /**
   * What moves the pointer to `to`. Where it is first is unknown: a way longer than the screen leaves it in the top left
   * corner, from where deltas add up, as exactly as the guest's acceleration lets them.
   */
  coordinates(to: Point, screen: { readonly width: number; readonly height: number }): readonly Point[] {
    const from = this.#at ?? { x: 0, y: 0 };
    const motions = this.#at ? [] : [{ x: -screen.width, y: -screen.height }];
    motions.push({ x: to.x - from.x, y: to.y - from.y });
    this.#at = to;
    const onWire = (delta: number) => Math.max(0, Math.min(RELATIVE_ORIGIN + delta, 0xffff));
    return motions.map(({ x, y }) => ({ x: onWire(x), y: onWire(y) }));
  }

  get unknown(): boolean {
    return this.#at === undefined;
  }

  /** The pointer is somewhere unknown again. */
  forget(): void {
    this.#at = undefined;
  }
}
