import { deflateSync } from 'node:zlib';
import { testCard } from '../test/servers/rig/test-card.ts';
import { loadLibrary } from './library.ts';
import { number, table } from './table.ts';
import { inTurns } from './turns.ts';

/** Writing a 1024x768 picture, beside what deflate alone takes for the same bytes. */
export async function benchPng(rounds: number, say: (line: string) => void): Promise<string> {
  const { connect, encodeImage } = await loadLibrary();
  await using console = await connect('demo:desktop');
  const pictures = { 'test card': { ...testCard(1024, 768), fresh: true }, 'demo desktop': await console.capture() };
  const rows: string[][] = [];
  for (const [name, picture] of Object.entries(pictures)) {
    const bytes = new Map<string, number>();
    const rgb = pngRows(picture);
    const encode = (label: string, job: () => Promise<Uint8Array> | Uint8Array) => ({
      name: label,
      run: async () => {
        const start = performance.now();
        bytes.set(label, (await job()).length);
        return (performance.now() - start) / 1000;
      },
    });
    const results = await inTurns(
      [
        encode('PNG', () => encodeImage(picture, 'png')),
        ...[1, 3, 6].map((level) => encode(`deflate alone, level ${level}`, () => deflateSync(rgb, { level }))),
        encode('JPEG', () => encodeImage(picture, 'jpeg')),
        encode('PPM', () => encodeImage(picture, 'ppm')),
      ],
      rounds,
      say,
    );
    const size = `${name} ${picture.width}x${picture.height}`;
    for (const { name: label, seconds } of results) {
      rows.push([`${size}: ${label}`, number(seconds * 1000), ((bytes.get(label) ?? 0) / 1024).toFixed(0)]);
    }
  }
  return table(['picture file', 'ms', 'KiB'], rows);
}

/** What a PNG deflates: R, G, B, each row after a byte that says "no filter". */
function pngRows({ width, height, rgba }: { width: number; height: number; rgba: Uint8Array }): Buffer {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0, to = 0, from = 0; y < height; y++) {
    to++;
    for (let x = 0; x < width; x++, from += 4) {
      rows[to++] = rgba[from] ?? 0;
      rows[to++] = rgba[from + 1] ?? 0;
      rows[to++] = rgba[from + 2] ?? 0;
    }
  }
  return rows;
}
