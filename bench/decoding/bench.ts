import { existsSync } from 'node:fs';
import { corpusDirectory, fixturesDirectory, streamsIn } from '../streams.ts';
import { CLOCK_VARIABLE } from './clock.ts';
import { compare } from './compare.ts';
import { contenders } from './contenders.ts';
import { type Result, report, speed } from './report.ts';
import { pixelsOf } from './session-decoder.ts';

export interface DecodeBenchOptions {
  /** Default: the big corpus where it is, else the fixtures. */
  readonly directory: string | undefined;
  readonly rounds: number;
  /** `STREAM`, `/DECODER` or `STREAM/DECODER`, parts of names; each may be left out, and there may be several. */
  readonly only: readonly string[];
  readonly json: boolean;
  /** Processor time instead of the clock's: for machines that have other things to do. */
  readonly cpu: boolean;
}

/** Enough for the just-in-time compilers to have seen everything: what a session is after its first second. */
const WARMUP_SECONDS = 1;

/** Streams times decoders. Gives what to print. */
export async function benchDecoding(options: DecodeBenchOptions, say: (line: string) => void): Promise<string> {
  const { rounds, only } = options;
  if (options.cpu) process.env[CLOCK_VARIABLE] = 'cpu';
  const directory = options.directory ?? (existsSync(corpusDirectory) ? corpusDirectory : fixturesDirectory);
  const ready = contenders.filter((contender) => {
    const missing = 'prepare' in contender ? contender.prepare() : undefined;
    if (missing !== undefined) say(`${contender.name} is left out: ${missing}`);
    return missing === undefined;
  });
  const results: Result[] = [];
  for (const described of streamsIn(directory)) {
    const chosen = ready.filter(({ name }) => isWanted(only, described.name, name));
    if (chosen.length === 0) continue;
    const stream = { ...described, pixels: await pixelsOf(described) };
    const samples = await compare(stream, chosen, {
      rounds,
      warmupSeconds: WARMUP_SECONDS,
      onFailure: (name, reason) => say(`${stream.name}: ${name} has no result: ${reason}`),
    });
    const result = { stream: stream.name, pixels: stream.pixels, samples };
    results.push(result);
    const speeds = chosen.map(({ name }) => `${name} ${speed(result, name)?.toFixed(0) ?? '–'}`);
    say(`${stream.name}: ${speeds.join(', ')} Mpixel/s`);
  }
  if (results.length === 0) throw new RangeError(`nothing in ${directory} is called ${only.join(' or ')}`);
  if (!options.json)
    return report(
      results,
      contenders.map(({ name }) => name),
    );
  return JSON.stringify(
    results.map(({ samples, ...result }) => ({ ...result, seconds: Object.fromEntries(samples) })),
    undefined,
    1,
  );
}

export function isWanted(only: readonly string[], stream: string, decoder: string): boolean {
  if (only.length === 0) return true;
  return only.some((wanted) => {
    const [streamPart = '', decoderPart = ''] = wanted.split('/');
    return stream.includes(streamPart) && decoder.includes(decoderPart);
  });
}
