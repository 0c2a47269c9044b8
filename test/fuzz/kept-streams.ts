import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Stream } from './decode-case.ts';
import type { Cuts } from './fuzz-case.ts';
import type { Expected } from './scene.ts';

const folder = resolve(import.meta.dirname, '../../fixtures/fuzz');

/** A stream that the decoders once did not agree on, or that is worth keeping for another reason. */
export interface KeptStream extends Stream {
  readonly name: string;
  readonly why: string;
  readonly expected: Expected;
  readonly cuts: Cuts;
}

export function keptStreams(): KeptStream[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const { bytes, ...rest } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
      return { ...rest, name: file.slice(0, -'.json'.length), bytes: new Uint8Array(Buffer.from(bytes, 'hex')) };
    });
}

/** Returns the file's name. */
export function keepStream({ name, bytes, ...rest }: KeptStream): string {
  const file = join(folder, `${name}.json`);
  writeFileSync(file, `${JSON.stringify({ ...rest, bytes: Buffer.from(bytes).toString('hex') }, null, 1)}\n`);
  return file;
}
