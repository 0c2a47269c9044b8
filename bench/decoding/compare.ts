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
  readonly warmups: number;
  /** Told why a contender has no result. */
  readonly onFailure: (contender: string, reason: string) => void;
}

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
      return { contender, process, pictureFile, seconds: [] as number[], failed: false };
    });
  try {
    for (let round = -options.warmups; round < options.rounds; round++) {
      for (const run of rotated(running, round + options.warmups)) {
        if (run.failed) continue;
        try {
          const { seconds } = JSON.parse(await run.process.ask());
          if (!run.contender.limit) checkPicture(stream, readFileSync(run.pictureFile));
          if (round >= 0) run.seconds.push(seconds);
        } catch (error) {
          run.failed = true;
          options.onFailure(run.contender.name, (error as Error).message);
        }
      }
    }
  } finally {
    for (const { process } of running) process[Symbol.dispose]();
    rmSync(directory, { recursive: true });
  }
  return new Map(running.filter(({ failed }) => !failed).map(({ contender, seconds }) => [contender.name, seconds]));
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
