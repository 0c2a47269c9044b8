import type { Message } from './fuzz-case.ts';

/** Leaves out messages and rectangles as long as the rest still `fails`, until `deadline` (of `performance.now()`). */
export async function minimise(
  messages: readonly Message[],
  fails: (messages: readonly Message[]) => Promise<boolean>,
  deadline: number,
): Promise<readonly Message[]> {
  const inTime = () => performance.now() < deadline;
  let left = await fewest(messages, fails, inTime);
  for (let i = left.length - 1; i >= 0; i--) {
    const { rects } = left[i] ?? {};
    if (!rects) continue;
    const others = left;
    const withRects = (some: readonly Uint8Array[]) => others.with(i, { rects: some, count: some.length });
    if (!(await fails(withRects(rects)))) continue;
    left = withRects(await fewest(rects, (some) => fails(withRects(some)), inTime));
  }
  return left;
}

/** Takes pieces away, halves first, single items last. */
async function fewest<T>(
  items: readonly T[],
  fails: (items: readonly T[]) => Promise<boolean>,
  inTime: () => boolean,
): Promise<readonly T[]> {
  let left = items;
  for (let size = items.length >> 1; size > 0; size >>= 1) {
    for (let at = left.length - size; at >= 0 && inTime(); at -= size) {
      const fewer = [...left.slice(0, at), ...left.slice(at + size)];
      if (await fails(fewer)) left = fewer;
    }
  }
  return left;
}
