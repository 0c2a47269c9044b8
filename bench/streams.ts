import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { PixelFormat } from '../src/rfb/protocol/pixel-format.ts';

/** What a server sent after ServerInit, from a file, and what the screen then showed. */
export interface Stream {
  readonly name: string;
  readonly file: string;
  readonly descriptionFile: string;
  readonly width: number;
  readonly height: number;
  readonly encoding: readonly number[];
  readonly pixelFormat: PixelFormat;
  /** How many pixels its rectangles paint, where the description says so. */
  readonly pixels?: number;
  readonly truth?: Truth;
}

export interface Truth {
  readonly sha256: string;
  /** Equally right: servers and clients differ in how they widen 5 and 6 bits. */
  readonly alt?: Readonly<Record<string, string>>;
  /** JPEG is in it: pixels are compared, not hashes. */
  readonly lossy?: boolean;
}

/** A socket's worth. */
export const PIECE_LENGTH = 64 * 1024;

const ROOT = resolve(import.meta.dirname, '..');

/** Where the big streams are: as the tests have it. */
export const corpusDirectory = process.env.RFBCTL_CORPUS ?? join(ROOT, '../shared/corpus');
export const fixturesDirectory = join(ROOT, 'fixtures/bench');

/** @throws Error when a description lacks what a decoder must know */
export function describeStream(file: string, descriptionFile: string): Stream {
  const description = JSON.parse(readFileSync(descriptionFile, 'utf8'));
  for (const key of ['width', 'height', 'pixelFormat']) {
    if (description[key] === undefined) throw new Error(`${descriptionFile} has no "${key}"`);
  }
  return { name: basename(descriptionFile, '.json'), encoding: [], ...description, file, descriptionFile };
}

/** Every stream with a description in `directory`. @throws Error when there is none */
export function streamsIn(directory: string): Stream[] {
  const descriptions = existsSync(directory) ? readdirSync(directory).filter((file) => file.endsWith('.json')) : [];
  const streams = descriptions.sort().flatMap((description) => {
    const path = join(directory, description.slice(0, -'.json'.length));
    const file = [`${path}.rfb.gz`, `${path}.rfb`].find(existsSync);
    return file === undefined ? [] : [describeStream(file, `${path}.json`)];
  });
  if (streams.length === 0) throw new Error(`no NAME.rfb.gz with NAME.json in ${directory}`);
  return streams;
}

/** The stream's bytes: gunzipped, whatever the file is called. */
export function readStream(file: string): Buffer {
  const bytes = readFileSync(file);
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
}

/** The pixels of a lossy truth. */
export function truthPixels(stream: Stream): Buffer {
  return gunzipSync(readFileSync(stream.descriptionFile.replace(/\.json$/, '.truth.rgba.gz')));
}

/** `bytes` as a socket delivers them: each piece in memory of its own. */
export function cut(bytes: Uint8Array, length = PIECE_LENGTH): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, i) => {
    const from = bytes.subarray(i * length, (i + 1) * length);
    const piece = Buffer.allocUnsafeSlow(from.length);
    piece.set(from);
    return piece;
  });
}
