import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Listening, serve } from '../../src/server/listen.ts';
import { eventsOf, eventsOfType, everythingIn } from '../support/read-trace.ts';
import { fail, rfbctl, SECRETS, scratch, succeed } from './support/rfbctl.ts';

const read = (file: string) => readFileSync(path.join(scratch, file), 'utf8');
const write = (file: string, text: string) => writeFileSync(path.join(scratch, file), text);

let server: Listening;
beforeAll(async () => {
  server = await serve({ password: SECRETS.password });
  mkdirSync(path.join(scratch, 'config/rfbctl'), { recursive: true });
  write(
    'config/rfbctl/config.json',
    `{"targets": {"lab": {"address": "127.0.0.1::${server.port}", "passwordFile": "pw"}}}`,
  );
  write('config/rfbctl/pw', SECRETS.password);
  write(
    'good.yaml',
    `defaults: { waitTimeout: 20s }
checks:
  - name: at the prompt
    target: "@lab"
    expect: [ { text: "/login:$/m" }, { not: { text: Kernel panic } } ]
  - name: log in
    target: 127.0.0.1::${server.port}
    passwordEnv: LAB
    vars: { text: { env: TEXT } }
    steps:
      - root<enter><wait-text "Password:">
      - type: "\${text}\\n"
      - wait: { text: "/[#$]$/m" }
      - screenshot: "\${name}.png"
`,
  );
  write(
    'bad.yaml',
    `checks:
  - { name: good, target: "demo:", expect: [ { text: "login:" } ] }
  - name: vain
    target: "demo:"
    waitTimeout: 1s
    expect: [ { text: Windows } ]
  - { name: nobody, target: "127.0.0.1::1", expect: [ { stable: 1s } ] }
  - { name: refused, target: "127.0.0.1::${server.port}", passwordEnv: LAB, expect: [ { stable: 1s } ] }
`,
  );
});
afterAll(() => server.close());

const env = { LAB: SECRETS.password, TEXT: SECRETS.text, XDG_CONFIG_HOME: path.join(scratch, 'config') };

