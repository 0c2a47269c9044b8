// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the language under test
import { describe, expect, test } from 'vitest';
import { lintBootCommand, lintStepsDocument } from '../../../src/automation/boot-command/lint.ts';
import type { Dialect } from '../../../src/automation/boot-command/parser.ts';

/** `line:column suggestion` of each finding. */
const found = (script: string, dialect: Dialect = 'rfbctl') =>
  lintBootCommand(script, { dialect }).findings.map(
    ({ place, suggestion }) => `${place.line}:${place.column} ${suggestion}`,
  );

describe('typed by accident', () => {
  test.each([
    ['<Wait5>', '<wait5>'],
    ['<WAIT>', '<wait>'],
    ['<wait05>', '<wait5>'],
    ['<wait1.5>', '<wait1.5s>'],
    ['<wait 5>', '<wait5>'],
    ['<wait5sec>', '<wait5s>'],
    ['<wait2Minutes>', '<wait2m>'],
    ['<wait5parsecs>', 'undefined'],
    ['<wait5s', '<wait5s>'],
    ['<f13>', '<press f13>'],
    ['<f99>', 'undefined'],
    ['<entr>', '<enter>'],
    ['<retrun>', '<return>'],
    ['<enter >', '<enter>'],
    ['</enter>', '<enter>'],
    ['<enter', '<enter>'],
    ['<leftSihftOn>', '<leftShiftOn>'],
    ['<ctrlOn>', '<leftCtrlOn>'],
    ['<backspace>', '<bs>'],
    ['<escape>', '<esc>'],
    ['<space>', '<spacebar>'],
    ['<pgup>', '<pageUp>'],
    ['<win>', '<leftSuper>'],
    ['<numlock>', '<press numlock>'],
    ['<bs99>', '<bs*99>'],
    ['<ctrl-c>', '<ctrl+c>'],
    ['<Wait-Text "x">', '<wait-text "x">'],
    ['<screenshoot a.png>', '<screenshot a.png>'],
  ])('%s', (tag, suggestion) => {
    expect(found(`ab${tag}`)).toEqual([`1:3 ${suggestion}`]);
  });

  test.each([
    ['<ctrl+c>', '<leftCtrlOn>c<leftCtrlOff>'],
    ['<ctrl+alt+del>', '<leftCtrlOn><leftAltOn><del><leftAltOff><leftCtrlOff>'],
    ['<bs*20>', '<bs> 20 times'],
    ['<shift+f10>', '<leftShiftOn><f10><leftShiftOff>'],
    ['<press f13>', 'undefined'],
    ['<f13>', 'undefined'],
    ['<wait-text "x">', 'undefined'],
    ['<else>', 'undefined'],
    ['<ctrl-c>', '<leftCtrlOn>c<leftCtrlOff>'],
    ['<Wait5>', '<wait5>'],
  ])('by packer: %s', (tag, suggestion) => {
    expect(found(tag, 'packer')).toEqual([`1:1 ${suggestion}`]);
  });

  test.each<Dialect>(['rfbctl', 'packer'])('what is meant as text, in %s', (dialect) => {
    for (const text of [
      '<foo>',
      '<p>',
      '<b>x</b>',
      '<table>',
      'a<b',
      'cat <<EOF',
      '<html>',
      '1 < 2 > 1',
      '<',
      '<>',
      '<title>',
    ])
      expect(found(text, dialect), text).toEqual([]);
    expect(found('<enter><wait5><f12><leftCtrlOn>c<leftCtrlOff>', dialect)).toEqual([]);
  });

  test('a tag that << makes text', () => {
    expect(found('<<enter>')).toEqual([]);
  });
});

test('keys that stay down, keys that were not', () => {
  expect(lintBootCommand('<leftCtrlOn>c').findings).toMatchObject([
    { rule: 'held-key', message: '<leftCtrlOn> is never released', suggestion: '<leftCtrlOff>' },
  ]);
  expect(lintBootCommand('<cOff>').findings).toMatchObject([{ rule: 'held-key', message: /./ }]);
  expect(found('<leftCtrlOn>c<LEFTCTRLOFF>')).toEqual([]);
});

test('line breaks in a list', () => {
  expect(lintBootCommand('["a\\nb",\n "c"]').findings).toMatchObject([
    { rule: 'line-break', place: { line: 1, column: 4 }, suggestion: '<enter>' },
  ]);
  expect(found('a\nb')).toEqual([]);
});

test('a script that cannot be run, after what was found before', () => {
  const { findings, estimate } = lintBootCommand('<entr>\n<wait0>', { name: 'x.boot' });
  expect(findings).toMatchObject([
    { rule: 'literal-tag', place: { file: 'x.boot', line: 1, column: 1 } },
    { rule: 'invalid', place: { file: 'x.boot', line: 2, column: 1 }, message: 'a wait must be longer than 0' },
  ]);
  expect(estimate).toBeUndefined();
});

test('variables need no value', () => {
  expect(lintBootCommand('${a}{{ .B }}${a}')).toMatchObject({ findings: [], variables: ['a', 'B'] });
});

describe('how long it takes', () => {
  const range = (script: string, options = {}) => {
    const { leastMs, mostMs } = lintBootCommand(script, options).estimate ?? { leastMs: -1, mostMs: -1 };
    return [Math.round(leastMs), Math.round(mostMs)];
  };

  test('waits', () => {
    expect(range('<wait5><wait1m>')).toEqual([65_000, 65_000]);
    expect(range('<wait-text "x">')).toEqual([0, 60_000]);
    expect(range('<wait-text "x">', { waitTimeoutMs: 1000 })).toEqual([0, 1000]);
    expect(range('<wait-stable 2s 5s>')).toEqual([2000, 5000]);
    expect(range('<enter until "x" every 2s for 10s>')).toEqual([0, 12_000]);
  });

  test('typing, by our pace and by packer’s', () => {
    const [least = 0] = range('a'.repeat(30));
    expect(least).toBeGreaterThan(900);
    expect(least).toBeLessThan(1100);
    const [packer = 0] = range('a'.repeat(30), { keyIntervalMs: 100 });
    expect(packer).toBeGreaterThan(5700);
    expect(packer).toBeLessThan(6100);
    expect(range('<enter>', { keyIntervalMs: 100 })).toEqual([200, 200]);
    expect(range('<ctrl+c>', { keyIntervalMs: 100 })).toEqual([400, 400]);
  });

  test('the shorter and the longer branch', () => {
    expect(range('<if "a"><wait1><else><wait5><endif>')).toEqual([1000, 5000]);
    expect(range('<if "a" 3s><wait1><endif>')).toEqual([0, 4000]);
  });

  test('loops have no most', () => {
    expect(lintBootCommand('<label a><wait1><goto a>').estimate?.loops).toBe(true);
    expect(lintBootCommand('<goto a><wait1><label a>').estimate?.loops).toBe(false);
  });
});

test('steps as YAML', async () => {
  const { findings } = await lintStepsDocument('- root<entr>\n- wait: {text: x}\n- boot: "a<Wait5>"\n');
  expect(findings.map(({ place, suggestion }) => [place.line, place.column, suggestion])).toEqual([
    [1, 7, '<enter>'],
    [3, 11, '<wait5>'],
  ]);
  expect((await lintStepsDocument('- clik: 1,2')).findings).toMatchObject([
    { rule: 'invalid', place: { line: 1, column: 3 } },
  ]);
});
