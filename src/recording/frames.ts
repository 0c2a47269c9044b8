import type { Picture } from '../automation/picture.ts';
import type { Framebuffer } from '../rfb/protocol/framebuffer.ts';
import { boundingBox, type Rect } from '../rfb/protocol/rect.ts';
import { clip } from '../server/display.ts';
import { Region } from '../server/region.ts';
import { Player } from './player.ts';
import type { Recording } from './recording.ts';

/** What the screen looked like from `ms` on. */
export interface Frame {
  readonly ms: number;
  readonly picture: Picture;
  /** Where it may differ from the frame before; all of it for the first, and after a change of size. */
  readonly changed: Rect;
}

export interface FrameOptions {
  /** Milliseconds from the recording's start; default: all of it. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  /** Frames are at least so far apart; default 100. What happens in between is in the next one. */
  readonly intervalMs?: number | undefined;
}

const DEFAULT_INTERVAL_MS = 100;

/**
 * The frames of a recording at which something changed, whole updates only. The last one shows the end.
 * @throws UsageError `BAD_RECORDING` · ProtocolError: what the server sent makes no sense
 */
export async function* frames(recording: Recording, options: FrameOptions = {}): AsyncGenerator<Frame> {
  const { fromMs = 0, toMs = Number.POSITIVE_INFINITY, intervalMs = DEFAULT_INTERVAL_MS } = options;
  await using player = new Player(recording, fromMs);
  const { watcher } = player;
  const changes = new Region();
  watcher
    .on('painted', (rect) => changes.add(rect))
    .on('resize', (width, height) => changes.add({ x: 0, y: 0, width, height }));
  await player.advance(fromMs);
  let shownMs = Number.NEGATIVE_INFINITY;
  for (;;) {
    const nextMs = await player.nextMs();
    const due = nextMs === undefined || nextMs > toMs || nextMs > Math.max(player.ms, shownMs + intervalMs);
    if (due && watcher.framebuffer && watcher.whole && changes.rects.length > 0) {
      const first = shownMs === Number.NEGATIVE_INFINITY;
      const changed = first ? watcher.framebuffer.bounds : boundingBox(changes.rects);
      changes.clear();
      shownMs = Math.max(player.ms, fromMs);
      yield {
        ms: shownMs,
        picture: pictureOf(watcher.framebuffer),
        changed: clip(changed, watcher.framebuffer.bounds),
      };
    }
    if (nextMs === undefined || nextMs > toMs) return;
    await player.step();
  }
}

/**
 * The screen at a moment, by default at the end; undefined before its first picture.
 * @throws as `frames`
 */
export async function pictureAt(recording: Recording, ms = Number.POSITIVE_INFINITY): Promise<Picture | undefined> {
  await using player = new Player(recording, ms);
  let painted = false;
  player.watcher.on('painted', () => {
    painted = true;
  });
  await player.advance(ms);
  // In the middle of an update the picture is neither the one before nor the one after: its end comes soon.
  while (!player.watcher.whole && (await player.step()));
  const { framebuffer, whole } = player.watcher;
  return framebuffer && whole && painted ? pictureOf(framebuffer) : undefined;
}

function pictureOf(framebuffer: Framebuffer): Picture {
  const { width, height, bounds } = framebuffer;
  return { width, height, rgba: framebuffer.rgba(bounds), fresh: true };
}
