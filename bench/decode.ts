/** `npm run -s bench:decode -- STREAM.rfb[.gz] STREAM.json`: see README.md. */
import { parseRunArgs } from './decoding/run-args.ts';
import { answerLines } from './decoding/run-lines.ts';
import { pixelsOf, SessionDecoder } from './decoding/session-decoder.ts';
import { loadLibrary } from './library.ts';
import { cut, readStream } from './streams.ts';

const {
  stream,
  options,
  decoder: wanted = 'reference',
} = parseRunArgs(
  'npm run -s bench:decode -- STREAM.rfb[.gz] STREAM.json [--decoder reference] [--once] [--picture FILE]',
);
try {
  if (wanted !== 'reference') throw new Error(`no decoder is called "${wanted}"; there is reference`);
  const decoder = new SessionDecoder(await loadLibrary(), stream, cut(readStream(stream.file)));
  const pixels = await pixelsOf(stream);
  await answerLines(() => decoder.decode(), { ...options, pixels, decoder: 'reference' });
} catch (error) {
  process.stderr.write(`bench:decode: ${(error as Error).message}\n`);
  process.exit(1);
}
