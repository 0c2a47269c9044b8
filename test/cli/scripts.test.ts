// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the language under test
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PNG } from 'pngjs';
import { describe, expect, test } from 'vitest';
import { fail, rfbctl, SECRETS, scratch, succeed } from './support/rfbctl.ts';

const file = (name: string, text: string) => {
  writeFileSync(path.join(scratch, name), text);
  return name;
};

const LOGIN =
  '<wait-text "login:">root<enter>\n<wait-text "Password:">${pw}<enter>\n<wait-text "demo:~$">uname<enter><wait-text /^Demo$/m>\n';

describe.concurrent('run', () => {
  test('logs in to the demo, from a file, and tells of each step', async () => {
    const script = file('login.boot', `${LOGIN}<screenshot logged-in.png>\n`);
    const stdout = await succeed(['run', 'demo:', script, '--secret-var', 'pw=env:PW', '--json', '--rate', '200'], {
      env: { PW: SECRETS.password },
    });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toEqual({ steps: 11, milliseconds: expect.any(Number) });
    expect(lines.slice(0, -1).map(({ action }) => action)).toEqual([
      'wait',
      'type',
      'press',
      'wait',
      'type',
      'press',
      'wait',
      'type',
      'press',
      'wait',
      'screenshot',
    ]);
    expect(lines[4]).toMatchObject({
      step: 5,
      file: 'login.boot',
      line: 2,
      column: 24,
      action: 'type',
      source: '${pw}',
    });
    expect(lines[9].seen).toMatch(/^"Demo" in row \d+, column 1$/);
    const { width, height } = PNG.sync.read(readFileSync(path.join(scratch, 'logged-in.png')));
    expect([width, height]).toEqual([720, 400]);
  });

  test('from the command line, standard input, lists and steps', async () => {
    file('pw.secret', `${SECRETS.password}\n`);
    const options = ['--secret-var', 'pw=pw.secret', '--rate', '200'];
    expect(await succeed(['run', 'demo:', '-c', LOGIN, ...options])).toBe('');
    expect(await succeed(['run', 'demo:', '-', ...options], { input: LOGIN })).toBe('');
    const items = LOGIN.trim()
      .split('\n')
      .map((line) => JSON.stringify(line));
    const list = file('list.pkr.hcl', `boot_command = [\n  ${items.join(', # and\n  ')},\n]\n`);
    expect(await succeed(['run', 'demo:', list, ...options])).toBe('');
    const yaml = file(
      'login.yaml',
      `- boot: '<wait-text "login:">root<enter>'\n- wait: {text: "Password:"}\n- type: "\${pw}\\n"\n- wait: {text: demo:~$}\n  timeout: 10s\n`,
    );
    expect(await succeed(['run', 'demo:', yaml, ...options])).toBe('');
    const json = file('login.json', `[${items.join(',')}]`);
    expect(await succeed(['run', 'demo:', json, ...options])).toBe('');
  });

  test('variables, and packer’s templates', async () => {
    const script = 'http://{{ .HTTPIP }}/${file}<wait-text "login: http://192.0.2.1/a<enter>b">';
    expect(await succeed(['run', 'demo:', '-c', script, '--var', 'HTTPIP=192.0.2.1', '--var', 'file=a<enter>b'])).toBe(
      '',
    );
  });

  test('waits in vain: the step, its place, what was seen', async () => {
    const script = 'root\n <wait-text "nothing" 1s>';
    const { exitCode, stdout, stderr } = await rfbctl(['run', 'demo:', '-c', script, '--json'], { withinMs: 1000 });
    expect(exitCode).toBe(40);
    expect(stderr).toMatch(
      /^rfbctl: step 2 \(line 2, column 2\), <wait-text "nothing" 1s>: demo:login: waited 1 s in vain for text "nothing": the text ends with ".*login: root"\n$/,
    );
    const [first, last] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(first).toMatchObject({ step: 1, action: 'type' });
    expect(last).toMatchObject({ error: { code: 'TIMED_OUT', phase: 'session', exitCode: 40 } });
  });

  test('fails as the script says', async () => {
    const { exitCode, stderr } = await rfbctl(['run', 'demo:', '-c', '<if "login:"><fail "no system"><endif>']);
    expect([exitCode, stderr]).toEqual([30, 'rfbctl: step 2 (line 1, column 14), <fail "no system">: no system\n']);
  });

  test('warns of what is typed by accident, once it is sure to be typed', async () => {
    const { exitCode, stderr } = await rfbctl(['run', 'demo:', '-c', 'root<entr>']);
    expect([exitCode, stderr]).toEqual([
      0,
      'rfbctl: warning: column 5: <entr> is no tag: it is typed as text; did you mean <enter>?\n',
    ]);
    expect(await succeed(['run', 'demo:', '-q', '-c', 'root<entr>'])).toBe('');
  });

  test('--boot-wait and --key-interval take their time; --timeout ends it', async () => {
    const slow = await rfbctl([
      'run',
      'demo:',
      '-c',
      'abcde',
      '--boot-wait',
      '500ms',
      '--key-interval',
      '50ms',
      '--json',
    ]);
    expect(JSON.parse(slow.stdout.trim().split('\n').at(-1) ?? '').milliseconds).toBeGreaterThan(400);
    expect(slow.elapsedMs).toBeGreaterThan(900);
    const { exitCode, stderr } = await rfbctl(['run', 'demo:', '-c', '<wait60>', '--timeout', '1s'], {
      withinMs: 1000,
    });
    expect([exitCode, stderr]).toEqual([40, expect.stringMatching(/^rfbctl: .*the script was not done within 1 s/)]);
  });

  test('Ctrl-C ends it', async () => {
    const { exitCode } = await rfbctl(['run', 'demo:', '-c', '<leftCtrlOn><wait60>'], {
      onStart: (child) => setTimeout(() => child.kill('SIGINT'), 2500),
      withinMs: 5000,
    });
    expect(exitCode).toBe(130);
  });

  test.each<[args: string[], code: string, line: RegExp]>([
    [[], 'BAD_OPTION', /the script is missing: name a file/],
    [['none.boot'], 'BAD_OPTION', /the script none\.boot cannot be read \(ENOENT\)/],
    [['-c', 'x', 'y'], 'BAD_OPTION', /a file and --command/],
    [['-c', '\n<wait0>'], 'BAD_SCRIPT', /line 2, column 1: a wait must be longer than 0/],
    [['-c', '${x}'], 'BAD_SCRIPT', /the variable x has no value/],
    [['-c', '<screenshot /nowhere/a.png>'], 'OUTPUT_FAILED', /cannot write \/nowhere\/a\.png.*choose another file/],
    [['-c', 'a<wait-image none.png>'], 'BAD_SCRIPT', /line 1, column 2: <wait-image none\.png>: .*none\.png.*ENOENT/],
    [['-c', 'x', '--var', 'x'], 'BAD_OPTION', /--var: one of them is no NAME=VALUE/],
    [['-c', 'x', '--secret-var', 'p=env:NONE'], 'BAD_OPTION', /--secret-var p: env:NONE is empty/],
    [['-c', 'x', '--secret-var', 'p=none'], 'BAD_OPTION', /--secret-var p: the secret none cannot be read \(ENOENT\)/],
    [['-c', 'x', '--rate', '5', '--key-interval', '1s'], 'BAD_OPTION', /--rate and --key-interval exclude each other/],
    [['-', '--password-stdin'], 'BAD_OPTION', /standard input cannot hold both the script and --password-stdin/],
  ])('%j is a mistake', async (args, code, line) => {
    await fail(['run', 'demo:', ...args], { exitCode: code === 'OUTPUT_FAILED' ? 30 : 2, code, line });
  });
});

