// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the language under test
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseStepsDocument } from '../../../src/automation/boot-command/steps-document.ts';

const SCHEMA = path.join(import.meta.dirname, '../../../docs/schema/steps.schema.json');
const bySchema = new Ajv2020({ allErrors: false, strict: false }).compile(JSON.parse(readFileSync(SCHEMA, 'utf8')));

const variables = { name: 'x', pw: { secret: 'secret' } };
const accepted = async (text: string) => {
  try {
    await parseStepsDocument(text, { variables });
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'BAD_SCRIPT' });
    return false;
  }
};

describe('what is understood', () => {
  test.each<[yaml: string, step: unknown]>([
    ['- type: "<enter> ${pw}\\n"', { action: 'type', text: '<enter> secret\n', secrets: ['secret'] }],
    ['- boot: <enter>', { action: 'press', chord: 'enter' }],
    ['- <enter>', { action: 'press', chord: 'enter' }],
    ['- press: ctrl+alt+del', { action: 'press', chord: 'ctrl+alt+del' }],
    ['- {press: f8, times: 20, every: 250ms, hold: 0.1}', { times: 20, everyMs: 250, holdMs: 100 }],
    [
      '- press: enter\n  until: {text: Setup}\n  for: 30s\n  every: 1',
      { until: { is: 'text', pattern: 'Setup' }, forMs: 30_000, everyMs: 1000 },
    ],
    ['- pause: 1m30s', { action: 'pause', ms: 90_000 }],
    [
      '- {wait: {text: /login:$/m}, timeout: 5m}',
      { condition: { is: 'text', pattern: /login:$/m }, timeoutMs: 300_000 },
    ],
    ['- wait: {not: {image: a.png}}', { condition: { is: 'not', condition: { is: 'image', file: 'a.png' } } }],
    ['- wait: {stable: 2}', { condition: { is: 'stable', quietMs: 2000 } }],
    ['- wait: {change: true}', { condition: { is: 'change' } }],
    ['- wait: {non-blank: true}', { condition: { is: 'non-blank' } }],
    ['- screenshot: ${name}.png', { action: 'screenshot', file: 'x.png' }],
    ['- {click: "10,20", button: right, count: 2}', { at: { x: 10, y: 20 }, button: 'right', count: 2 }],
    ['- {click: {text: OK}, timeout: 3}', { at: { is: 'text', pattern: 'OK' }, timeoutMs: 3000 }],
    ['- move: "0,0"', { action: 'move', to: { x: 0, y: 0 } }],
    ['- paste: hello', { action: 'paste', text: 'hello' }],
    [
      '- if: {text: x}\n  within: 5s\n  steps: [<enter>]\n  else: [{fail: no}]',
      { action: 'if', withinMs: 5000, steps: [{ action: 'press' }], otherwise: [{ action: 'fail', message: 'no' }] },
    ],
    ['steps: [{label: a}, {goto: a}]', { action: 'label', label: 'a' }],
  ])('%s', async (yaml, step) => {
    const [first] = await parseStepsDocument(yaml, { variables });
    expect(first).toMatchObject(step as object);
    expect(bySchema(parse(yaml)), JSON.stringify(bySchema.errors)).toBe(true);
  });

  test('JSON is YAML', async () => {
    const text = JSON.stringify(['root<enter>', { wait: { text: 'Password:' } }]);
    expect(await parseStepsDocument(text)).toMatchObject([
      { action: 'type', text: 'root', place: { line: 1, column: 3 } },
      { action: 'press', place: { line: 1, column: 7 } },
      { action: 'wait', place: { line: 1, column: 16 } },
    ]);
  });
});

