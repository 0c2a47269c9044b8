import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LineProcess } from '../line-process.ts';
import { rotated } from '../statistics.ts';
import { readStream, type Stream, truthPixels } from '../streams.ts';
import type { Contender } from './contenders.ts';

/** Seconds of each round, by contender. */
export type Samples = ReadonlyMap<string, readonly number[]>;

export interface CompareOptions {
  readonly rounds: number;
  /** How long each decodes before the first round, in 2 to 30 runs: then its code is compiled. */
  readonly warmupSeconds: number;
  /** Told why a contender has no result. */
  readonly onFailure: (contender: string, reason: string) => void;
}

const MIN_WARMUPS = 2;
const MAX_WARMUPS = 30;

/** Where a lossy picture is right. */
const MIN_PSNR_DB = 40;

/**
 * Lets the contenders decode one stream, in turns: each round all of them once, each round another one first, so that what
 * the machine does meanwhile hits all of them alike. A wrong picture takes a contender out.
 */
export async function compare(
  stream: Stream,
  contenders: readonly Contender[],
  options: CompareOptions,
): Promise<Samples> {
  const directory = mkdtempSync(join(tmpdir(), 'rfb-bench-'));
  const rawFile = join(directory, 'stream');
  writeFileSync(rawFile, readStream(stream.file));
  const running = contenders
    .filter(({ supports }) => supports?.(stream) ?? true)
    .map((contender) => {
      const pictureFile = join(directory, contender.name);
      const process = new LineProcess(contender.command(stream, { rawFile, pictureFile }));
      const once = async (): Promise<number> => {
        const { seconds } = JSON.parse(await process.ask());
        if (!contender.limit) checkPicture(stream, readFileSync(pictureFile));
        return seconds;
      };
      return { name: contender.name, process, once, seconds: [] as number[], failed: false };
    });
  const attempt = async (run: (typeof running)[number], job: () => Promise<void>) => {
    if (run.failed) return;
    try {
      await job();
    } catch (error) {
      run.failed = true;
      options.onFailure(run.name, (error as Error).message);
    }
  };
  try {
    for (const run of running) {
      await attempt(run, async () => {
        for (let times = 0, seconds = 0; times < MAX_WARMUPS; times++) {
          if (times >= MIN_WARMUPS && seconds >= options.warmupSeconds) break;
          seconds += await run.once();
        }
      });
    }
    for (let round = 0; round < options.rounds; round++) {
      for (const run of rotated(running, round)) {
        await attempt(run, async () => void run.seconds.push(await run.once()));
      }
    }
  } finally {
    for (const { process } of running) process[Symbol.dispose]();
    rmSync(directory, { recursive: true });
  }
  return new Map(running.filter(({ failed }) => !failed).map(({ name, seconds }) => [name, seconds]));
}

/** @throws Error when it is not what the screen showed */
export function checkPicture(stream: Stream, rgba: Uint8Array): void {
  const { truth } = stream;
  if (!truth) throw new Error(`${stream.descriptionFile} has no "truth"`);
  const hash = createHash('sha256').update(rgba).digest('hex');
  if (hash === truth.sha256 || Object.values(truth.alt ?? {}).includes(hash)) return;
  if (!truth.lossy) throw new Error(`wrong picture: sha256 ${hash}, the truth is ${truth.sha256}`);
  const decibels = psnr(rgba, truthPixels(stream));
  if (decibels < MIN_PSNR_DB) throw new Error(`wrong picture: ${decibels.toFixed(1)} dB, wanted are ${MIN_PSNR_DB}`);
}

/** Peak signal-to-noise ratio in decibels. */
function psnr(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return 0;
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return 10 * Math.log10((255 * 255 * a.length) / sum);
}
