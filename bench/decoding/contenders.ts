import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { compileHarness, harnessProgram } from '../harness.ts';
import { readStream, type Stream } from '../streams.ts';
import { zlibPayloads } from './zlib-payloads.ts';

/** Something that decodes streams, in a process of its own that speaks the line protocol of run-lines.ts. */
export interface Contender {
  readonly name: string;
  /** Decodes nothing: a bound to see the others against. */
  readonly limit?: true;
  /** Makes it ready; says what to do where it cannot be had. */
  prepare?(): string | undefined;
  supports?(stream: Stream): boolean;
  /** `rawFile` has the stream gunzipped. */
  command(stream: Stream, files: { readonly rawFile: string; readonly pictureFile: string }): readonly string[];
}

const ROOT = resolve(import.meta.dirname, '../..');

/**
 * The memory of runs that are over is collected now and then, and most often while the next one is timed. With this much room
 * for it, in megabytes, that is seldom. As the script of bench:decode has it.
 */
const ROOM_FOR_GARBAGE = '--initial-old-space-size=1024';

const tsx = (script: string, stream: Stream, ...args: readonly string[]) => [
  process.execPath,
  ...[ROOM_FOR_GARBAGE, '--import', 'tsx', join(ROOT, 'bench', script), stream.file, stream.descriptionFile],
  ...args,
];

const ours = (name: string): Contender => ({
  name,
  command: (stream, { pictureFile }) => tsx('decode.ts', stream, '--picture', pictureFile, '--decoder', name),
});

const HARNESS = join(import.meta.dirname, 'libvncclient.c');

const libvncclient: Contender = {
  name: 'libvncclient',
  prepare: () => compileHarness(HARNESS),
  // It leaves the order of bytes and colour maps to the viewer.
  supports: ({ pixelFormat }) => !pixelFormat.bigEndian && pixelFormat.trueColour,
  command: ({ width, height, pixelFormat: format }, { rawFile, pictureFile }) => [
    ...[harnessProgram(HARNESS), rawFile],
    ...[width, height, format.bitsPerPixel, format.redMax, format.greenMax, format.blueMax].map(String),
    ...[format.redShift, format.greenShift, format.blueShift].map(String),
    pictureFile,
  ],
};

const NOVNC_ENCODINGS = [0, 1, 2, 5, 6, 7, 16];

const novnc: Contender = {
  name: 'novnc',
  prepare() {
    try {
      createRequire(import.meta.url).resolve('@novnc/novnc');
      return undefined;
    } catch {
      return 'npm install (it is a devDependency)';
    }
  },
  // It asks for 32 bits, R, G, B, and cannot do with anything else.
  supports: ({ pixelFormat, encoding }) =>
    pixelFormat.bitsPerPixel === 32 &&
    !pixelFormat.bigEndian &&
    pixelFormat.greenShift === 8 &&
    encoding.every((type) => NOVNC_ENCODINGS.includes(type)),
  command: (stream, { pictureFile }) => tsx('decoding/novnc.ts', stream, '--picture', pictureFile),
};

const memcpy: Contender = {
  name: 'memcpy',
  limit: true,
  command: (stream) => tsx('decoding/limits.ts', stream, '--decoder', 'memcpy'),
};

const inflate: Contender = {
  name: 'inflate',
  limit: true,
  // JPEG rectangles have no part in it, so with them it is no limit.
  supports: (stream) => !stream.truth?.lossy && zlibPayloads(stream, readStream(stream.file)) !== undefined,
  command: (stream) => tsx('decoding/limits.ts', stream, '--decoder', 'inflate'),
};

/** In the order of the table's columns. */
export const contenders = [
  ours('core'),
  ours('reference'),
  libvncclient,
  novnc,
  inflate,
  memcpy,
] as const satisfies readonly Contender[];