describe.concurrent('lint', () => {
  test('finds what is typed by accident, with place and suggestion', async () => {
    const script = file('accidents.boot', '<esc><Wait5>root<entr>\n<f13><wait1.5><ctrl+c>\n');
    const { exitCode, stdout, stderr } = await rfbctl(['lint', script]);
    expect([exitCode, stderr]).toEqual([30, '']);
    expect(stdout.split('\n')).toEqual([
      'accidents.boot:1:6: <Wait5> is no tag: it is typed as text; did you mean <wait5>?',
      'accidents.boot:1:17: <entr> is no tag: it is typed as text; did you mean <enter>?',
      'accidents.boot:2:1: <f13> is no tag: it is typed as text; did you mean <press f13>?',
      'accidents.boot:2:6: <wait1.5> is no tag: it is typed as text; did you mean <wait1.5s>?',
      expect.stringMatching(/^takes [\d.]+ s$/),
      '',
    ]);
    const packer = JSON.parse((await rfbctl(['lint', '--packer', script, '--json'])).stdout);
    expect(packer.findings.at(-1)).toEqual({
      rule: 'literal-tag',
      place: { file: 'accidents.boot', line: 2, column: 15 },
      message: '<ctrl+c> is no tag: packer types it as text',
      suggestion: '<leftCtrlOn>c<leftCtrlOff>',
    });
  });

  test('is content, and says how long it takes and what it needs', async () => {
    expect(await succeed(['lint', '-c', '<wait5>${a}<wait-text "x" 5s>'])).toBe(
      'variables: a\ntakes 5 s at least, 10 s at most\n',
    );
    const report = JSON.parse(await succeed(['lint', '-', '--json'], { input: '<wait10>' }));
    expect(report).toEqual({
      findings: [],
      variables: [],
      estimate: { leastMs: 10_000, mostMs: 10_000, loops: false },
    });
  });

  test('says what cannot be run', async () => {
    const { exitCode, stdout } = await rfbctl(['lint', file('bad.yaml', '- press: entr\n')]);
    expect([exitCode, stdout]).toEqual([
      30,
      'bad.yaml:1:10: [0].press: no key is called "entr": did you mean enter?\n',
    ]);
  });
});