describe('what is refused, with its place', () => {
  test.each<[yaml: string, place: string, problem: RegExp]>([
    ['a: [', '1:5', /no YAML/],
    ['steps:\n- clik: "1,2"', '2:3', /there is no "clik"; did you mean click\?/],
    ['- {type: a, press: b}', '1:3', /type and press are two steps/],
    ['- {type: a, timeout: 3}', '1:22', /timeout: does not go with type/],
    ['- {timeout: 3}', '1:3', /wanted one of boot, type/],
    ['- 5', '1:3', /wanted a mapping/],
    ['5', '1:1', /wanted a mapping with steps/],
    ['{}', '1:1', /steps is missing/],
    ['- press: entr', '1:10', /no key is called "entr"/],
    ['- type: "\\u0001"', '1:9', /control character/],
    ['- pause: 0', '1:10', /longer than 0/],
    ['- pause: soon', '1:10', /wanted 500ms, 10s/],
    ['- wait: {}', '1:9', /wanted one of text, image/],
    ['- wait: {text: a, change: true}', '1:9', /wanted one of text, image/],
    ['- wait: {text: 5}', '1:16', /wanted a text; quote it/],
    ['- wait: {text: /(/}', '1:16', /no regular expression/],
    ['- wait: {change: false}', '1:18', /wanted true/],
    ['- wait: {text: "${pw}"}', '1:16', /a secret can be typed, nothing else/],
    ['- screenshot: a.gif', '1:15', /cannot write/],
    ['- click: here', '1:10', /wanted a position/],
    ['- click: {stable: 5}', '1:10', /wanted "X,Y", text or image/],
    ['- {click: "1,2", button: lft}', '1:26', /wanted one of left/],
    ['- {press: a, times: 0}', '1:21', /wanted a whole number/],
    ['- {press: a, every: 1}', '1:21', /needs times or until/],
    ['- {press: a, times: 2, for: 1}', '1:29', /needs until/],
    ['- if: {text: a}', '1:7', /steps is missing/],
    ['- goto: x', '1:3', /there is no <label x>/],
    ['- a<wait0>', '1:4', /longer than 0/],
    ['- |\n  x\n  y<wait0>', '1:3', /longer than 0/],
    ['- type: ${nmae}', '1:9', /did you mean name\?/],
    ['- &a x\n- *a', '2:3', /aliases/],
  ])('%s', async (yaml, place, problem) => {
    const error = await parseStepsDocument(yaml, { name: 'x.yaml', variables }).catch((thrown) => thrown);
    expect(error).toMatchObject({ name: 'ScriptError', code: 'BAD_SCRIPT', message: expect.stringMatching(problem) });
    expect(error.message.startsWith(`x.yaml:${place}: `), error.message).toBe(true);
  });
});

test('the schema accepts what the parser does, and no other structure', async () => {
  const scalar = fc.constantFrom<unknown>('a', '1s', '10,20', '', 0, 1, 5, true, null, '/x/', 'enter', 'left');
  const condition = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.dictionary(fc.constantFrom('text', 'image', 'stable', 'change', 'non-blank', 'nope'), scalar, {
        maxKeys: 2,
      }),
    },
    { weight: 1, arbitrary: fc.record({ not: fc.record({ text: scalar }) }) },
    { weight: 1, arbitrary: scalar },
  );
  const { steps } = fc.letrec((tie) => ({
    step: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom('a', '<enter>'),
      fc.record(
        {
          press: fc.constantFrom('enter', 'ctrl+c'),
          times: scalar,
          every: scalar,
          until: condition,
          for: scalar,
          hold: scalar,
        },
        { requiredKeys: ['press'] },
      ),
      fc.record({ wait: condition, timeout: scalar }, { requiredKeys: ['wait'] }),
      fc.record({ click: fc.oneof(condition, scalar), button: scalar, count: scalar }, { requiredKeys: ['click'] }),
      fc.record({ if: condition, steps: tie('steps'), else: tie('steps') }, { requiredKeys: ['if'] }),
      fc.dictionary(fc.constantFrom('type', 'boot', 'pause', 'move', 'paste', 'fail', 'label', 'nope'), scalar, {
        maxKeys: 2,
      }),
      scalar,
    ),
    steps: fc.array(tie('step'), { maxLength: 3 }),
  }));
  let [both, none] = [0, 0];
  await fc.assert(
    fc.asyncProperty(steps, async (document) => {
      const json = JSON.stringify(document);
      // Labels that are there twice are no matter of structure.
      fc.pre((json.match(/"label"/g) ?? []).length < 2);
      const verdict = await accepted(json);
      expect(bySchema(document), `${json} ${JSON.stringify(bySchema.errors)}`).toBe(verdict);
      if (verdict) both++;
      else none++;
    }),
    { numRuns: 1500 },
  );
  expect(both).toBeGreaterThan(100);
  expect(none).toBeGreaterThan(100);
});
