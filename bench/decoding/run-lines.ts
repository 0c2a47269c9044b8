import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

export interface Decoded {
  /** Of decoding alone. */
  readonly seconds: number;
  /** The final picture: R, G, B, A bytes, A is 255, rows top-down. Not there for what decodes nothing. */
  rgba?(): Uint8Array;
  /** Who decoded, where that is not what was asked for. */
  readonly decoder?: string;
}

export interface RunLineOptions {
  readonly decoder: string;
  /** How many pixels one run decodes, where that is known. */
  readonly pixels: number | undefined;
  /** Where each run leaves its picture. */
  readonly pictureFile?: string | undefined;
  readonly once?: boolean | undefined;
}

/** The line protocol of all that decodes: a run for each line on stdin, a line of JSON on stdout for each run. */
export async function answerLines(decode: () => Decoded | Promise<Decoded>, options: RunLineOptions): Promise<void> {
  const run = async () => {
    const { seconds, rgba, decoder = options.decoder } = await decode();
    const picture = rgba?.();
    if (picture && options.pictureFile !== undefined) writeFileSync(options.pictureFile, picture);
    const line = {
      seconds,
      ...(options.pixels !== undefined && { mpix_s: options.pixels / seconds / 1e6 }),
      ...(picture && { sha256: createHash('sha256').update(picture).digest('hex') }),
      decoder,
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  };
  if (options.once) return run();
  for await (const _line of createInterface({ input: process.stdin })) await run();
}
