import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ttyRecorder } from '../test/servers/rig/xterm.ts';
import { xtigervnc } from '../test/servers/rig/xtigervnc.ts';
import { compileHarness, harnessProgram } from './harness.ts';
import { type Library, loadLibrary } from './library.ts';
import { run } from './programs.ts';
import { geometricMean, median } from './statistics.ts';
import { number, table } from './table.ts';

const HARNESS = join(import.meta.dirname, 'libvncclient-live.c');

/** As libvncclient-live.c has it. */
const KEY_SPACING_MS = 60;
const UPDATE_TIMEOUT_MS = 10_000;

/** From a key that is pressed to pixels that have changed, in an xterm on Xtigervnc: seconds of the client's own waiting. */
export async function benchLatency(keys: number, say: (line: string) => void): Promise<string> {
  const library = await loadLibrary();
  await using server = await xtigervnc({ geometry: '1024x768' });
  await using _terminal = await ttyRecorder(server.display, { echo: true });
  await server.display.stableTruth();
  const missing = compileHarness(HARNESS);
  if (missing !== undefined) say(`libvncclient is left out: ${missing}`);
  const theirs = async () => {
    const { stdout } = await run([harnessProgram(HARNESS), 'latency', `${server.port}`, `${keys}`]);
    return stdout.trim().split('\n').map(Number);
  };
  const samples = new Map<string, number[]>();
  for (let round = 0; round < ROUNDS; round++) {
    const turns: [string, () => Promise<number[]>][] = [['rfbctl session', () => ours(library, server.address, keys)]];
    if (missing === undefined) turns.splice(round % 2, 0, ['libvncclient', theirs]);
    for (const [name, measure] of turns) samples.set(name, [...(samples.get(name) ?? []), ...(await measure())]);
  }
  return table(
    ['key to pixel, xterm on Xtigervnc', 'median ms', '95 % ms', 'geometric mean ms', 'keys'],
    [...samples].map(([name, seconds]) => {
      const sorted = [...seconds].sort((a, b) => a - b);
      const slow = sorted[Math.floor(sorted.length * 0.95)];
      const milliseconds = [median(seconds), slow, geometricMean(seconds)].map((value) =>
        number(value && value * 1000),
      );
      return [name, ...milliseconds, `${seconds.length}`];
    }),
  );
}

const ROUNDS = 4;

async function ours({ connect }: Library, address: string, keys: number): Promise<number[]> {
  await using console = await connect(address);
  const { session } = console;
  await console.capture();
  const all = session.framebuffer.bounds;
  const seconds: number[] = [];
  for (let i = 0; i < keys; i++) {
    // Unanswered until something changes.
    await session.requestUpdate(all, true);
    await sleep(KEY_SPACING_MS);
    const painted = new Promise<number>((resolve) => session.once('painted', () => resolve(performance.now())));
    const start = performance.now();
    await session.sendKeyEvent(true, X_KEYSYM);
    seconds.push(((await within(painted)) - start) / 1000);
    await session.sendKeyEvent(false, X_KEYSYM);
  }
  return seconds;
}

const X_KEYSYM = 0x78;

async function within(painted: Promise<number>): Promise<number> {
  const timeout = new AbortController();
  try {
    return await Promise.race([
      painted,
      sleep(UPDATE_TIMEOUT_MS, undefined, { signal: timeout.signal }).then(() => {
        throw new Error(`no pixel has changed within ${UPDATE_TIMEOUT_MS / 1000} s of a key`);
      }),
    ]);
  } finally {
    timeout.abort();
  }
}
