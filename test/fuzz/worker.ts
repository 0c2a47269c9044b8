/** Plays runs until it is told to stop; main.ts watches it from outside, so that it sees a hang. */
import { compareDecoders } from './decode-case.ts';
import { bytesOf, type FuzzCase } from './fuzz-case.ts';
import { type FuzzRun, fuzzRun } from './fuzz-run.ts';
import { keepStream } from './kept-streams.ts';
import { minimise } from './minimise.ts';

/** Told when a run begins. */
export interface Progress {
  readonly run: number;
  readonly rects: number;
  readonly residentMib: number;
  readonly cpuSeconds: number;
  /** What was found in the run before. */
  readonly found: string | undefined;
}

const MINIMISING_MS = 30_000;

const [seed = 0, only = 0] = process.argv.slice(2).map(Number);
const single = process.argv[3] !== '';
let stopped = false;
process.on('message', () => {
  stopped = true;
});
let unhandled: unknown;
process.on('unhandledRejection', (reason) => {
  unhandled = reason;
});

/** What is wrong with a run, in words. */
async function problemOf({ stream, expected, cuts, referenceCuts }: Omit<FuzzRun, 'rects' | 'made'>) {
  unhandled = undefined;
  try {
    const difference = await compareDecoders(stream, expected, cuts, referenceCuts);
    return unhandled ? `unhandled rejection: ${unhandled}` : difference;
  } catch (error) {
    return String((error as Error).stack ?? error);
  }
}

/** Finds a smaller stream that goes wrong, and keeps it. */
async function keep(run: FuzzRun, name: string, why: string): Promise<string> {
  const { stream, made } = run;
  let bytes = stream.bytes;
  let expected = run.expected;
  if (made) {
    const streamOf = (messages: FuzzCase['messages']) => ({ ...stream, bytes: bytesOf({ messages }) });
    const fails = async (messages: FuzzCase['messages']) =>
      (await problemOf({ ...run, stream: streamOf(messages), expected: 'the same' })) !== undefined;
    if (await fails(made.messages)) {
      expected = 'the same';
      bytes = streamOf(await minimise(made.messages, fails, performance.now() + MINIMISING_MS)).bytes;
    }
  }
  const [line = ''] = why.split('\n');
  return keepStream({ ...stream, name, why: line, expected, cuts: run.cuts, bytes });
}

let rects = 0;
let found: string | undefined;
for (let index = single ? only : 0; ; index++) {
  const progress: Progress = {
    run: index,
    rects,
    residentMib: Math.round(process.memoryUsage.rss() / 1024 / 1024),
    cpuSeconds: (process.cpuUsage().user + process.cpuUsage().system) / 1e6,
    found,
  };
  process.send?.(progress);
  if (stopped || (single && index > only)) break;
  found = undefined;
  const run = fuzzRun(seed, index);
  rects += run.rects;
  const problem = await problemOf(run);
  if (problem) {
    const file = await keep(run, `found-${seed}-${index}`, problem);
    found = `run ${index} of seed ${seed}: ${problem}\n  kept in ${file}`;
  }
  // So that what main.ts says is heard.
  await new Promise((resolve) => setImmediate(resolve));
}
process.disconnect?.();
