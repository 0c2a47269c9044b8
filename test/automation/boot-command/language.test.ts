// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the language under test
import { describe, expect, test } from 'vitest';
import { type BootCommandOptions, parseBootCommand } from '../../../src/automation/boot-command/parser.ts';
import type { Step } from '../../../src/automation/boot-command/step.ts';
import { eventsOf } from './recording-console.ts';

/** Steps without where they stand. */
function bare(steps: readonly Step[]): unknown[] {
  return steps.map(({ place, source, ...step }) => {
    if (step.action === 'type') return step.text;
    if (step.action !== 'if') return step;
    return { ...step, steps: bare(step.steps), otherwise: bare(step.otherwise) };
  });
}

const read = (script: string, options?: BootCommandOptions) => bare(parseBootCommand(script, options));
const text = (pattern: string | RegExp) => ({ is: 'text', pattern });

describe('tags', () => {
  test.each<[script: string, step: unknown]>([
    ['<wait-text "login:">', { action: 'wait', condition: text('login:') }],
    ['<wait-text \'say "x"\' 5m>', { action: 'wait', condition: text('say "x"'), timeoutMs: 300_000 }],
    ['<wait-text "a \\"b\\" \\\\ >" 1m30s>', { action: 'wait', condition: text('a "b" \\ >'), timeoutMs: 90_000 }],
    ['<wait-text /[$#/>] $/im 3>', { action: 'wait', condition: text(/[$#/>] $/im), timeoutMs: 3000 }],
    ['<wait-text not "Loading">', { action: 'wait', condition: { is: 'not', condition: text('Loading') } }],
    [
      '<wait-image ready.png 10s>',
      { action: 'wait', condition: { is: 'image', file: 'ready.png' }, timeoutMs: 10_000 },
    ],
    ['<wait-image "a b.png">', { action: 'wait', condition: { is: 'image', file: 'a b.png' } }],
    ['<wait-stable 2s>', { action: 'wait', condition: { is: 'stable', quietMs: 2000 } }],
    ['<wait-stable 500ms 1m>', { action: 'wait', condition: { is: 'stable', quietMs: 500 }, timeoutMs: 60_000 }],
    ['<wait-change>', { action: 'wait', condition: { is: 'change' } }],
    ['<wait-change 5s>', { action: 'wait', condition: { is: 'change' }, timeoutMs: 5000 }],
    ['<wait-non-blank>', { action: 'wait', condition: { is: 'non-blank' } }],
    ['<ctrl+alt+del>', { action: 'press', chord: 'ctrl+alt+del' }],
    ['<Shift+F10>', { action: 'press', chord: 'Shift+F10' }],
    ['<bs*20>', { action: 'press', chord: 'bs', times: 20 }],
    ['<ctrl+n*2>', { action: 'press', chord: 'ctrl+n', times: 2 }],
    ['<press f13>', { action: 'press', chord: 'f13' }],
    ['<press "+">', { action: 'press', chord: '+' }],
    ['<press x*3 every 1s>', { action: 'press', chord: 'x', times: 3, everyMs: 1000 }],
    ['<press esc hold 2s>', { action: 'press', chord: 'esc', holdMs: 2000 }],
    ['<enter until "Setup">', { action: 'press', chord: 'enter', until: text('Setup') }],
    [
      '<Enter*5 until change every 1s for 30s>',
      { action: 'press', chord: 'enter', times: 5, until: { is: 'change' }, everyMs: 1000, forMs: 30_000 },
    ],
    ['<f8 until not text "x">', { action: 'press', chord: 'f8', until: { is: 'not', condition: text('x') } }],
    ['<screenshot a.png>', { action: 'screenshot', file: 'a.png' }],
    ['<click 10,20>', { action: 'click', at: { x: 10, y: 20 } }],
    ['<click double right "OK" 5s>', { action: 'click', at: text('OK'), count: 2, button: 'right', timeoutMs: 5000 }],
    ['<click image ok.png>', { action: 'click', at: { is: 'image', file: 'ok.png' } }],
    ['<move 0,0>', { action: 'move', to: { x: 0, y: 0 } }],
    ['<fail "no disk">', { action: 'fail', message: 'no disk' }],
  ])('%s', (script, step) => {
    expect(read(script)).toEqual([step]);
  });

  test('branches and labels', () => {
    const script = '<label top><if "a">x<else>y<if stable 2s 5s>q<endif><endif><if not change>z<endif><goto top>';
    expect(read(script)).toEqual([
      { action: 'label', label: 'top' },
      {
        action: 'if',
        condition: text('a'),
        steps: ['x'],
        otherwise: [
          'y',
          { action: 'if', condition: { is: 'stable', quietMs: 2000 }, withinMs: 5000, steps: ['q'], otherwise: [] },
        ],
      },
      { action: 'if', condition: { is: 'not', condition: { is: 'change' } }, steps: ['z'], otherwise: [] },
      { action: 'goto', label: 'top' },
    ]);
  });

  test('<< before a tag makes it text; before anything else it is two characters', () => {
    expect(read('<<enter>')).toEqual(['<enter>']);
    expect(read('<<wait-text "x">')).toEqual(['<wait-text "x">']);
    expect(read('<<<esc>')).toEqual(['<<esc>']);
    expect(read('cat <<EOF')).toEqual(['cat <<EOF']);
    expect(read('<<foo>')).toEqual(['<<foo>']);
  });

  test('comments, line breaks and indentation type nothing', () => {
    expect(read('a<# any <enter>\nthing #>b\n    c \n\n  d\r\ne')).toEqual(['abc de']);
    expect(read(' a')).toEqual([' a']);
  });

  test('what looks like a tag and is none is text', () => {
    for (const script of [
      '<foo>',
      '<f13>',
      '<c++>',
      '<a+b>',
      '<label>',
      '<click>',
      '<enter >',
      '<up for grabs',
      '<Press x>',
    ]) {
      expect(read(script)).toEqual([script]);
    }
  });
});

describe('variables', () => {
  const variables = { HTTPIP: '192.0.2.1', HTTPPort: '80', name: 'b<enter>x', 'a.b': '1', pw: { secret: 'p<f1>w' } };

  test('are text, whatever they hold', () => {
    expect(read('http://{{ .HTTPIP }}:{{.HTTPPort}}/${name}', { variables })).toEqual([
      'http://192.0.2.1:80/b<enter>x',
    ]);
    expect(read('${var.name}${ local.name }{{ user `name` }}{{user "a.b"}}', { variables })).toEqual([
      'b<enter>x'.repeat(3) + 1,
    ]);
    expect(read('$${name} $name {{ "{{" }} {{ `x` }} {name}', { variables })).toEqual(['${name} $name {{ x {name}']);
    expect(read('<wait-text "${name}"><screenshot ${HTTPIP}.png>', { variables })).toEqual([
      { action: 'wait', condition: text('b<enter>x') },
      { action: 'screenshot', file: '192.0.2.1.png' },
    ]);
  });

  test('packer has no ${}: HCL has replaced it before', () => {
    expect(read('${name}', { variables, dialect: 'packer' })).toEqual(['${name}']);
  });

  test('secrets are typed and never part of a source', async () => {
    const steps = parseBootCommand('a${pw}<enter>', { variables });
    expect(steps[0]).toMatchObject({ text: 'ap<f1>w', secrets: ['p<f1>w'], source: 'a${pw}' });
    expect(await eventsOf(steps)).toContain('+66 -66 +31 -31');
  });
});

describe('lists', () => {
  test.each([
    ['["<esc>", "root<enter>"]'],
    ['boot_command = [\n  "<esc>", # to the prompt\n  "root<enter>", // log in\n]\n'],
    ['# packer\n[\n"<esc>root",\n/* and */ "<enter>"\n]'],
    ['"boot_command": ["\\u003cesc>", "ro\\u006ft<enter>"]'],
    ['boot_steps = [["<esc>", "to the prompt"], ["root<enter>", "log in"]]'],
  ])('%s', async (script) => {
    expect(await eventsOf(parseBootCommand(script))).toBe('+ff1b -ff1b +72 -72 +6f -6f +6f -6f +74 -74 +ff0d -ff0d');
  });

  test('blanks at the beginning of an item count', () => {
    expect(read('["linux", " quiet"]')).toEqual(['linux quiet']);
  });

  test('places are those of the file', () => {
    const script = '[\n  "a\\tb<enter>",\n  "<wait-text login>"\n]';
    expect(parseBootCommand(script.replace('<wait-text login>', '<wait5>')).map(({ place }) => place)).toEqual([
      { line: 2, column: 4 },
      { line: 2, column: 8 },
      { line: 3, column: 4 },
    ]);
    expect(() => parseBootCommand(script, { name: 'x.hcl' })).toThrow(
      /^x\.hcl:3:15: .*wanted "text" or \/expression\//,
    );
  });

  test('a text that begins with a bracket is none', () => {
    expect(read('[ -f x ] && y')).toEqual(['[ -f x ] && y']);
  });
});

describe('what cannot be run is refused with its place', () => {
  test.each<[script: string, place: string, problem: RegExp]>([
    ['<wait0>', '1:1', /a wait must be longer than 0/],
    ['<wait-5s>', '1:1', /a wait must be longer than 0/],
    ['<wait1m-2s>', '1:1', /a wait must be longer than 0/],
    ['<wait100h>', '1:1', /a day at most/],
    ['<wait-text >', '1:12', /wanted "text" or \/expression\//],
    ['<wait-text "">', '1:12', /the text is empty/],
    ['<wait-text "x" soon>', '1:16', /"soon" is too much here/],
    ['<wait-text "x', '1:12', /the " here has no other/],
    ['<wait-text "x"', '1:1', /has no closing >/],
    ['<wait-text /(/>', '1:12', /no regular expression: .*Unterminated group/],
    ['<wait-text /x/q>', '1:12', /Invalid flags|no regular expression/],
    ['<wait-stable >', '1:14', /how long nothing changes is missing/],
    ['<wait-image >', '1:13', /the picture’s file is missing/],
    ['a<ctrl+alt+dle>', '1:15', /no key is called "dle": did you mean del/],
    ['<press entr>', '1:12', /no key is called "entr"/],
    ['<bs*0>', '1:6', /0 times is no press/],
    ['<enter every 1s>', '1:16', /every needs \*COUNT or until/],
    ['<screenshot a.gif>', '1:1', /cannot write "\.gif" pictures/],
    ['<click here>', '1:8', /wanted a position such as 10,20/],
    ['<if "a">x', '1:1', /<if "a"> has no <endif>/],
    ['x<else>', '1:2', /<else> belongs to no <if …>/],
    ['<if "a"><else><else><endif>', '1:15', /<else> belongs to no/],
    ['<endif>', '1:1', /<endif> belongs to no/],
    ['<goto x>', '1:1', /there is no <label x>/],
    ['<label x>\n<label x>', '2:1', /there are two labels "x"/],
    ['a<# b', '1:2', /the comment <# has no closing #>/],
    ['a${nmae}', '1:2', /the variable nmae has no value; did you mean name\?/],
    ['{{ .Other }}', '1:1', /the variable Other has no value/],
    ['a ${', '1:3', /\$\{ begins no \$\{name\}/],
    ['{{ build `ID` }}', '1:1', /\{\{ begins no/],
    ['<wait-text "${pw}">', '1:13', /a secret can be typed, not used inside a tag/],
    ['a\u0001', '1:2', /control character U\+0001\) has no key/],
    ['["a" "b"]', '1:6', /wanted , or \] after a string/],
    ['["a', '1:4', /the string has no end in its line/],
    ['["a\\q"]', '1:4', /there is no escape \\q/],
    ['["a"] x', '1:7', /something follows the end of the list/],
    ['["a", 5]', '1:7', /wanted a string in double quotes/],
  ])('%s', (script, place, problem) => {
    const variables = { name: 'x', pw: { secret: 'secret' } };
    try {
      parseBootCommand(script, { variables });
    } catch (error) {
      const { place: at } = error as { place: { line: number; column: number } };
      expect(`${at.line}:${at.column}`).toBe(place);
      expect(error).toMatchObject({ name: 'ScriptError', code: 'BAD_SCRIPT', message: expect.stringMatching(problem) });
      expect((error as Error).message).not.toContain('\n');
      return;
    }
    expect.unreachable('it was accepted');
  });

  test('a script that is too long', () => {
    expect(() => parseBootCommand('x'.repeat(200_000))).toThrow(/200000 characters, the limit is 131072/);
  });

  test('a long script is read in no time', () => {
    const started = performance.now();
    expect(parseBootCommand('<up>'.repeat(30_000))).toHaveLength(30_000);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
