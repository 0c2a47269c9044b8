import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PNG } from 'pngjs';
import { difference } from '../test/servers/rig/picture.ts';
import { xtigervnc } from '../test/servers/rig/xtigervnc.ts';
import { loadLibrary } from './library.ts';
import { run } from './programs.ts';
import { number, table } from './table.ts';
import { inTurns } from './turns.ts';

const CLI = resolve(import.meta.dirname, '../dist/cli/main.js');
const NODE = 'node -e 0';

/** A picture of a 1024x768 Xtigervnc screen, by programs from their start to their end, and by a session that is open. */
export async function benchScreenshot(rounds: number, say: (line: string) => void): Promise<string> {
  const { connect, encodeImage } = await loadLibrary();
  const directory = mkdtempSync(join(tmpdir(), 'rfb-bench-'));
  const file = (name: string) => join(directory, name);
  // What it knows of TigerVNC's configuration, vncsnapshot keeps in the home directory.
  const program = (name: string, ...command: readonly string[]) => ({
    name,
    run: async () => (await run(command, { HOME: directory })).seconds,
  });
  await using server = await xtigervnc({ geometry: '1024x768' });
  try {
    await server.display.drawTestCard();
    const truth = await server.display.stableTruth();
    const display = `127.0.0.1:${server.port - VNC_BASE_PORT}`;
    await using console = await connect(server.address);
    const results = await inTurns(
      [
        program(NODE, process.execPath, '-e', '0'),
        program('rfbctl screenshot', process.execPath, CLI, 'screenshot', server.address, '-o', file('rfbctl.png')),
        // Its default, Tight, waits forever for TigerVNC 1.12.
        program(
          'vncsnapshot -encodings hextile',
          'vncsnapshot',
          '-quiet',
          '-encodings',
          'hextile',
          display,
          file('a.jpg'),
        ),
        program('gvnccapture', 'gvnccapture', '-q', display, file('gvnc.png')),
        { name: 'open session: pixels', run: () => timed(() => console.capture()) },
        { name: 'open session: PNG', run: () => timed(async () => encodeImage(await console.capture(), 'png')) },
      ],
      rounds,
      say,
    );
    const got = PNG.sync.read(readFileSync(file('rfbctl.png')));
    const wrong = difference({ width: got.width, height: got.height, rgba: got.data }, truth);
    if (wrong !== undefined) throw new Error(`the screenshot is not what the screen shows: ${wrong}`);
    const base = results.find(({ name }) => name === NODE)?.seconds;
    return table(
      ['screenshot of 1024x768', 'ms', `/ ${NODE}`],
      results.map(({ name, seconds }) => [name, number(seconds * 1000), number(base && seconds / base)]),
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function timed(job: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await job();
  return (performance.now() - start) / 1000;
}

const VNC_BASE_PORT = 5900;
