import { deflateSync } from 'node:zlib';
import { crop } from '../../automation/picture.ts';
import { ActionError } from '../../rfb/errors.ts';
import { type Frame, frames } from '../frames.ts';
import type { Exporter } from './export.ts';

/**
 * An animated PNG: lossless, plays in every browser, and where it does not is a picture of the beginning. Frames hold what has
 * changed. It has one size: what a larger screen shows beside the first one's is cut.
 */
export const apng: Exporter = {
  extensions: ['.apng'],
  summary: 'an animated PNG: lossless, for browsers',

  async render(recording, options) {
    const parts: Buffer[] = [];
    let size: { readonly width: number; readonly height: number } | undefined;
    let sequence = 0;
    let count = 0;
    let before: { readonly frame: Frame; readonly control: Buffer } | undefined;
    const finish = (untilMs: number) => {
      if (before === undefined) return;
      // Delays are fractions of 16 bits each.
      const ms = Math.min(65_535, Math.max(1, Math.round(untilMs - before.frame.ms)));
      before.control.writeUInt16BE(ms, 20);
      before.control.writeUInt16BE(1000, 22);
    };
    for await (const frame of frames(recording, options)) {
      options.signal?.throwIfAborted();
      options.onProgress?.(frame.ms);
      finish(frame.ms);
      size ??= frame.picture;
      const { x, y } = frame.changed;
      const width = Math.min(frame.changed.width, size.width - x);
      const height = Math.min(frame.changed.height, size.height - y);
      const part = width > 0 && height > 0 ? crop(frame.picture, { x, y, width, height }) : undefined;
      if (part === undefined) continue;
      const control = Buffer.alloc(26);
      control.writeUInt32BE(sequence++, 0);
      for (const [i, value] of [width, height, x, y].entries()) control.writeUInt32BE(value, 4 + 4 * i);
      const pixels = deflateSync(scanlines(part.rgba, width, height), { level: 6 });
      const first = count++ === 0;
      before = { frame, control };
      // Written when the next frame says how long it stays.
      parts.push(control, first ? pixels : Buffer.concat([u32(sequence++), pixels]));
    }
    if (size === undefined) throw new ActionError('ACTION_FAILED', `${recording.name}: nothing was shown in that time`);
    finish((before?.frame.ms ?? 0) + LAST_FRAME_MS);
    const header = Buffer.concat([u32(size.width), u32(size.height), Buffer.of(8, 2, 0, 0, 0)]);
    const chunks = [chunk('IHDR', header), chunk('acTL', Buffer.concat([u32(count), u32(0)]))];
    for (let i = 0; i < parts.length; i += 2) {
      chunks.push(chunk('fcTL', parts[i] as Buffer), chunk(i === 0 ? 'IDAT' : 'fdAT', parts[i + 1] as Buffer));
    }
    return Buffer.concat([SIGNATURE, ...chunks, chunk('IEND', Buffer.alloc(0))]);
  },
};

/** Before it begins anew. */
const LAST_FRAME_MS = 2000;

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** Rows of R, G, B without filter. */
function scanlines(rgba: Uint8Array, width: number, height: number): Buffer {
  const bytes = Buffer.alloc(height * (1 + width * 3));
  let to = 0;
  for (let from = 0; from < rgba.length; from += 4) {
    if (from % (width * 4) === 0) to++;
    bytes[to++] = rgba[from] ?? 0;
    bytes[to++] = rgba[from + 1] ?? 0;
    bytes[to++] = rgba[from + 2] ?? 0;
  }
  return bytes;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  return Buffer.concat([u32(data.length), body, u32(crc32(body))]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Node has it since 20.15 only. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
