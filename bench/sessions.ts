import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { compileHarness, harnessProgram } from './harness.ts';
import { run } from './programs.ts';
import { number, table } from './table.ts';

const ROOT = resolve(import.meta.dirname, '..');
const HARNESS = join(import.meta.dirname, 'libvncclient-live.c');
const COUNT = 100;

/** What a process may take: what issue and README promise. */
const MEMORY_LIMIT = { perFramebuffer: 1.6, base: 80e6 };

interface Measured {
  readonly before: number;
  readonly resident: number;
  readonly peak?: number;
  readonly seconds: number;
  readonly cpu: number;
}

/** 100 sessions in one process, at a server in another. */
export async function benchSessions(say: (line: string) => void): Promise<string> {
  const client = join(ROOT, '.cache/bench/sessions-client.mjs');
  await build({
    ...{ entryPoints: [join(import.meta.dirname, 'sessions-client.ts')], outfile: client, logLevel: 'warning' },
    ...{ bundle: true, packages: 'external', platform: 'node', format: 'esm', target: 'node20' },
  });
  const server = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'sessions-server.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const [line] = await once(createInterface({ input: server.stdout }), 'line');
    const { port, sha256, width, height } = JSON.parse(line);
    const framebuffers = COUNT * width * height * 4;
    const limit = framebuffers * MEMORY_LIMIT.perFramebuffer + MEMORY_LIMIT.base;
    const row = (name: string, { before, resident, peak, seconds, cpu }: Measured) => [
      name,
      ...[before, resident, peak].map((bytes) => number(bytes && bytes / 1e6)),
      number((resident - before - framebuffers) / COUNT / 1e6),
      number(resident / limit),
      number((cpu * 1000) / COUNT),
      number(seconds),
    ];
    const command = [process.execPath, client, join(ROOT, 'dist/index.js'), `${port}`, `${COUNT}`];
    const { pictures, ...ours } = JSON.parse((await run(command)).stdout);
    if (pictures.length !== 1 || pictures[0] !== sha256)
      throw new Error('not every session shows what the server shows');
    const rows = [row('rfbctl', ours)];
    const missing = compileHarness(HARNESS);
    if (missing === undefined) {
      const { stdout } = await run([harnessProgram(HARNESS), 'sessions', `${port}`, `${COUNT}`]);
      rows.push(row('libvncclient', JSON.parse(stdout)));
    } else say(`libvncclient is left out: ${missing}`);
    const title = `${COUNT} sessions of ${width}x${height}, ${number(framebuffers / 1e6)} MB of framebuffers`;
    return table(
      [title, 'MB before', 'MB', 'MB peak', 'MB/session beyond framebuffer', '/ limit', 'CPU ms/session', 's'],
      rows,
    );
  } finally {
    server.kill();
  }
}
