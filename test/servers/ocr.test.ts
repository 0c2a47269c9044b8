import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../src/automation/console.ts';
import { OcrReader } from '../../src/automation/text/ocr-reader.ts';
import { cli, describeWith, startProcess, type XRfbServer, xtigervnc } from './rig/index.ts';

/** Text as a desktop shows it, smooth and in proportion to nothing. */
const LINES = [
  'Installation complete.',
  'The quick brown fox jumps over the lazy dog.',
  'Username: administrator',
  'Please restart the computer to finish.',
];

describeWith(['xtigervnc', 'xterm', 'smoothFont'], 'OCR of a graphical screen', () => {
  let server: XRfbServer;
  let xterm: AsyncDisposable;

  beforeAll(async () => {
    server = await xtigervnc();
    // Without a cursor, which it takes for a letter.
    const script = `printf '\\033[?25l${LINES.map((line) => `${line}\\n`).join('')}'; exec sleep infinity`;
    const font = [
      '-fa',
      'DejaVu Sans Mono',
      '-fs',
      '12',
      '-geometry',
      '60x12+90+110',
      '-xrm',
      'XTerm*cursorBlink: false',
    ];
    xterm = await startProcess('xterm', [...font, '-e', 'sh', '-c', script], { env: { DISPLAY: server.display.name } });
    await using reader = await OcrReader.create();
    await using vm = await connect(server.address, { reader });
    await vm.screen.waitForText(LINES[3] ?? '', { timeoutMs: 100_000 });
  });
  afterAll(async () => {
    await xterm?.[Symbol.asyncDispose]();
    await server?.stop();
  });

  test('text --ocr prints the lines; without it, they are no text, and it is suggested', async () => {
    const { exitCode, stdout, stderr } = await cli(
      'text',
      server.address,
      '--ocr',
      '--region',
      '90,110,600x90',
      '--timeout',
      '100s',
    );
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout.toString().trim().split('\n')).toEqual(LINES);
    const exact = await cli('text', server.address);
    expect(exact.exitCode).toBe(30);
    expect(exact.stderr).toMatch(/shows no text in cells: .*--ocr/);
  });

  test('wait --text --ocr finds a word where it stands', async () => {
    const args = ['wait', server.address, '--text', '/user\\w+:/i', '--ocr', '--json', '--timeout', '100s'];
    const { exitCode, stdout, stderr } = await cli(...args);
    expect([exitCode, stderr]).toEqual([0, '']);
    const { x, y, width, height } = JSON.parse(stdout.toString()).place;
    // The third line of the window: cells of 10x19 pixels, as the font is.
    expect(Math.abs(x - 93)).toBeLessThan(6);
    expect(Math.abs(y + height / 2 - (113 + 2.5 * 19))).toBeLessThan(9);
    expect(Math.abs(width - 90)).toBeLessThan(14);
  });
});
