import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PNG } from 'pngjs';
import { describe, expect, test } from 'vitest';
import { connect } from '../../../src/automation/console.ts';
import { Trace } from '../../../src/automation/trace/trace.ts';
import type { Verdict } from '../../../src/automation/waiting/condition.ts';
import { ConnectionError } from '../../../src/rfb/errors.ts';
import { colour, Display } from '../../../src/server/display.ts';
import { serve } from '../../../src/server/listen.ts';
import { sessionWith, update, all as whole } from '../../support/answering-server.ts';
import { eventsOf, eventsOfType, everythingIn } from '../../support/read-trace.ts';
import { scratchFolder } from '../../support/scratch.ts';

const scratch = scratchFolder('trace');
let count = 0;
const newFolder = () => path.join(scratch, `trace-${++count}`);
const typesOf = (folder: string) => eventsOf(folder).map(({ type }) => type);

const picture = (red: number, width = 4, height = 2) => ({
  width,
  height,
  rgba: new Uint8Array(width * height * 4).fill(255).map((value, i) => (i % 4 === 0 ? red : value)),
  fresh: true,
});

describe('the folder', () => {
  test('is made, with its parents', async () => {
    const folder = path.join(newFolder(), 'a', 'b');
    await using trace = await Trace.create(folder, { target: 'host', task: 'testing' });
    await trace.close();
    expect(eventsOf(folder)).toEqual([
      expect.objectContaining({ type: 'trace', version: 1, target: 'host', task: 'testing' }),
      expect.objectContaining({ type: 'end', outcome: 'done' }),
    ]);
  });

  test('an older trace is kept beside it, each one', async () => {
    const folder = newFolder();
    for (const task of ['first', 'second', 'third']) await (await Trace.create(folder, { task })).close();
    const tasks = [`${folder}.1`, `${folder}.2`, folder].map((each) => eventsOfType(each, 'trace')[0]?.task);
    expect(tasks).toEqual(['first', 'second', 'third']);
  });

  test.each([
    [
      'a folder with other things',
      (folder: string) => mkdirSync(path.join(folder, 'photos'), { recursive: true }),
      'BAD_OPTION',
    ],
    ['a file', (folder: string) => writeFileSync(folder, 'mine'), 'OUTPUT_FAILED'],
  ])('%s is refused, and stays as it is', async (_name, make, code) => {
    const folder = newFolder();
    make(folder);
    await expect(Trace.create(folder)).rejects.toMatchObject({ code, message: expect.stringContaining(folder) });
    expect(everythingIn(scratch)).not.toContain('trace.jsonl\n{"t":0,"type":"trace","version":1}');
    expect(existsSync(path.join(folder, 'trace.jsonl'))).toBe(false);
  });

  test('that can be written no more ends the trace with a warning, and nothing else', async () => {
    const folder = newFolder();
    const warnings: string[] = [];
    const trace = await Trace.create(folder, { onWarning: (message) => warnings.push(message) });
    rmSync(path.join(folder, 'screens'), { recursive: true });
    trace.onActivity({ type: 'captured', picture: picture(1) });
    trace.onActivity({ type: 'captured', picture: picture(2) });
    trace.note('after');
    await trace.close();
    expect(warnings).toEqual([expect.stringMatching(/^the trace in .* ends here: it cannot be written \(ENOENT\)$/)]);
    expect(typesOf(folder)).not.toContain('note');
  });
});

