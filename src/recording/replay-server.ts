import { setTimeout as sleep } from 'node:timers/promises';
import type { BytePipe } from '../rfb/protocol/connection.ts';
import type { Rect } from '../rfb/protocol/rect.ts';
import { Display } from '../server/display.ts';
import type { ViewerServer } from '../server/listen.ts';
import { Region } from '../server/region.ts';
import type { Scene } from '../server/scenes/scene.ts';
import { createServer } from '../server/server.ts';
import { badRecording } from './bad-recording.ts';
import { Player } from './player.ts';
import type { Recording } from './recording.ts';

export interface ReplayOptions {
  /** How much faster than it was; default 1. Infinity shows the end at once. */
  readonly speed?: number | undefined;
  /** Where to begin, in milliseconds; default the start. */
  readonly fromMs?: number | undefined;
  /** At the end: `hold` the last picture (default), begin anew, or hang up. */
  readonly atEnd?: 'hold' | 'loop' | 'hang-up' | undefined;
  /** Longer pauses are cut to this, in milliseconds; default: none are. */
  readonly maxPauseMs?: number | undefined;
  /** Told what a viewer did wrong, and what is wrong with the recording. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/**
 * Shows a recording to any viewer, whatever was spoken when it was made: it is drawn here and sent in the viewer's own pixel
 * format and encodings. Each viewer sees it from the beginning.
 */
export class ReplayServer implements ViewerServer {
  readonly #open: () => Promise<Recording>;
  readonly #options: ReplayOptions;
  readonly #closing = new AbortController();
  readonly #viewers = new Set<Promise<void>>();

  /** `open` is asked for each viewer. */
  constructor(open: () => Promise<Recording>, options: ReplayOptions = {}) {
    this.#open = open;
    this.#options = options;
  }

  async accept(pipe: BytePipe): Promise<void> {
    const serving = this.#serve(pipe).catch((error) => this.#options.onError?.(error));
    this.#viewers.add(serving);
    await serving;
    this.#viewers.delete(serving);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#viewers);
  }

  async #serve(pipe: BytePipe): Promise<void> {
    const { onError } = this.#options;
    try {
      await using recording = await this.#open();
      const { fromMs = 0, atEnd = 'hold' } = this.#options;
      let player = new Player(recording, fromMs);
      try {
        const scene = await RecordedScene.create(player, recording.name, fromMs);
        await using server = createServer({ scene, name: player.watcher.desktopName, ...(onError && { onError }) });
        const left = new AbortController();
        const signal = AbortSignal.any([left.signal, this.#closing.signal]);
        const serving = server.accept(pipe).finally(() => left.abort());
        do {
          await this.#play(player, signal);
          if (signal.aborted || atEnd !== 'loop') break;
          await player.close();
          player = new Player(recording, fromMs);
          await scene.follow(player, fromMs);
        } while (!signal.aborted);
        if (atEnd === 'hang-up') await server.close();
        else if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
        if (this.#closing.signal.aborted) await server.close();
        await serving;
      } finally {
        await player.close();
      }
    } finally {
      await pipe.close();
    }
  }

  /** By the clock, so that what takes long does not add up. */
  async #play(player: Player, signal: AbortSignal): Promise<void> {
    const { speed = 1, maxPauseMs = Number.POSITIVE_INFINITY } = this.#options;
    let dueMs = performance.now();
    let lastMs = Math.max(player.ms, this.#options.fromMs ?? 0);
    for (let ms = await player.nextMs(); ms !== undefined && !signal.aborted; ms = await player.nextMs()) {
      dueMs += Math.min(Math.max(0, ms - lastMs), maxPauseMs) / speed;
      lastMs = Math.max(lastMs, ms);
      const waitMs = dueMs - performance.now();
      if (waitMs > 1) await sleep(waitMs, undefined, { signal }).catch(() => {});
      if (!signal.aborted) await player.step();
    }
  }
}

/** The screen of a player. */
class RecordedScene implements Scene {
  readonly name: string;
  readonly display: Display;

  /** @throws UsageError `BAD_RECORDING`: it ends before ServerInit */
  static async create(player: Player, name: string, fromMs: number): Promise<RecordedScene> {
    while (!player.watcher.framebuffer)
      if (!(await player.step())) throw badRecording(name, 'it ends before ServerInit');
    const scene = new RecordedScene(name, player.watcher.framebuffer.width, player.watcher.framebuffer.height);
    await scene.follow(player, fromMs);
    return scene;
  }

  private constructor(name: string, width: number, height: number) {
    this.name = name;
    this.display = new Display(width, height);
  }

  /** Shows what the player shows from now on, and that moment first. */
  async follow(player: Player, fromMs: number): Promise<void> {
    const { watcher } = player;
    const changes = new Region();
    watcher
      .on('painted', (rect) => changes.add(rect))
      .on('resize', (width, height) => {
        this.display.resize(width, height);
        changes.clear();
        changes.add({ x: 0, y: 0, width, height });
      })
      .on('update', () => {
        for (const rect of changes.rects) this.#copy(player, rect);
        changes.clear();
      })
      .on('bell', () => this.display.bell())
      .on('cutText', (text) => this.display.cutText(text));
    await player.advance(fromMs);
    const { framebuffer } = watcher;
    if (!framebuffer) return;
    if (framebuffer.width !== this.display.width || framebuffer.height !== this.display.height) {
      this.display.resize(framebuffer.width, framebuffer.height);
    }
    this.#copy(player, framebuffer.bounds);
  }

  #copy(player: Player, rect: Rect): void {
    const from = player.watcher.framebuffer;
    const to = this.display.framebuffer;
    if (!from || from.width !== to.width) return;
    const bottom = Math.min(rect.y + rect.height, from.height, to.height);
    for (let y = rect.y; y < bottom; y++) {
      const start = y * from.width + rect.x;
      to.pixels.set(from.pixels.subarray(start, start + rect.width), start);
    }
    this.display.damage(rect);
  }
}
