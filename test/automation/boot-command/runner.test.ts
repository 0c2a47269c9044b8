// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the language under test
import { afterEach, describe, expect, test } from 'vitest';
import { parseBootCommand } from '../../../src/automation/boot-command/parser.ts';
import { type RunStepsOptions, runSteps, type StepDone } from '../../../src/automation/boot-command/runner.ts';
import { vdoSteps } from '../../../src/automation/boot-command/vdo.ts';
import { Console } from '../../../src/automation/console.ts';
import { Session } from '../../../src/rfb/session/session.ts';
import { pipePair } from '../../../src/server/pipe-pair.ts';
import { createScene } from '../../../src/server/scenes/index.ts';
import { createServer, type RfbServer } from '../../../src/server/server.ts';

interface Machine {
  readonly vm: Console;
  readonly server: RfbServer;
  /** `+61 -61`. */
  readonly keys: string[];
  /** `10,20/1`. */
  readonly pointer: string[];
}

const open: { vm: Console; server: RfbServer }[] = [];
afterEach(async () => {
  for (const { vm, server } of open.splice(0)) {
    await vm.close();
    await server.close();
  }
});

async function machine(name = 'login'): Promise<Machine> {
  const scene = createScene(name);
  const [keys, pointer]: [string[], string[]] = [[], []];
  const server = createServer({
    scene: {
      name,
      display: scene.display,
      onKey(event) {
        keys.push(`${event.down ? '+' : '-'}${event.keysym.toString(16)}`);
        scene.onKey?.(event);
      },
      onPointer(event) {
        pointer.push(`${event.x},${event.y}/${event.buttonMask}`);
        scene.onPointer?.(event);
      },
    },
  });
  const [near, far] = pipePair();
  void server.accept(far);
  const vm = new Console(await Session.open(near));
  open.push({ vm, server });
  return { vm, server, keys, pointer };
}

const fast: RunStepsOptions = { rate: 500 };
const run = (vm: Console, script: string, options: RunStepsOptions = {}, variables = {}) =>
  runSteps(vm, parseBootCommand(script, { variables }), { ...fast, ...options });

/** Whatever fails is told like this. */
const failure = (vm: Console, script: string, options: RunStepsOptions = {}, variables = {}) =>
  run(vm, script, options, variables).then(
    () => expect.unreachable('it succeeded'),
    (error) => error,
  );

test('logs in by what the screen shows', async () => {
  const { vm } = await machine();
  const done: StepDone[] = [];
  const files = new Map<string, Uint8Array>();
  const report = await run(
    vm,
    '<wait-text "demo login:">root<enter>\n<wait-text /^Password:$/m 5s>${pw}<enter>\n<wait-text "~$">uname<enter><wait-text /^Demo$/m><screenshot a.ppm>',
    {
      onStep: (step) => done.push(step),
      saveFile: async (file, bytes) => {
        files.set(file, bytes);
      },
    },
    { pw: { secret: 'secret' } },
  );
  expect(report).toEqual({ steps: 11, milliseconds: expect.any(Number) });
  expect(done.map(({ number }) => number)).toEqual(Array.from({ length: 11 }, (_, i) => i + 1));
  expect(done[0]).toMatchObject({ step: { action: 'wait' }, seen: '"demo login:" in row 15, column 1' });
  expect(JSON.stringify(done.map(({ step: { source }, seen }) => ({ source, seen })))).not.toContain('secret');
  expect(Buffer.from(files.get('a.ppm') ?? []).toString('latin1', 0, 10)).toBe('P6\n720 400');
  expect((await vm.screen.text()).text).toMatch(/\nDemo\ndemo:~\$$/);
});

test('a layout: characters that it does not have are told before anything is done', async () => {
  const { vm, keys } = await machine();
  const error = await failure(vm, 'root<enter>\n<wait1ms>naïve', { layout: 'us' });
  expect(error).toMatchObject({
    code: 'BAD_KEY',
    message: 'line 2, column 10: character 3 of the text is not on the us layout',
  });
  expect(keys).toEqual([]);
});

