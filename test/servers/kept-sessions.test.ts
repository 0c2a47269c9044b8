import { mkdtempSync, readFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, expect, test } from 'vitest';
import {
  type CliResult,
  describeWith,
  type Picture,
  qemu,
  startCli,
  testCard,
  x11vnc,
  xtigervnc,
} from './rig/index.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'rfb-kept-'));
const env = { XDG_RUNTIME_DIR: folder };
afterAll(async () => {
  await startCli(['close', '--all'], { env }).result;
  await rm(folder, { recursive: true, force: true });
});

async function succeed(...args: readonly string[]): Promise<CliResult> {
  const result = await startCli(args, { env }).result;
  expect(result.stderr).toBe('');
  expect(result.exitCode).toBe(0);
  return result;
}

/** What the kept session shows, by the command line. */
async function screenshot(name: string): Promise<Picture> {
  const { stdout } = await succeed('screenshot', `session:${name}`, '-o', '-');
  const { width, height, data } = PNG.sync.read(stdout);
  return { width, height, rgba: data };
}

function expectSame(shown: Picture, truth: Picture): void {
  expect([shown.width, shown.height]).toEqual([truth.width, truth.height]);
  expect(Buffer.compare(shown.rgba, truth.rgba)).toBe(0);
}

async function shownAfterAWhile(name: string, truth: Picture): Promise<void> {
  await expect
    .poll(async () => Buffer.compare((await screenshot(name)).rgba, truth.rgba), { timeout: 60_000, interval: 100 })
    .toBe(0);
}

/** Two pictures that differ in every corner. */
const pictures = (width: number, height: number) => {
  const card = testCard(width, height);
  return [card, { ...card, rgba: card.rgba.map((value, i) => (i % 4 === 3 ? 255 : 255 - value)) }];
};

describeWith(['xtigervnc', 'x11vnc'], 'a kept session', () => {
  test.each([
    ['Xtigervnc', xtigervnc, 'tiger'],
    ['x11vnc', x11vnc, 'eleven'],
  ])('of %s shows every pixel as it is when the command asks', async (kind, start, name) => {
    await using server = await start({ geometry: '800x600', password: 'sesame' });
    const opening = startCli(['open', name, server.address], { env, password: 'sesame' });
    expect((await opening.result).exitCode).toBe(0);
    for (const picture of pictures(800, 600)) {
      await server.display.draw(picture);
      const truth = await server.display.truth();
      // x11vnc looks at its display now and then only: until it has, no viewer can know.
      if (kind === 'x11vnc') await shownAfterAWhile(name, truth);
      else expectSame(await screenshot(name), truth);
    }
    // Several at a time.
    const shown = await Promise.all([screenshot(name), screenshot(name), screenshot(name)]);
    for (const picture of shown) expectSame(picture, await server.display.truth());
    await succeed('close', name);
  });

  test('goes on when its server was restarted, within a wait and for later commands', async () => {
    const first = await xtigervnc({ geometry: '640x480' });
    await succeed('open', 'again', first.address);
    const waiting = startCli(['wait', 'session:again', '--change', '--timeout', '60s', '-v'], { env });
    let log = '';
    waiting.process.stderr?.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
    await expect.poll(() => log, { timeout: 30_000, interval: 20 }).toContain('FramebufferUpdate:');
    await first.stop();
    await using second = await xtigervnc({ geometry: '800x600', port: first.port });
    expect((await waiting.result).exitCode).toBe(0);
    const [picture] = pictures(800, 600);
    if (picture) await second.display.draw(picture);
    expectSame(await screenshot('again'), await second.display.truth());
    await succeed('close', 'again');
  });
});

describeWith(['qemu'], 'a kept session of QEMU', () => {
  test('types by keysyms and scancodes, and shows what came of it', async () => {
    await using server = await qemu();
    await succeed('open', 'vm', server.address);
    await succeed('type', 'session:vm', 'one');
    await succeed('type', 'session:vm', '--keys', 'scancode', 'two');
    await succeed('wait', 'session:vm', '--text', '> onetwo', '--timeout', '60s');
    await succeed('key', 'session:vm', 'enter');
    await expect.poll(() => server.typed(), { timeout: 20_000 }).toBe('onetwo\r');
    expectSame(await screenshot('vm'), await server.stableTruth());
    const { pid } = JSON.parse(readFileSync(path.join(folder, 'rfbctl/vm.json'), 'utf8'));
    // A keeper that dies leaves files; nobody is fooled by them.
    process.kill(pid, 'SIGKILL');
    await expect
      .poll(async () => (await startCli(['screenshot', 'session:vm'], { env }).result).exitCode, { timeout: 20_000 })
      .toBe(10);
    await expect(readFile(path.join(folder, 'rfbctl/vm.json'))).rejects.toMatchObject({ code: 'ENOENT' });
    await succeed('open', 'vm', server.address);
    await succeed('close', 'vm');
  });
});