describe.concurrent('check', () => {
  test('all is well: a table, pictures, a trace for each, no secret anywhere', async () => {
    const printed = await succeed(['check', 'good.yaml', '--trace', 'good', '--junit', 'good.xml'], {
      env,
      withinMs: 10_000,
    });
    expect(printed).toMatch(/^passed {2}at the prompt {2}.*\npassed {2}log in {9}.*\n2 checks: all passed\n$/);
    const png = PNG.sync.read(readFileSync(path.join(scratch, 'log in.png')));
    expect([png.width, png.height]).toEqual([720, 400]);
    expect(readdirSync(path.join(scratch, 'good')).sort()).toEqual(['at-the-prompt', 'log-in']);
    const folder = path.join(scratch, 'good/log-in');
    expect(eventsOf(folder)[0]).toMatchObject({ task: 'the check log in' });
    expect(eventsOfType(folder, 'note').map(({ text }) => text)).toEqual([
      'step 1, good.yaml:11:9: type',
      'step 2, good.yaml:11:13: press',
      'step 3, good.yaml:11:20: <wait-text "Password:">',
      'step 4, good.yaml:12:9: type',
      expect.stringMatching(/^step 5, good\.yaml:13:9: wait: /),
      expect.stringMatching(/^step 6, good\.yaml:14:9: screenshot: /),
    ]);
    expect(eventsOf(folder).at(-1)).toMatchObject({ type: 'end', outcome: 'done', exitCode: 0 });
    const everything = everythingIn(path.join(scratch, 'good')) + read('good.xml');
    for (const secret of Object.values(SECRETS)) expect(everything).not.toContain(secret);
    expect(await succeed(['report', 'good', '-o', 'good.html'])).toBe('good.html: 2 traces, all is well\n');
  });

  test('what fails: exit code 30, why, in the table, in JSON, in JUnit XML, as annotations', async () => {
    const wrong = { ...env, LAB: SECRETS.wrong, GITHUB_ACTIONS: 'true' };
    const args = ['check', 'bad.yaml', '--junit', 'bad.xml', '--trace', 'bad', '--jobs', '2'];
    const { exitCode, stdout, stderr } = await rfbctl(args, { env: wrong, withinMs: 20_000 });
    expect(exitCode).toBe(30);
    expect(stdout).toMatch(
      /^passed {2}good .*\nfailed {2}vain .*waited 1 s in vain for text "Windows".*\nfailed {2}nobody .*refused.*\nfailed {2}refused .*password.*\n4 checks: 1 passed, 3 failed\n$/,
    );
    expect(stderr.match(/^::error file=bad\.yaml,line=\d+,title=\w+::/gm)).toEqual([
      '::error file=bad.yaml,line=3,title=vain::',
      '::error file=bad.yaml,line=7,title=nobody::',
      '::error file=bad.yaml,line=8,title=refused::',
    ]);
    expect(read('bad.xml')).toContain('tests="4" failures="1" errors="2"');
    expect(read('bad.xml')).toContain('[[ATTACHMENT|bad/vain]]');
    expect(eventsOfType(path.join(scratch, 'bad/vain'), 'waited')).toEqual([
      expect.objectContaining({ outcome: 'timedOut' }),
    ]);

    const json = await rfbctl(['check', 'bad.yaml', '--json', '--no-github', '--only', 'vain', '--only', 'good'], {
      env: wrong,
      withinMs: 10_000,
    });
    expect(json.exitCode).toBe(30);
    const { passed, failed, checks } = JSON.parse(json.stdout);
    expect([passed, failed]).toEqual([1, 1]);
    expect(checks).toEqual([
      expect.objectContaining({ name: 'good', target: 'demo:', passed: true, steps: 1 }),
      expect.objectContaining({
        name: 'vain',
        passed: false,
        steps: 0,
        error: expect.objectContaining({ code: 'TIMED_OUT', exitCode: 40 }),
      }),
    ]);
  });

  test('so many at a time', async () => {
    const many = Array.from({ length: 6 }, (_, i) => `  - { name: c${i}, target: "demo:", steps: [ <wait1s> ] }`);
    write('many.yaml', `checks:\n${many.join('\n')}\n`);
    const times = async (jobs: string) => {
      const { checks } = JSON.parse(
        await succeed(['check', 'many.yaml', '--json', '--jobs', jobs, '--trace', `many-${jobs}`], {
          withinMs: 30_000,
        }),
      );
      expect(checks).toHaveLength(6);
      const spans = checks.map(({ trace }: { trace: string }) => {
        const events = eventsOf(path.join(scratch, trace));
        const started = Date.parse(eventsOfType(path.join(scratch, trace), 'trace')[0]?.started ?? '');
        return [started, started + (events.at(-1)?.t ?? 0)] as const;
      });
      // How many ran when one began.
      return Math.max(
        ...spans.map(
          ([at]: readonly [number, number]) =>
            spans.filter(([from, to]: readonly [number, number]) => from <= at && at < to).length,
        ),
      );
    };
    expect(await times('2')).toBe(2);
    expect(await times('6')).toBeGreaterThan(3);
  });

  test('stopped: says so, and its traces are whole', async () => {
    write(
      'slow.yaml',
      'checks:\n  - { name: slow, target: "demo:", steps: [ <wait50s> ] }\n  - { name: next, target: "demo:", steps: [ <wait50s> ] }\n',
    );
    const { exitCode, stdout, stderr } = await rfbctl(['check', 'slow.yaml', '--jobs', '1', '--trace', 'slow'], {
      onStart(child) {
        const timer = setInterval(() => {
          if (
            existsSync(path.join(scratch, 'slow/slow/screens')) &&
            readdirSync(path.join(scratch, 'slow/slow/screens')).length > 0
          ) {
            // Once: Node gives up its handlers before it has ended, a signal then would kill it.
            clearInterval(timer);
            child.kill('SIGINT');
          }
        }, 50);
        child.once('close', () => clearInterval(timer));
      },
    });
    expect([exitCode, stdout, stderr]).toEqual([130, '', 'rfbctl: stopped by SIGINT\n']);
    expect(eventsOf(path.join(scratch, 'slow/slow')).at(-1)).toMatchObject({
      type: 'end',
      outcome: 'failed',
      exitCode: 130,
    });
    expect(existsSync(path.join(scratch, 'slow/next'))).toBe(false);
  });

  test.each(
    [
      ['checks: [', 'BAD_SCRIPT', /^rfbctl: broken-0\.yaml:\d+:\d+: no YAML: /],
      ['checks: [{name: a, target: "host:1:2", expect: [{stable: 1s}]}]', 'BAD_ADDRESS', /broken-1\.yaml:1:10: a: /],
      [
        'checks: [{name: a, target: "@none", expect: [{stable: 1s}]}]',
        'BAD_CONFIG',
        /broken-2\.yaml:1:10: a: (@none: there is no configuration file|no target)/,
      ],
      [
        'checks: [{name: a, target: "demo:", expect: [{image: none.png}]}]',
        'BAD_SCRIPT',
        /broken-3\.yaml:1:\d+: expect: .*: cannot read none\.png/,
      ],
      [
        'checks: [{name: a, target: "demo:", passwordEnv: NONE, expect: [{stable: 1s}]}]',
        'BAD_SCRIPT',
        /passwordEnv: the variable NONE is not set/,
      ],
      [
        'checks: [{name: a, target: "demo:", passwordFile: none, expect: [{stable: 1s}]}]',
        'BAD_OPTION',
        /broken-5\.yaml:1:10: a: .*none: cannot be read \(ENOENT\)/,
      ],
      [
        'checks: [{name: a, target: "demo:", vars: {p: {env: NONE}}, expect: [{stable: 1s}]}]',
        'BAD_SCRIPT',
        /vars\.p\.env: env:NONE is empty/,
      ],
    ].map((row, i) => [i, ...row] as const),
  )('a mistake (%i) in %s is told before anything is connected', async (i, yaml, code, line) => {
    write(`broken-${i}.yaml`, `${yaml}\n`);
    await fail(['check', `broken-${i}.yaml`], { exitCode: 2, code: String(code), line: line as RegExp });
  });

  test('usage', async () => {
    const wanted = { exitCode: 2, code: 'BAD_OPTION' };
    await fail(['check', 'nowhere.yaml'], { ...wanted, line: /the checks nowhere\.yaml cannot be read \(ENOENT\)/ });
    await fail(['check', 'bad.yaml', '--only', 'x'], {
      ...wanted,
      line: /--only x: bad\.yaml has good, vain, nobody, refused/,
    });
    await fail(['check', 'bad.yaml', '--jobs', '0'], {
      ...wanted,
      line: /--jobs: "0" is no whole number of at least 1/,
    });
    await fail(['check', 'bad.yaml', '--junit', 'no/such/x.xml'], {
      exitCode: 30,
      code: 'OUTPUT_FAILED',
      line: /no\/such\/x\.xml/,
    });
    write(
      'twins.yaml',
      'checks:\n- {name: a b, target: "demo:", expect: [{stable: 1s}]}\n- {name: a-b, target: "demo:", expect: [{stable: 1s}]}\n',
    );
    await fail(['check', 'twins.yaml', '--trace', 'twins'], {
      ...wanted,
      line: /"a-b" and "a b" would share a folder/,
    });
  });
});
