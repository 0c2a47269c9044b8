// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the language under test
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseChecksDocument, type SecretSource } from '../../../src/automation/boot-command/checks-document.ts';
import { UsageError } from '../../../src/rfb/errors.ts';

const ROOT = path.join(import.meta.dirname, '../../..');
const schemaOf = (name: string) => JSON.parse(readFileSync(path.join(ROOT, `docs/schema/${name}.schema.json`), 'utf8'));
const bySchema = new Ajv2020({ strict: false }).compile(schemaOf('checks'));

const readSecret = async (source: SecretSource) => {
  if ('env' in source && source.env === 'NONE') throw new UsageError('BAD_OPTION', 'env:NONE is empty');
  return `secret of ${JSON.stringify(source)}`;
};
const read = (text: string, variables = {}) => parseChecksDocument(text, { name: 'c.yaml', variables, readSecret });
/** A file with one check of these fields. */
const one = (fields: string) => read(`checks:\n- {name: a, target: "demo:", ${fields}}`);

describe('what is understood', () => {
  test('steps, then what is expected', async () => {
    const [check] = await one('steps: [a<enter>, {press: f8}], expect: [{text: /x/i}, {not: {image: p.png}}]');
    expect(check?.steps.map(({ action }) => action)).toEqual(['type', 'press', 'press', 'wait', 'wait']);
    expect(check?.steps.at(-2)).toMatchObject({
      condition: { is: 'text', pattern: /x/i },
      source: 'expect: {text: /x/i}',
    });
    expect(check).toMatchObject({ name: 'a', target: 'demo:', place: { file: 'c.yaml', line: 2, column: 3 } });
  });

  test('variables: of the command line before those of the check before the defaults; its name and target', async () => {
    const text = `
defaults: {vars: {a: default, b: default, c: default}}
checks:
- {name: n, target: t, vars: {b: own, c: own}, steps: [{type: "\${a} \${b} \${c} \${name} \${target}"}]}`;
    const [check] = await read(text, { c: 'line' });
    expect(check?.steps[0]).toMatchObject({ text: 'default own line n t', secrets: [] });
  });

  test('what is to be typed and looks like a tag', async () => {
    const [check] = await one('steps: [{type: "<entr>"}]');
    expect(check?.steps).toMatchObject([{ action: 'type', text: '<entr>' }]);
  });

  test('secrets, which stay apart', async () => {
    const [check] = await one('vars: {p: {env: PW}, q: {file: f}}, steps: [{type: "${p}${q}"}]');
    const secrets = ['secret of {"env":"PW"}', 'secret of {"file":"f"}'];
    expect(check?.steps[0]).toMatchObject({ text: secrets.join(''), secrets });
  });

  test('how to connect; a password of its own leaves out that of the defaults', async () => {
    const text = `
defaults: {username: root, passwordFile: all.secret, timeout: 5m, retryConnect: 0}
checks:
- {name: a, target: t, expect: [{stable: 1s}], connectTimeout: 500ms}
- {name: b, target: t, expect: [{stable: 1s}], passwordEnv: PW, waitTimeout: 1m30s, timeout: 9}`;
    const checks = await read(text);
    expect(checks.map(({ connection }) => connection)).toEqual([
      { username: 'root', passwordFile: 'all.secret', timeoutMs: 300_000, retryConnectMs: 0, connectTimeoutMs: 500 },
      { username: 'root', passwordEnv: 'PW', timeoutMs: 9000, retryConnectMs: 0, waitTimeoutMs: 90_000 },
    ]);
  });
});

