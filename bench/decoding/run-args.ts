import { parseArgs } from 'node:util';
import { describeStream, type Stream } from '../streams.ts';
import type { RunLineOptions } from './run-lines.ts';

/** The arguments that every decoding process takes. Exits with 2 when they are wrong. */
export function parseRunArgs(usage = 'STREAM.rfb[.gz] STREAM.json [--once] [--picture FILE]'): {
  readonly stream: Stream;
  readonly options: Omit<RunLineOptions, 'decoder'>;
  readonly decoder: string | undefined;
} {
  const complain = (message: string): never => {
    process.stderr.write(`${message}\nusage: ${usage}\n`);
    process.exit(2);
  };
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { once: { type: 'boolean' }, picture: { type: 'string' }, decoder: { type: 'string' } },
    });
    const [file, description] = positionals;
    if (file === undefined || description === undefined || positionals.length > 2) return complain('two files, please');
    const stream = describeStream(file, description);
    const { once, picture: pictureFile, decoder } = values;
    return { stream, decoder, options: { pixels: stream.pixels, once, pictureFile } };
  } catch (error) {
    return complain((error as Error).message);
  }
}
