import { readFile } from 'node:fs/promises';
import type { Qmp } from './qmp.ts';

/** A cell of VGA's text mode. */
export interface TextCell {
  /** In code page 437. */
  readonly code: number;
  readonly ink: number;
  readonly paper: number;
}

/** What 80x25 text mode shows now, by QEMU's monitor: from where the display begins, which guests move as they scroll. */
export async function readTextMemory(qmp: Qmp, filename: string): Promise<readonly TextCell[][]> {
  const start = 2 * (((await register(qmp, 0x0c)) << 8) | (await register(qmp, 0x0d)));
  await qmp.execute('pmemsave', { val: TEXT_MEMORY, size: TEXT_SIZE, filename });
  const memory = await readFile(filename);
  return Array.from({ length: ROWS }, (_, row) =>
    Array.from({ length: COLUMNS }, (_, column) => {
      const at = start + 2 * (row * COLUMNS + column);
      const [code = 0, attribute = 0] = [memory[at % TEXT_SIZE], memory[(at + 1) % TEXT_SIZE]];
      return { code, ink: attribute & 15, paper: attribute >> 4 };
    }),
  );
}

/** Of VGA's display controller. */
async function register(qmp: Qmp, index: number): Promise<number> {
  await qmp.execute('human-monitor-command', { 'command-line': `o /b 0x3d4 ${index}` });
  const answer = String(await qmp.execute('human-monitor-command', { 'command-line': 'i /b 0x3d5' }));
  const [, value] = /= 0x([0-9a-f]+)/.exec(answer) ?? [];
  if (value === undefined) throw new Error(`QEMU's monitor says of register ${index}: ${answer}`);
  return Number.parseInt(value, 16);
}

const TEXT_MEMORY = 0xb8000;
const TEXT_SIZE = 0x8000;
const COLUMNS = 80;
const ROWS = 25;