describe('screens', () => {
  test('are named by their content, and kept once', async () => {
    const folder = newFolder();
    await using trace = await Trace.create(folder);
    for (const red of [1, 2, 1]) trace.onActivity({ type: 'captured', picture: picture(red) });
    await trace.close();
    const screens = eventsOfType(folder, 'screen');
    expect(screens.map(({ why }) => why)).toEqual(['captured', 'captured', 'captured']);
    expect(screens[2]?.file).toBe(screens[0]?.file);
    expect(readdirSync(path.join(folder, 'screens'))).toHaveLength(2);
    const { data, width, height } = PNG.sync.read(readFileSync(path.join(folder, screens[1]?.file ?? '')));
    expect([width, height]).toEqual([4, 2]);
    expect(Buffer.compare(data, picture(2).rgba)).toBe(0);
  });

  test('the same one twice is one event', async () => {
    const folder = newFolder();
    await using trace = await Trace.create(folder);
    for (let i = 0; i < 3; i++) trace.onActivity({ type: 'captured', picture: picture(7) });
    await trace.close();
    expect(eventsOfType(folder, 'screen')).toHaveLength(1);
  });

  test('an animated one is followed at a pace, and to a limit that the trace tells', async () => {
    const folder = newFolder();
    let frame = 0;
    await using session = await sessionWith([2, 2], () => [update(whole(2, 2, ++frame % 256))]);
    await using trace = await Trace.create(folder, { maxScreens: 3 });
    const following = trace.follow(session);
    await sleep(1500);
    await following.stop();
    await trace.close();
    const screens = eventsOfType(folder, 'screen');
    expect(frame).toBeGreaterThan(10 / 3);
    const times = screens.filter(({ why }) => why === undefined).map(({ t }) => t);
    expect(times).toHaveLength(3);
    // A timer may be early by a millisecond.
    for (const [i, t] of times.slice(1).entries()) expect(t - (times[i] ?? 0)).toBeGreaterThan(240);
    expect(screens.at(-1)?.why).toBe('last');
    expect(eventsOfType(folder, 'limit')).toEqual([
      expect.objectContaining({ text: expect.stringMatching(/3 pictures/) }),
    ]);
  });

  test('beyond all limits nothing is written any more', async () => {
    const folder = newFolder();
    await using trace = await Trace.create(folder, { maxBytes: 200 });
    for (let red = 0; red < 20; red++) {
      trace.onActivity({ type: 'captured', picture: picture(red) });
      await sleep(5);
    }
    await trace.close();
    const files = readdirSync(path.join(folder, 'screens'));
    expect(files.length).toBeGreaterThan(1);
    expect(files.length).toBeLessThan(8);
  });
});

test('waits: their looks, how they ended, the last and the best screen, the difference', async () => {
  const folder = newFolder();
  const display = new Display(8, 8);
  await using server = await serve({ scene: { name: 'test', display } });
  const reds = [10, 90, 30];
  display.fill(display.framebuffer.bounds, colour(10, 0, 0));
  const vm = await connect(server.address, { trace: folder });
  const condition = {
    name: 'red 100',
    look({ picture: { rgba } }: { readonly picture: { readonly rgba: Uint8Array } }): Verdict {
      const red = rgba[0] ?? 0;
      const verdict = {
        holds: red === 100,
        score: red / 100,
        seen: `red ${red}`,
        place: { x: 1, y: 2, width: 3, height: 4 },
      };
      return { ...verdict, difference: () => picture(red) };
    },
  };
  const waiting = vm.screen.waitFor(condition, { timeoutMs: 1500 }).catch((error: unknown) => error);
  for (const red of reds) {
    await sleep(300);
    display.fill(display.framebuffer.bounds, colour(red, 0, 0));
  }
  expect(await waiting).toMatchObject({ code: 'TIMED_OUT' });
  display.fill(display.framebuffer.bounds, colour(100, 0, 0));
  await vm.screen.waitFor(condition);
  await vm.close();

  expect(eventsOfType(folder, 'waiting')).toEqual([
    expect.objectContaining({ wait: 1, condition: 'red 100', timeoutMs: 1500 }),
    expect.objectContaining({ wait: 2, timeoutMs: 30_000 }),
  ]);
  const looks = eventsOfType(folder, 'look').filter(({ wait }) => wait === 1);
  expect(looks.map(({ score }) => score)).toEqual([0.1, 0.9, 0.3]);
  const [vain, met] = eventsOfType(folder, 'waited');
  const place = { x: 1, y: 2, width: 3, height: 4 };
  expect(vain).toMatchObject({ wait: 1, outcome: 'timedOut', message: expect.stringMatching(/in vain for red 100/) });
  expect(vain?.last).toMatchObject({ score: 0.3, seen: 'red 30', place, screen: { width: 8, height: 8 } });
  expect(vain?.best).toMatchObject({ score: 0.9, seen: 'red 90' });
  expect(vain?.best?.screen?.file).not.toBe(vain?.last?.screen?.file);
  const difference = PNG.sync.read(readFileSync(path.join(folder, vain?.difference?.file ?? '')));
  expect(Buffer.compare(difference.data, picture(90).rgba)).toBe(0);
  expect(met).toMatchObject({ wait: 2, outcome: 'met', last: { score: 1, seen: 'red 100' } });
  expect(met?.best).toBeUndefined();
});

