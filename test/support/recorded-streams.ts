import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { PixelFormat } from '../../src/rfb/protocol/pixel-format.ts';

/** A stream of FramebufferUpdates as a real server sent it, and what the screen then showed. */
export interface RecordedStream {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly encoding: readonly number[];
  readonly pixelFormat: PixelFormat;
  readonly truth: {
    readonly sha256: string;
    readonly alt?: Readonly<Record<string, string>>;
    readonly lossy?: boolean;
  };
  bytes(): Uint8Array;
  /** Where the truth is too lossy for a hash: its pixels. */
  truthPixels(): Uint8Array;
}

export function recordedStreams(directory: string): RecordedStream[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const description = JSON.parse(readFileSync(join(directory, file), 'utf8'));
      const read = (suffix: string) => gunzipSync(readFileSync(join(directory, description.name + suffix)));
      return { ...description, bytes: () => read('.rfb.gz'), truthPixels: () => read('.truth.rgba.gz') };
    });
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Peak signal-to-noise ratio in decibels; infinite where the pictures are equal. */
export function psnr(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return 0;
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return sum === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10((255 * 255 * a.length) / sum);
}