describe('until', () => {
  test('presses until the screen shows it, once when that is enough', async () => {
    const { vm, keys } = await machine();
    const done: StepDone[] = [];
    await run(vm, 'x<enter until "Password:" every 5s for 10s>', { onStep: (step) => done.push(step) });
    expect(keys.join(' ')).toBe('+78 -78 +ff0d -ff0d');
    expect(done.at(-1)?.seen).toBe('"Password:" in row 16, column 1, after 1 press');
  });

  test('not at all when it is there', async () => {
    const { vm, keys } = await machine();
    await run(vm, '<enter until "login:" every 1s>');
    expect(keys).toEqual([]);
  });

  test('again and again, as often as it takes', async () => {
    const { vm, keys } = await machine();
    await run(vm, '<press a until "aaaa" every 20ms for 10s>');
    expect(keys.filter((key) => key === '+61').length).toBeGreaterThanOrEqual(4);
    expect(keys.filter((key) => key === '+61').length).toBe(keys.filter((key) => key === '-61').length);
  });

  test('a change is one to the screen before the first press', async () => {
    const { vm, keys } = await machine();
    await run(vm, '<press a until change every 5s>');
    expect(keys).toEqual(['+61', '-61']);
  });

  test('in vain', async () => {
    const { vm, keys } = await machine();
    const error = await failure(vm, '<press a*2 until "nothing" every 10ms for 3s>');
    expect(error).toMatchObject({ name: 'WaitTimeoutError', code: 'TIMED_OUT' });
    expect(error.message).toMatch(
      /^step 1 \(line 1, column 1\), <press a\*2 until .*: .*the text ends with ".*aa"; 2 presses /,
    );
    expect(keys).toEqual(['+61', '-61', '+61', '-61']);
  });
});

describe('branches', () => {
  test.each([
    ['<if "login:">a<else>b<endif>c', '+61 -61 +63 -63'],
    ['<if "nothing">a<else>b<endif>c', '+62 -62 +63 -63'],
    ['<if "nothing">a<endif>c', '+63 -63'],
    ['<if not "nothing">a<endif>', '+61 -61'],
    ['<if "nothing" 50ms>a<else>b<endif>', '+62 -62'],
    ['<if "login:" 5s>a<else>b<endif>', '+61 -61'],
    ['<if "login:"><if "nothing">a<else>b<endif>c<else>d<endif>e', '+62 -62 +63 -63 +65 -65'],
    ['<goto end>a<label end>b', '+62 -62'],
    ['<label top>a<if "aaa"><goto end><endif><goto top><label end>b', '+61 -61 +61 -61 +61 -61 +62 -62'],
  ])('%s', async (script, events) => {
    const { vm, keys } = await machine();
    await run(vm, script);
    expect(keys.join(' ')).toBe(events);
  });

  test('fail says why', async () => {
    const { vm } = await machine();
    expect(await failure(vm, 'a\n<if "login:"><fail "no system"><endif>')).toMatchObject({
      name: 'ActionError',
      code: 'ACTION_FAILED',
      message: 'step 3 (line 2, column 14), <fail "no system">: no system',
    });
  });
});

