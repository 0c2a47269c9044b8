import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { fail, rfbctl, SECRETS, scratch } from './support/rfbctl.ts';

writeFileSync(path.join(scratch, 'empty'), '\n');
writeFileSync(path.join(scratch, 'file'), SECRETS.password);
mkdirSync(path.join(scratch, 'folder'));

/** None of these connects: there is nothing to connect to. */
const usage: readonly (readonly [args: readonly string[], code: string, line: RegExp])[] = [
  [['move', '', '1,1'], 'BAD_ADDRESS', /the address is empty: wanted host:DISPLAY/],
  [['move', 'host:99999', '1,1'], 'BAD_ADDRESS', /port "99999" is not one of 1 to 65535/],
  [['move', 'host:one', '1,1'], 'BAD_ADDRESS', /bad address "host:one": wanted host, host:DISPLAY/],
  [['move', '::1:2:3:4:5:6:7:8', '1,1'], 'BAD_ADDRESS', /an IPv6 address goes in brackets/],
  [['move', 'gopher://host', '1,1'], 'BAD_ADDRESS', /there is no scheme gopher:\/\/, wanted/],
  [['move', './none.sock', '1,1'], 'BAD_ADDRESS', /there is no such socket \(unix:PATH waits/],
  [['move', 'vnc://me:Hunter2!@host', '1,1'], 'BAD_ADDRESS', /the address of "host" holds a password/],
  [['move', 'demo:moon', '1,1'], 'BAD_ADDRESS', /unknown scene in "demo:moon", there are demo:login, demo:desktop/],
  [['key', 'demo:', 'ctrl+alt+dle'], 'BAD_KEY', /no key is called "dle": did you mean .*del/],
  [['key', 'demo:', 'ctrl+'], 'BAD_KEY', /nothing follows the last "\+"; the key itself is/],
  [['type', 'demo:', 'a\u0001b'], 'BAD_KEY', /character 2 of the text \(control character U\+0001\) has no key/],
  [['move', 'demo:', '12'], 'BAD_OPTION', /"12" is no position; write X,Y, for example 100,200/],
  [['move', 'demo:', '1,1', '--timeout', 'soon'], 'BAD_OPTION', /--timeout: "soon" is no duration; write 500ms, 10s/],
  [['move', 'demo:', '1,1', '--timeout', '0'], 'BAD_OPTION', /--timeout: 0 leaves no time/],
  [['move', 'demo:', '1,1', '--connect-timeout', '-1'], 'BAD_OPTION', /--connect-timeout: "-1" is no duration/],
  [
    ['move', 'demo:', '1,1', '--security', 'ultra'],
    'BAD_OPTION',
    /--security: no security type is called "ultra"; there are/,
  ],
  [
    ['move', 'demo:', '1,1', '--encodings', 'raw,zrel'],
    'BAD_OPTION',
    /--encodings: no encoding is called "zrel"; did you mean zrle/,
  ],
  [['move', 'demo:', '1,1', '--encodings', ','], 'BAD_OPTION', /--encodings: empty; wanted one or several of/],
  [
    ['move', 'demo:', '1,1', '--pixel-format', 'rgb'],
    'BAD_OPTION',
    /--pixel-format: no pixel format is called "rgb"; there are native/,
  ],
  [
    ['move', 'demo:', '1,1', '--decoder', 'wasm'],
    'BAD_OPTION',
    /--decoder: no decoder is called "wasm"; there are core/,
  ],
  [['move', 'demo:', '1,1', '--tls-pin', 'abc'], 'BAD_OPTION', /--tls-pin: "abc" is no pin; write sha256:/],
  [['move', 'demo:', '1,1', '--ca-file', 'none'], 'BAD_OPTION', /--ca-file none: cannot be read \(ENOENT\)/],
  [
    ['move', 'demo:', '1,1', '--header', `Cookie ${SECRETS.token}`],
    'BAD_OPTION',
    /--header: one of them is no "Name: value"/,
  ],
  [
    ['move', 'demo:', '1,1', '--password-file', 'none'],
    'BAD_OPTION',
    /--password-file none: cannot be read \(ENOENT\)/,
  ],
  [
    ['move', 'demo:', '1,1', '--password-file', 'folder'],
    'BAD_OPTION',
    /--password-file folder: cannot be read \(EISDIR\)/,
  ],
  [['move', 'demo:', '1,1', '--password-file', 'empty'], 'BAD_OPTION', /its first line is empty, wanted the password/],
  [
    ['move', 'demo:', '1,1', '--password-file', 'file', '--password-stdin'],
    'BAD_OPTION',
    /--password-file and --password-stdin: the password comes from one of them/,
  ],
  [
    ['type', 'demo:', '-', '--password-stdin'],
    'BAD_OPTION',
    /standard input cannot hold both the text and --password-stdin/,
  ],
  [['type', 'demo:', 'x', '--rate', '0'], 'BAD_OPTION', /--rate: "0" is no number of keys per second above 0/],
  [
    ['type', 'demo:', 'x', '--keys', 'scancodes'],
    'BAD_OPTION',
    /--keys: no way of sending keys is called "scancodes"; did you mean scancode/,
  ],
  [['key', 'demo:', 'a', '--repeat', '0'], 'BAD_OPTION', /--repeat: "0" is no whole number of at least 1/],
  [
    ['click', 'demo:', '1,1', '--button', 'lft'],
    'BAD_OPTION',
    /--button: no button is called "lft"; did you mean left/,
  ],
  [['click', 'demo:', '1,1', '--count', '1e3'], 'BAD_OPTION', /--count: "1e3" is no whole number of at least 1/],
  [['drag', 'demo:', '1,1', 'here'], 'BAD_OPTION', /"here" is no position/],
  [
    ['scroll', 'demo:', 'sideways'],
    'BAD_OPTION',
    /'sideways' is invalid for argument 'direction'. Allowed choices are up, down, left, right/,
  ],
  [['screenshot', 'demo:', '--region', '0,0,0x5'], 'BAD_OPTION', /--region: "0,0,0x5" is no region; write X,Y,WxH/],
  [
    ['screenshot', 'demo:', '-o', 'x.bmp'],
    'BAD_OPTION',
    /cannot write "\.bmp" pictures \(x\.bmp\); use \.png, \.jpg or \.ppm/,
  ],
  [['screenshot', 'demo:', '-o', '-'], 'BAD_OPTION', /standard output cannot hold both the picture and --json/],
  [['screenshot'], 'BAD_OPTION', /missing required argument 'target'; see rfbctl help screenshot/],
  [['move', 'demo:', '1,1', '2,2'], 'BAD_OPTION', /too many arguments for 'move'/],
  [
    ['move', 'demo:', '1,1', '--tiemout', '5'],
    'BAD_OPTION',
    /rfbctl move has no option --tiemout; did you mean --timeout\?/,
  ],
  [
    ['move', 'demo:', '1,1', `--pasword=${SECRETS.password}`],
    'BAD_OPTION',
    /has no option --pasword; did you mean --password\?/,
  ],
  [['type', 'demo:', `-${SECRETS.password}`], 'BAD_OPTION', /what begins with - and is no option goes behind --/],
  [['screenshto', 'demo:'], 'BAD_OPTION', /unknown command 'screenshto'; did you mean screenshot\?/],
  [['completion', 'tcsh'], 'BAD_OPTION', /Allowed choices are bash, zsh, fish/],
];

describe.concurrent('bad usage: one line that helps, exit 2', () => {
  test.each(usage)('%j', async (args, code, line) => {
    await fail(args, { exitCode: 2, code, line });
  });

  test('RFBCTL_TIMEOUT matters to commands that connect', async () => {
    const options = { env: { RFBCTL_TIMEOUT: 'garbage' } };
    const line = /RFBCTL_TIMEOUT: "garbage" is no duration; write/;
    await fail(['move', 'demo:', '1,1'], { exitCode: 2, code: 'BAD_OPTION', line }, options);
    for (const args of [['--version'], ['--help'], ['help', 'type'], ['completion', 'bash']]) {
      expect(await rfbctl(args, options)).toMatchObject({ exitCode: 0, stderr: '' });
    }
    const flag = await rfbctl(['move', 'demo:', '1,1', '--timeout', '30s'], options);
    expect(flag).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

describe.concurrent('output that cannot be written: before anything is dialled, exit 30', () => {
  test.each([
    [
      'no/such/folder.png',
      /cannot write no\/such\/folder\.png: there is no such folder \(ENOENT\); choose another --output/,
    ],
    ['file/x.png', /what stands in for a folder is a file \(ENOTDIR\)/],
    ['folder', /cannot write folder: it is a folder \(EISDIR\)/],
    ['/proc/self/x.png', /cannot write \/proc\/self\/x\.png: /],
  ])('%s', async (file, line) => {
    const wanted = { exitCode: 30, code: 'OUTPUT_FAILED', line };
    await fail(['screenshot', 'no-such-host.invalid', '-o', file], wanted);
  });

  test('--log-file', async () => {
    const line = /cannot write no\/log: there is no such folder \(ENOENT\); choose another --log-file/;
    await fail(['move', 'no-such-host.invalid', '1,1', '--log-file', 'no/log'], {
      exitCode: 30,
      code: 'OUTPUT_FAILED',
      line,
    });
  });
});

test('a region off the screen', async () => {
  const line = /demo:login: region 10x10 at 9000,0 is not on the 720x400 screen/;
  const wanted = { exitCode: 30, code: 'ACTION_FAILED', line };
  await fail(['screenshot', 'demo:', '--region', '9000,0,10x10'], wanted, { withinMs: 5000 });
});

test('a command that is missing: help on stderr, exit 2', async () => {
  const { exitCode, stdout, stderr } = await rfbctl([]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toMatch(/Commands:[\s\S]*screenshot[\s\S]*rfbctl: what to do is missing: see rfbctl help\n$/);
});