describe('what is not, with line and column', () => {
  const CASES: readonly (readonly [what: string, yaml: string, message: RegExp, schemaSees: boolean])[] = [
    ['no mapping', '- a', /^c\.yaml:1:1: wanted a mapping with defaults, checks$/, true],
    ['nothing', '', /^c\.yaml:1:1: wanted a mapping/, true],
    ['no checks', 'defaults: {}', /^c\.yaml:1:1: checks is missing$/, true],
    ['none', 'checks: []', /^c\.yaml:1:9: checks: there is none$/, true],
    ['a broken file', 'checks: [', /^c\.yaml:\d+:\d+: no YAML: /, true],
    [
      'an unknown field',
      'checks: [{name: a, target: b, stepz: []}]',
      /^c\.yaml:1:31: checks\[0\]: there is no "stepz"; did you mean steps\?$/,
      true,
    ],
    [
      'a password',
      'checks: [{name: a, target: b, password: x, expect: [{change: true}]}]',
      /there is no "password"; /,
      true,
    ],
    [
      'no name',
      'checks: [{target: b, expect: [{change: true}]}]',
      /^c\.yaml:1:10: checks\[0\]: name is missing$/,
      true,
    ],
    ['no target', 'checks: [{name: b, expect: [{change: true}]}]', /target is missing/, true],
    ['an empty name', 'checks: [{name: "", target: b, expect: [{change: true}]}]', /checks\[0\]\.name: is empty/, true],
    [
      'a number for a name',
      'checks: [{name: 7, target: b, expect: [{change: true}]}]',
      /wanted a text; quote it/,
      true,
    ],
    ['nothing to check', 'checks: [{name: a, target: b}]', /nothing is checked: give steps or expect/, true],
    [
      'two of a name',
      'checks: [{name: a, target: b, expect: [{change: true}]}, {name: a, target: c, expect: [{change: true}]}]',
      /^c\.yaml:1:\d+: checks\[1\]: another check is called "a", too$/,
      false,
    ],
    [
      'a bad step',
      'checks:\n- {name: a, target: b, steps: [{prss: f8}]}',
      /^c\.yaml:2:33: checks\[0\]\.steps\[0\]: there is no "prss"; did you mean press\?$/,
      true,
    ],
    [
      'a bad boot command',
      'checks:\n- name: a\n  target: b\n  steps:\n    - ls<entr>',
      /^c\.yaml:5:9: <entr> is no tag: did you mean <enter>\? a step \{type: …\} types it as it is$/,
      false,
    ],
    ['a label that is missing', 'checks: [{name: a, target: b, steps: [{goto: x}]}]', /^c\.yaml:1:\d+: .*x/, false],
    [
      'a bad condition',
      'checks: [{name: a, target: b, expect: [{txt: x}]}]',
      /expect\[0\]: there is no "txt"; did you mean text\?/,
      true,
    ],
    ['a bad expression', 'checks: [{name: a, target: b, expect: [{text: /(/}]}]', /no regular expression/, false],
    [
      'no time',
      'checks: [{name: a, target: b, timeout: 0, expect: [{change: true}]}]',
      /checks\[0\]\.timeout: 0 leaves no time/,
      false,
    ],
    [
      'no duration',
      'checks: [{name: a, target: b, timeout: soon, expect: [{change: true}]}]',
      /checks\[0\]\.timeout: wanted 500ms/,
      true,
    ],
    [
      'an unknown variable',
      'checks: [{name: a, target: b, steps: [{type: "${nme}"}]}]',
      /the variable nme has no value; did you mean name\?/,
      false,
    ],
    [
      'a bad variable',
      'checks: [{name: a, target: b, vars: {x: 1}, expect: [{change: true}]}]',
      /vars\.x: wanted a mapping with env, file/,
      true,
    ],
    [
      'a secret that is not there',
      'checks: [{name: a, target: b, vars: {x: {env: NONE}}, expect: [{change: true}]}]',
      /^c\.yaml:1:\d+: checks\[0\]\.vars\.x\.env: env:NONE is empty$/,
      false,
    ],
  ];

  test.each(CASES)('%s', async (_what, yaml, message, schemaSees) => {
    await expect(read(yaml)).rejects.toMatchObject({ code: 'BAD_SCRIPT', message: expect.stringMatching(message) });
    let document: unknown;
    try {
      document = parse(yaml);
    } catch {
      return;
    }
    expect(bySchema(document)).toBe(!schemaSees);
  });
});

describe('docs/schema/checks.schema.json', () => {
  test('has the steps of the other schema', () => {
    expect(schemaOf('checks').$defs).toMatchObject(schemaOf('steps').$defs);
  });

  test('accepts what is documented, and so does the parser', async () => {
    const document = readFileSync(path.join(ROOT, 'docs/checks.md'), 'utf8');
    const [, yaml = ''] = /<!-- checked -->\n```yaml\n([\s\S]*?)```/.exec(document) ?? [];
    expect(bySchema(parse(yaml)), JSON.stringify(bySchema.errors)).toBe(true);
    expect(await read(yaml)).toHaveLength(3);
  });
});
