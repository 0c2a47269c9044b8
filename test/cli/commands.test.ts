import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { timeLimit } from '../../src/cli/with-console.ts';
import { keyEvent } from '../../src/rfb/protocol/messages/client-to-server/key-event.ts';
import { pointerEvent } from '../../src/rfb/protocol/messages/client-to-server/pointer-event.ts';
import { type Listening, serve } from '../../src/server/listen.ts';
import { type Script, type ScriptedPeer, scriptedServer } from '../support/scripted-server.ts';
import { rfbctl, SECRETS, scratch, succeed } from './support/rfbctl.ts';

let server: Listening;
let target: string;
beforeAll(async () => {
  server = await serve({ password: SECRETS.password });
  target = `127.0.0.1::${server.port}`;
  writeFileSync(path.join(scratch, 'password'), SECRETS.password);
});
afterAll(() => server.close());

const withPassword = ['--password-file', 'password'];

describe.concurrent('answers', () => {
  test.each([
    [['move', 'demo:', '3,4'], { x: 3, y: 4 }],
    [['click', 'demo:', '3,4', '--button', 'right', '--count', '2'], { x: 3, y: 4, button: 'right', count: 2 }],
    [['click', 'demo:', '3,4', '--button', '2'], { x: 3, y: 4, button: 2, count: 1 }],
    [
      ['drag', 'demo:', '1,1', '9,9', '--duration', '50ms'],
      { from: { x: 1, y: 1 }, to: { x: 9, y: 9 }, button: 'left' },
    ],
    [['scroll', 'demo:', 'down', '3'], { direction: 'down', steps: 3 }],
    [['key', 'demo:', 'a', 'ctrl+b', '--repeat', '2'], { pressed: ['a', 'ctrl+b'], repeat: 2 }],
    [['type', 'demo:', 'abc', '--enter', '--rate', '200'], { typed: 4 }],
  ])('%j --json', async (args, answer) => {
    expect(JSON.parse(await succeed([...args, '--json']))).toEqual(answer);
    expect(await succeed(args)).toBe('');
  });

  test('probe', async () => {
    expect(await succeed(['probe', target, ...withPassword])).toMatch(
      /^version {5}3\.8[\s\S]*security {4}vncauth; offered: vncauth \(2\)/,
    );
    const report = JSON.parse(await succeed(['probe', target, '--json', ...withPassword]));
    expect(report).toMatchObject({ version: '3.8', security: { used: 'vncauth' }, width: 720, height: 400 });
  });

  test('completion --json', async () => {
    const { shell, script } = JSON.parse(await succeed(['completion', 'bash', '--json']));
    expect(shell).toBe('bash');
    expect(script).toBe((await succeed(['completion', 'bash'])).trimEnd());
  });

  test('the version', async () => {
    expect(await succeed(['--version'])).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test('help of every command has examples and all groups', async () => {
    const overview = await succeed(['help']);
    const commands = [...overview.matchAll(/^ {2}(\w+) \[options\]/gm)].map(([, name = '']) => name);
    expect(commands).toContain('screenshot');
    // One after the other: dozens of programs at once take a small machine minutes.
    for (const name of commands) {
      const text = await succeed(['help', name]);
      expect(text).toMatch(/Examples:\n {2}.*rfbctl /);
      if (!UNCONNECTED.includes(name)) expect(text).toMatch(/Credentials:[\s\S]*Connection:[\s\S]*Output:/);
    }
    expect(await succeed(['screenshot', '--help'])).toBe(await succeed(['help', 'screenshot']));
  }, 120_000);
});

/** Commands that connect to nothing, or tell no credentials to what they connect to. */
const UNCONNECTED = ['check', 'completion', 'lint', 'report', 'serve', 'replay', 'export', 'sessions', 'close'];

describe('the picture', () => {
  test('is written beside and moved: what was there keeps its mode, nothing else is left', async () => {
    mkdirSync(path.join(scratch, 'pictures'));
    const file = path.join(scratch, 'pictures', 'a.png');
    writeFileSync(file, 'old', { mode: 0o600 });
    expect(JSON.parse(await succeed(['screenshot', 'demo:', '-o', file, '--json']))).toMatchObject({
      file,
      format: 'png',
      width: 720,
      height: 400,
    });
    expect(PNG.sync.read(readFileSync(file))).toMatchObject({ width: 720, height: 400 });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(path.dirname(file))).toEqual(['a.png']);
  });

  test('a failed screenshot leaves the old file as it was', async () => {
    const file = path.join(scratch, 'old.png');
    writeFileSync(file, 'old');
    const cut = await scriptedServer((peer) => peer.handshake());
    const { exitCode } = await rfbctl(['screenshot', cut.address, '-o', file]);
    await cut.close();
    expect(exitCode).toBe(11);
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(scratch).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('stdout takes it, and a reader that goes away is told of in one line', async () => {
    const MAIN = path.join(import.meta.dirname, '../../dist/cli/main.js');
    const command = `"${process.execPath}" "${MAIN}" screenshot demo:`;
    const run = (script: string) =>
      new Promise<{ code: number | null; output: string }>((resolve) => {
        const shell = spawn('/bin/sh', ['-c', script], { cwd: scratch, stdio: ['ignore', 'pipe', 'inherit'] });
        let output = '';
        shell.stdout.setEncoding('latin1').on('data', (text) => {
          output += text;
        });
        shell.once('close', (code) => resolve({ code, output }));
      });
    const whole = await run(`${command} -o -`);
    expect(whole.code).toBe(0);
    expect(PNG.sync.read(Buffer.from(whole.output, 'latin1'))).toMatchObject({ width: 720, height: 400 });
    const cut = await run(`{ ${command} -o - 2>cut.err; echo $? >cut.code; } | true`);
    expect(cut.code).toBe(0);
    expect(readFileSync(path.join(scratch, 'cut.code'), 'utf8')).toBe('30\n');
    expect(readFileSync(path.join(scratch, 'cut.err'), 'utf8')).toBe(
      'rfbctl: cannot write to standard output: its reader has closed it\n',
    );
  });
});

describe.concurrent('passwords', () => {
  test.each([
    ['--password-file', [...withPassword], {}],
    [
      '--password-stdin, of which only the first line is awaited',
      ['--password-stdin'],
      { input: `${SECRETS.password}\nmore`, endless: true },
    ],
    ['--password-command', ['--password-command', `printf '%s' '${SECRETS.password}'`], {}],
    ['RFBCTL_PASSWORD', [], { env: { RFBCTL_PASSWORD: SECRETS.password } }],
  ])('%s', async (_what, args, options) => {
    expect(await succeed(['move', target, '1,1', ...args], options)).toBe('');
  });

  test('--password works, with a warning that -q silences', async () => {
    const { exitCode, stderr } = await rfbctl(['move', target, '1,1', '--password', SECRETS.password]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr:
        'rfbctl: warning: --password shows the password to other users of this machine; --password-file does not\n',
    });
    await succeed(['move', target, '1,1', '--password', SECRETS.password, '-q']);
  });

  test.each([
    ['exit 7', /--password-command: the command failed with exit code 7/],
    ['true', /--password-command: the command printed no password in its first line/],
  ])('a command that %ss', async (command, line) => {
    const { exitCode, stderr } = await rfbctl(['move', target, '1,1', '--password-command', command]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(line);
  });

  test('a command that never ends is ended with the time', async () => {
    const args = ['move', target, '1,1', '--password-command', 'sleep 30', '--timeout', '900ms'];
    const { exitCode, stderr, elapsedMs } = await rfbctl(args);
    expect(exitCode).toBe(40);
    expect(stderr).toMatch(/the server waits for credentials, and none were given within \d+ ms/);
    expect(elapsedMs).toBeLessThan(8000);
  });
});

describe.concurrent('the log', () => {
  test('-v tells the protocol on stderr, the answer stays alone on stdout', async () => {
    const { stdout, stderr } = await rfbctl(['type', target, SECRETS.text, '--json', '-v', ...withPassword]);
    expect(stdout).toBe('{"typed":13}\n');
    for (const line of [
      /connected to 127\.0\.0\.1:\d+ in \d+ ms/,
      /the server announced RFB 3\.8, spoken is 3\.8/,
      /security types offered: vncauth \(2\)/,
      /security type chosen: vncauth/,
      /ServerInit: 720x400, .*"rfbctl demo \(login\)"/,
      /SetEncodings: .*zrle/,
      /in all: .*\b26 KeyEvent sent/,
    ]) {
      expect(stderr).toMatch(line);
    }
    expect(stderr).not.toMatch(/sent KeyEvent/);
  });

  test('--log-file has every message, appended, and the failure', async () => {
    const file = path.join(scratch, 'protocol.log');
    await succeed(['screenshot', target, '--log-file', file, ...withPassword]);
    await rfbctl(['move', target, '1,1', '--log-file', file]);
    const log = readFileSync(file, 'utf8');
    expect(log).toMatch(/FramebufferUpdateRequest: 720x400 at 0,0\n/);
    expect(log).toMatch(/FramebufferUpdate: \d+ tight; \d+ pixels, \d+ bytes\n/);
    expect(log).toMatch(/sent ClientFence, \d+ bytes\n/);
    expect(log).toMatch(/failed: 127\.0\.0\.1:\d+: the server wants a password/);
    for (const line of log.trimEnd().split('\n')) expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z \S/);
    for (const secret of Object.values(SECRETS)) expect(log).not.toContain(secret);
  });
});

describe.concurrent('time', () => {
  test('a limit that was given counts as it is, whatever there is to type', async () => {
    const { address, close } = await keyRecorder();
    const cut = await rfbctl(['type', address, 'abcdef', '--rate', '2', '--timeout', '900ms']);
    await close();
    expect(cut.exitCode).toBe(40);
    expect(cut.stderr).toMatch(
      /127\.0\.0\.1:\d+: typing 6 characters was not done within 900 ms; --timeout allows more/,
    );
  });

  test('without one, typing and retrying get the time that they take', () => {
    expect(timeLimit({ timeoutMs: undefined, retryMs: 0 }, 0)).toBe(60_000);
    expect(timeLimit({ timeoutMs: undefined, retryMs: 300_000 }, 100_000)).toBeGreaterThanOrEqual(460_000);
    expect(timeLimit({ timeoutMs: 5000, retryMs: 300_000 }, 100_000)).toBe(5000);
  });

  test('a limit longer than timers take does not end at once', async () => {
    await succeed(['type', 'demo:', 'abc', '--timeout', '1000h', '--connect-timeout', '9999h']);
  });

  test('standard input that does not end', async () => {
    const { exitCode, stderr } = await rfbctl(['type', 'demo:', '--timeout', '700ms'], { input: 'abc', endless: true });
    expect(exitCode).toBe(40);
    expect(stderr).toBe('rfbctl: standard input did not end within 700 ms (--timeout allows more)\n');
  });
});

/** What reaches a server of keys and buttons. */
async function keyRecorder(onKey: (keys: readonly Pressed[]) => void = () => {}) {
  const keys: Pressed[] = [];
  const script: Script = async (peer) => {
    await peer.handshake();
    for (;;) await readMessage(peer, keys, onKey);
  };
  const { address, close } = await scriptedServer(script);
  return { address, close, keys };
}

interface Pressed {
  readonly down: boolean;
  readonly what: number | string;
}

async function readMessage(
  peer: ScriptedPeer,
  keys: Pressed[],
  onKey: (keys: readonly Pressed[]) => void,
): Promise<void> {
  const [type] = await peer.expect(1);
  switch (type) {
    case 0:
      await peer.expect(19);
      return;
    case 2: {
      const [, high = 0, low = 0] = await peer.expect(3);
      await peer.expect(4 * (high * 256 + low));
      return;
    }
    case 3:
      await peer.expect(9);
      await peer.sendUpdate([{ x: 0, y: 0, width: 1, height: 1, type: 0, payload: new Uint8Array(4) }]);
      return;
    case keyEvent.type: {
      const [down, , , ...keysym] = await peer.expect(7);
      keys.push({ down: down === 1, what: Buffer.from(keysym).readUInt32BE() });
      onKey(keys);
      return;
    }
    case pointerEvent.type: {
      const [buttonMask = 0] = await peer.expect(5);
      keys.push({ down: buttonMask !== 0, what: 'button' });
      onKey(keys);
      return;
    }
    default:
      throw new Error(`unexpected message ${type}`);
  }
}

function stillDown(events: readonly Pressed[]): (number | string)[] {
  const held = new Set<number | string>();
  for (const { down, what } of events) {
    if (down) held.add(what);
    else held.delete(what);
  }
  return [...held];
}

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s', (signal, exitCode) => {
  test.concurrent.each([
    ['typing', ['type', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '--rate', '4'], 3],
    ['holding a chord', ['key', 'ctrl+alt+del', '--hold', '30s'], 3],
    ['dragging', ['drag', '0,0', '3,3', '--duration', '30s'], 3],
  ])('while %s: everything that is down comes up', async (_what, [command = '', ...rest], after) => {
    let stop = () => {};
    const { address, close, keys } = await keyRecorder((events) => {
      if (events.filter(({ down }) => down).length === after) stop();
    });
    const run = await rfbctl([command, address, ...rest, '--json'], {
      onStart: (child) => {
        stop = () => child.kill(signal);
      },
    });
    await close();
    expect(run.exitCode).toBe(exitCode);
    expect(run.stderr).toBe(`rfbctl: stopped by ${signal}\n`);
    expect(JSON.parse(run.stdout).error).toMatchObject({ code: 'INTERRUPTED', exitCode });
    expect(keys.length).toBeGreaterThan(after);
    expect(stillDown(keys)).toEqual([]);
    expect(run.elapsedMs).toBeLessThan(9000);
  });
});