describe.concurrent('vdo', () => {
  test('runs words and files', async () => {
    file('login.vdo', '# in\ntype root key enter pause 0.5\ntype "secret" key enter\n');
    file('none.txt', 'uname\n');
    expect(
      await succeed(['vdo', 'demo:', 'login.vdo', 'typefile', 'none.txt', 'stable', '0.3', 'capture', 'vdo.png']),
    ).toBe('');
    expect(readFileSync(path.join(scratch, 'vdo.png')).length).toBeGreaterThan(1000);
    expect(
      await succeed(['vdo', '-s', 'demo:', 'expect', 'vdo.png', '0', '--timeout', '1s']).catch(() => 'in vain'),
    ).toBe('in vain');
  });

  test('waits for a picture that comes, from standard input, with --warp and --delay', async () => {
    await succeed(['vdo', 'demo:', 'type', 'ab', 'stable', '0.3', 'capture', 'ab.png']);
    const options = ['--warp', '10', '--delay', '20', '--force-caps', '--json'];
    const stdout = await succeed(['vdo', '-s', 'demo:', '-', ...options], {
      input: 'pause 5 type ab rexpect ab.png 0 0 expect ab.png 8',
    });
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
        .at(-1),
    ).toMatchObject({ steps: 4 });
  });

  test.each<[args: string[], line: RegExp]>([
    [['demo:'], /what to do is missing/],
    [[], /the target is missing/],
    [['demo:', 'd', '5', '5'], /line 1, column 1: there is no command "d"/],
    [['demo:', 'key', 'a', 'click', '1'], /line 1, column 7: click: where the pointer is, is not known/],
    [['demo:', 'none.vdo'], /the file none\.vdo cannot be read/],
    [['demo:', 'key', 'a', '--warp', '0'], /--warp: "0" is no number from more than 0 on/],
  ])('%j is a mistake', async (args, line) => {
    const { exitCode, stderr } = await rfbctl(['vdo', ...args]);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(line)]);
  });
});
