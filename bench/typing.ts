import { setTimeout as sleep } from 'node:timers/promises';
import { qemu } from '../test/servers/rig/qemu.ts';
import { loadLibrary } from './library.ts';
import { number, table } from './table.ts';

/** Characters a second that are asked for; the first is the default. */
const RATES = [undefined, 50, 75, 100, 200];
const REPEATS = 2;

const TEXT = 'The quick brown fox jumps over 13 lazy dogs. '.repeat(5);

/** How long the guest may still take for what is in QEMU's queue. */
const SETTLE_MS = 1000;

/** Typing at a BIOS guest in QEMU, faster and faster: what arrives is what the guest wrote to its serial port. */
export async function benchTyping(say: (line: string) => void): Promise<string> {
  const { connect } = await loadLibrary();
  const rows: string[][] = [];
  for (const rate of RATES) {
    let lost = 0;
    let seconds = 0;
    for (let i = 0; i < REPEATS; i++) {
      await using machine = await qemu();
      await using console = await connect(machine.address);
      const start = performance.now();
      await console.keyboard.type(TEXT, { rate });
      seconds += (performance.now() - start) / 1000;
      await sleep(SETTLE_MS);
      lost += TEXT.length - (await machine.typed()).length;
    }
    const sent = TEXT.length * REPEATS;
    say(`typing at ${rate ?? 'the default rate'}: ${lost} of ${sent} lost`);
    rows.push([`${rate ?? 'default'}`, number(sent / seconds), `${lost}`, `${sent}`]);
    if (lost > sent / 10) break;
  }
  return table(['rate asked for', 'characters/s', 'lost', 'of'], rows);
}