describe.skipIf(!existsSync('/bin/bash'))('completion in bash', () => {
  let script: string;
  beforeAll(async () => {
    script = await succeed(['completion', 'bash']);
  });

  async function offered(...words: string[]): Promise<string[]> {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const body = `${script}\nCOMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _rfbctl; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const bash = spawn('/bin/bash', ['--norc', '-c', body], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    for await (const chunk of bash.stdout.setEncoding('utf8')) output += chunk;
    return output.split('\n').filter(Boolean);
  }

  test.each([
    [
      ['rfbctl', 'sc'],
      ['screenshot', 'scroll'],
    ],
    [['rfbctl', 'help', 'prob'], ['probe']],
    [['rfbctl', 'screenshot', 'demo:', '--out'], ['--output']],
    [['rfbctl', 'type', 'demo:', '--encodings', 'zr'], ['zrle']],
    [['rfbctl', 'type', 'demo:', '--encodings', 'raw,zr'], ['raw,zrle']],
    [['rfbctl', 'type', 'demo:', '--encodings', '=', 'zr'], ['zrle']],
    [['rfbctl', 'type', 'demo:', '--encodings=raw,zr'], ['--encodings=raw,zrle']],
    [
      ['rfbctl', 'move', 'demo:', '--pixel-format', 'rgb5'],
      ['rgb565', 'rgb555'],
    ],
    [
      ['rfbctl', 'move', 'demo', ':'],
      ['login', 'desktop', 'colours'],
    ],
    [['rfbctl', 'move', 'demo', ':', 'de'], ['desktop']],
    [['rfbctl', 'move', 'demo:de'], ['demo:desktop']],
    [['rfbctl', 'scroll', 'host', 'u'], ['up']],
    [
      ['rfbctl', 'completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    // Files are the shell's own business.
    [['rfbctl', 'move', 'host', '--password-file', 'x'], []],
  ])('%j', async (words, wanted) => {
    expect(await offered(...words)).toEqual(wanted);
  });
});