test('a session: what is done, without a character of what is typed', async () => {
  const folder = newFolder();
  const secret = 'Hunter2!';
  await using server = await serve({ scene: 'login', password: secret });
  const vm = await connect(server.address, { credentials: { password: secret }, trace: folder });
  await vm.keyboard.type('root\n');
  await vm.screen.waitForText('Password:');
  await vm.keyboard.type(`${secret}\n`);
  for (const character of secret) await vm.keyboard.press(character);
  await vm.keyboard.press(['ctrl+l', 'f8'], { repeat: 2 });
  await vm.pointer.click(10, 20, { button: 'right' });
  await vm.pointer.scroll(0, -2);
  await vm.paste(secret);
  await vm.close();

  expect(eventsOfType(folder, 'typing').map(({ characters }) => characters)).toEqual([5, 9]);
  const keys = eventsOfType(folder, 'keys').map(({ chords, repeat }) => [chords.join(' '), repeat]);
  expect(keys).toEqual([...[...secret].map(() => ['•', 1]), ['ctrl+l F8', 2]]);
  expect(eventsOfType(folder, 'pointer').map(({ action, detail }) => [action, detail])).toEqual([
    ['click', { x: 10, y: 20, button: 'right', count: 1 }],
    ['scroll', { x: 10, y: 20, dx: 0, dy: -2 }],
  ]);
  expect(eventsOfType(folder, 'pasting')).toEqual([expect.objectContaining({ characters: 8 })]);
  const protocol = eventsOfType(folder, 'protocol').map(({ event }) => event);
  expect(protocol).toEqual(
    expect.arrayContaining(['connected', 'securityChosen', 'serverInit', 'encodings', 'closed']),
  );
  const wire = eventsOfType(folder, 'wire');
  const sum = (name: string) => wire.reduce((total, { sent }) => total + (sent[name] ?? 0), 0);
  expect(sum('KeyEvent')).toBeGreaterThan(2 * (5 + 9 + 8 + 6));
  expect(wire.reduce((total, { pixels }) => total + pixels, 0)).toBeGreaterThan(720 * 400);
  expect(typesOf(folder).slice(-1)).toEqual(['end']);
  const everything = everythingIn(folder);
  expect(everything).not.toContain(secret);
  expect(everything).not.toContain('Hunter');
});

test('the first screen is there before anything is done', async () => {
  const folder = newFolder();
  await using server = await serve({ scene: 'login' });
  const vm = await connect(server.address, { trace: folder });
  await vm.keyboard.type('x');
  await vm.close();
  const types = typesOf(folder).filter((type) => type === 'screen' || type === 'typing');
  expect(types[0]).toBe('screen');
  expect(types.at(-1)).toBe('screen');
  expect(new Set(eventsOfType(folder, 'screen').map(({ file }) => file)).size).toBe(2);
});

test('a screen that changes right after another is not missed', async () => {
  const folder = newFolder();
  const display = new Display(8, 8);
  await using server = await serve({ scene: { name: 'test', display } });
  const vm = await connect(server.address, { trace: folder });
  display.fill(display.framebuffer.bounds, colour(10, 0, 0));
  await sleep(50);
  display.fill(display.framebuffer.bounds, colour(20, 0, 0));
  await sleep(900);
  await vm.close();
  const screens = eventsOfType(folder, 'screen');
  expect(screens.length).toBeGreaterThan(1);
  expect(screens.map(({ why }) => why)).not.toContain('last');
});

test('a connection that fails leaves a trace of it', async () => {
  const folder = newFolder();
  await expect(connect('127.0.0.1::1', { trace: folder })).rejects.toThrow(ConnectionError);
  expect(eventsOfType(folder, 'error')).toEqual([
    expect.objectContaining({ kind: 'ConnectionError', code: 'CONNECT_FAILED', phase: 'connect' }),
  ]);
});

test('one trace may have several consoles; whoever made it closes it', async () => {
  const folder = newFolder();
  await using server = await serve({ scene: 'colours' });
  const trace = await Trace.create(folder);
  for (let i = 0; i < 2; i++) {
    await using vm = await connect(server.address, { trace });
    await vm.pointer.move(1, 1);
    trace.note(`console ${i}`);
  }
  await trace.close({ outcome: 'failed', exitCode: 7 });
  trace.note('too late');
  expect(eventsOfType(folder, 'pointer')).toHaveLength(2);
  expect(eventsOfType(folder, 'note').map(({ text }) => text)).toEqual(['console 0', 'console 1']);
  expect(eventsOf(folder).at(-1)).toMatchObject({ type: 'end', outcome: 'failed', exitCode: 7 });
});
