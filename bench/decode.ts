/** `npm run -s bench:decode -- STREAM.rfb[.gz] STREAM.json`: see README.md. */
import { parseRunArgs } from './decoding/run-args.ts';
import { answerLines } from './decoding/run-lines.ts';
import { pixelsOf, SessionDecoder } from './decoding/session-decoder.ts';
import { loadLibrary } from './library.ts';
import { cut, readStream } from './streams.ts';

const {
  stream,
  options,
  decoder: wanted = 'core',
} = parseRunArgs(
  'npm run -s bench:decode -- STREAM.rfb[.gz] STREAM.json [--decoder core|reference] [--once] [--picture FILE]',
);
try {
  if (wanted !== 'core' && wanted !== 'reference') {
    throw new Error(`no decoder is called "${wanted}"; there are core and reference`);
  }
  const decoder = new SessionDecoder(await loadLibrary(), stream, cut(readStream(stream.file)), wanted);
  const pixels = await pixelsOf(stream);
  await answerLines(() => decoder.decode(), { ...options, pixels, decoder: wanted });
} catch (error) {
  process.stderr.write(`bench:decode: ${(error as Error).message}\n`);
  process.exit(1);
}
