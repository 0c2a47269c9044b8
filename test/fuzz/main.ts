/** `npm run fuzz`: see usage. */
import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import type { Progress } from './worker.ts';

/** More of them say no more: what is broken shows everywhere. */
const MAX_PROBLEMS = 20;

const usage = `npm run -s fuzz -- [--seconds N] [--rects N] [--seed N] [--run N]

Plays random streams, valid and hostile, to the core and to the reference decoders, until the time is over (60 s by default), so
many rectangles were played, or ${MAX_PROBLEMS} problems were found. What they differ in is made small and kept in fixtures/fuzz.
--run plays one run of a seed again.
`;

/** A run that takes longer hangs: the longest take five seconds of a processor, which they may have to share with many. */
const HANG_MS = 300_000;
/** Once everything is warm, resident memory may grow by so much. */
const MAX_GROWTH_MIB = 200;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rects: { type: 'string', default: 'Infinity' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    run: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}
const [seconds, rects, seed] = [values.seconds, values.rects, values.seed].map(Number) as [number, number, number];
if (![seconds, rects, seed, Number(values.run ?? 0)].every((value) => value >= 0)) {
  process.stderr.write(`fuzz: numbers are wanted\n\n${usage}`);
  process.exit(2);
}
process.stdout.write(`fuzz: seed ${seed}\n`);

const started = performance.now();
const child = fork(new URL('./worker.ts', import.meta.url), [String(seed), values.run ?? '']);
let last: Progress | undefined;
let lastAt = performance.now();
let warm: number | undefined;
let stopping = false;
let problems = 0;

child.on('message', (progress: Progress) => {
  last = progress;
  lastAt = performance.now();
  if (progress.found) {
    problems++;
    process.stdout.write(`fuzz: ${progress.found}\n`);
  }
  const elapsed = (lastAt - started) / 1000;
  if (warm === undefined && elapsed > Math.min(20, seconds / 4)) warm = progress.residentMib;
  if (!stopping && (elapsed >= seconds || progress.rects >= rects || problems >= MAX_PROBLEMS)) {
    stopping = true;
    child.send('stop');
  }
});

const watchdog = setInterval(() => {
  if (performance.now() - lastAt < HANG_MS) return;
  problems++;
  process.stdout.write(`fuzz: run ${last?.run ?? 0} of seed ${seed} hangs\n`);
  child.kill('SIGKILL');
}, 1000);

child.on('exit', (code, signal) => {
  clearInterval(watchdog);
  if (code !== 0) {
    problems++;
    process.stdout.write(`fuzz: ended by ${signal ?? `exit code ${code}`} in run ${last?.run ?? 0} of seed ${seed}\n`);
  }
  const elapsed = (performance.now() - started) / 1000;
  const { run = 0, rects: played = 0, residentMib = 0, cpuSeconds = 0 } = last ?? {};
  const growth = residentMib - (warm ?? residentMib);
  if (growth > MAX_GROWTH_MIB) {
    problems++;
    process.stdout.write(`fuzz: resident memory has grown by ${growth} MiB\n`);
  }
  process.stdout.write(
    `fuzz: ${played} rectangles in ${run} runs, ${elapsed.toFixed(0)} s (${cpuSeconds.toFixed(0)} s of CPU, ` +
      `${((cpuSeconds * 1e6) / Math.max(1, played)).toFixed(0)} µs a rectangle), ${residentMib} MiB resident ` +
      `(${growth >= 0 ? '+' : ''}${growth}), seed ${seed}: ${problems} problems\n`,
  );
  process.exitCode = problems > 0 ? 1 : 0;
});