describe('pointer', () => {
  test('clicks at positions and on texts', async () => {
    const { vm, pointer } = await machine();
    await run(vm, '<click 10,20><click right "login:">');
    expect(pointer).toContain('10,20/1');
    // Columns 6 to 11 of row 15, in cells of 9x16.
    expect(pointer).toContain('72,232/4');
    expect(pointer.at(-1)).toBe('72,232/0');
  });

  test('vncdotool’s drag: the button that is down, along the way, in time', async () => {
    const { vm, pointer } = await machine();
    const steps = await vdoSteps('move 0 0 mousedown 1 drag 200 0 mouseup 1'.split(' '), { readFile: async () => '' });
    const started = performance.now();
    await runSteps(vm, steps);
    expect(performance.now() - started).toBeLessThan(4000);
    expect(pointer[0]).toBe('0,0/0');
    expect(pointer.slice(-2)).toEqual(['200,0/1', '200,0/0']);
    expect(pointer.filter((event) => event.endsWith('/1')).length).toBeGreaterThan(10);
  });

  test('buttons that are down at the end come up', async () => {
    const { vm, pointer } = await machine();
    await runSteps(vm, await vdoSteps('move 5 5 mousedown 1'.split(' '), { readFile: async () => '' }));
    expect(pointer).toEqual(['5,5/0', '5,5/1', '5,5/0']);
  });
});

describe('whatever happens', () => {
  test('keys come up: at the end, after a failure, when it is stopped', async () => {
    const { vm, keys } = await machine();
    await run(vm, '<leftCtrlOn><leftAltOn>');
    await failure(vm, '<leftCtrlOn><wait-text "nothing" 50ms>');
    const abort = new AbortController();
    const reason = new Error('enough');
    setTimeout(() => abort.abort(reason), 100);
    await expect(run(vm, '<leftCtrlOn><wait60>', { signal: abort.signal })).rejects.toBe(reason);
    expect(keys.join(' ')).toBe('+ffe3 +ffe9 -ffe9 -ffe3 +ffe3 -ffe3 +ffe3 -ffe3');
  });

  test('a stopped typing and a stopped wait end at once, with the reason', async () => {
    for (const script of [
      'a'.repeat(100),
      '<wait-text "nothing">',
      '<press a until "nothing">',
      '<if "nothing" 60s><endif>',
    ]) {
      const { vm } = await machine();
      const abort = new AbortController();
      setTimeout(() => abort.abort(new Error('enough')), 60);
      await expect(run(vm, script, { signal: abort.signal, rate: 30 }), script).rejects.toThrow('enough');
    }
  });

  test('nothing is typed when a picture is missing', async () => {
    const { vm, keys } = await machine();
    expect(await failure(vm, 'root<enter><if "x"><wait-image /nowhere/none.png><endif>')).toMatchObject({
      name: 'ScriptError',
      message: expect.stringMatching(/^line 1, column 20: <wait-image .*none\.png.*ENOENT/),
    });
    expect(keys).toEqual([]);
  });

  test('a lost connection is told with its step', async () => {
    const { vm, server } = await machine();
    setTimeout(() => server.close(), 50);
    expect(await failure(vm, '\n<wait-text "nothing">')).toMatchObject({
      code: 'CONNECTION_LOST',
      message: expect.stringMatching(/^step 1 \(line 2, column 1\), <wait-text "nothing">: /),
    });
  });

  test('secrets that the screen shows are masked', async () => {
    const { vm } = await machine();
    const error = await failure(vm, '${pw}<wait-text "nothing" 200ms>', {}, { pw: { secret: 'Hunter2x' } });
    expect(error.message).toContain('demo login: ***');
    expect(error.message).not.toContain('Hunter2x');
  });

  test('waits that say nothing else have the time limit that was given', async () => {
    const { vm } = await machine();
    expect(await failure(vm, '<wait-text "nothing">', { waitTimeoutMs: 80 })).toMatchObject({
      message: expect.stringContaining('waited 80 ms in vain'),
    });
  });
});

test('packer’s key interval: two of them for a character and for a key', async () => {
  const { vm } = await machine();
  const took = async (script: string, keyIntervalMs: number) => {
    const { milliseconds } = await runSteps(vm, parseBootCommand(script), { keyIntervalMs });
    return milliseconds;
  };
  expect(await took('abcdefghij', 20)).toBeGreaterThan(9 * 40);
  expect(await took('<down*5>', 50)).toBeGreaterThan(5 * 100 - 20);
});
