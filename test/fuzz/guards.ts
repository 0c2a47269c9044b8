import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Framebuffer } from '../../src/rfb/protocol/framebuffer.ts';

const CANARY = 0xa5;
/** Of each gap, so much at either end is watched. */
const WATCHED = 64;
/** Behind the framebuffer, to the end of the page, at most. */
const BEHIND = 4096;
/** Stores may go so far beyond a tile, which has room behind it. */
const SLACK = 32;

const canaries = Buffer.alloc(BEHIND, CANARY);

const layout = new Map<string, number>();
const source = resolve(import.meta.dirname, '../../src/rfb/core/assembly/layout.ts');
for (const [, name = '', value] of readFileSync(source, 'utf8').matchAll(/^export const (\w+): \w+ = (\w+);$/gm)) {
  layout.set(name, Number(value));
}

function address(name: string): number {
  const value = layout.get(name);
  if (value === undefined) throw new Error(`layout.ts of the core has no ${name}`);
  return value;
}

/** What lies between the areas of the core's memory, from the end of one to the beginning of the next. */
const gaps: readonly (readonly [from: number, to: number])[] = [
  [address('EVENTS') + address('MAX_EVENTS') * address('EVENT_SIZE'), address('CARRY')],
  [address('CARRY') + address('CARRY_SIZE'), address('PALETTE')],
  [address('PALETTE') + 256 * 4, address('TILE')],
  [address('TILE') + 64 * 64 * 4 + SLACK, address('INPUT')],
  [address('INPUT') + address('INPUT_SIZE'), address('LUT8')],
  [address('LUT8') + 256 * 4, address('LUT16')],
  [address('GRADIENT') + 2 * 6 * (16_384 + 1), address('JPEG_SCRATCH')],
  [address('STREAMS') + address('STREAM_COUNT') * address('STREAM_SIZE'), address('RECEIVE')],
  [address('RECEIVE') + 2 * address('RECEIVE_SIZE'), address('FRAMEBUFFER')],
];
for (const [from, to] of gaps) {
  if (to - from < 2 * WATCHED) throw new Error(`no room for guards between ${from} and ${to} of the core's memory`);
}

/** Sees when the core writes where nothing belongs: between the areas of its memory, and behind the framebuffer. */
export class Guards {
  readonly #framebuffer: Framebuffer;
  #watched: Uint8Array[] = [];

  constructor(framebuffer: Framebuffer) {
    this.#framebuffer = framebuffer;
    this.place();
  }

  /** In the memory that the framebuffer is in now. */
  place(): void {
    const { pixels } = this.#framebuffer;
    const memory = new Uint8Array(pixels.buffer);
    const behind = pixels.byteOffset + pixels.byteLength;
    const between = gaps.flatMap(([from, to]) => [
      memory.subarray(from, from + WATCHED),
      memory.subarray(to - WATCHED, to),
    ]);
    this.#watched = [...between, memory.subarray(behind, behind + BEHIND)];
    for (const area of this.#watched) area.fill(CANARY);
  }

  check(): void {
    for (const area of this.#watched) {
      if (canaries.compare(area, 0, area.length, 0, area.length) === 0) continue;
      const at = area.byteOffset + area.findIndex((byte) => byte !== CANARY);
      throw new Error(`the core has written to 0x${at.toString(16)} of its memory`);
    }
  }
}
