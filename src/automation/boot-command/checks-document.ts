import { UsageError } from '../../rfb/errors.ts';
import { accidentalTag } from './accidental-tag.ts';
import { checkLabels } from './parser.ts';
import type { ScriptSource } from './script-source.ts';
import type { Place, Step } from './step.ts';
import { readYaml, StepsReader } from './steps-document.ts';
import { type ScriptVariable, type ScriptVariables, Variables } from './variables.ts';
import type { YamlFile, YamlValue } from './yaml-fields.ts';

/** One machine, what is done with it and what it is to show. */
export interface Check {
  readonly name: string;
  readonly target: string;
  readonly place: Place;
  readonly connection: CheckConnection;
  readonly steps: readonly Step[];
}

/** What would be options on the command line. */
export interface CheckConnection {
  readonly username?: string;
  readonly passwordFile?: string;
  readonly passwordEnv?: string;
  readonly passwordCommand?: string;
  /** For all of the check. */
  readonly timeoutMs?: number;
  readonly connectTimeoutMs?: number;
  readonly retryConnectMs?: number;
  /** Of waits that say nothing else. */
  readonly waitTimeoutMs?: number;
}

/** Where a secret is. */
export type SecretSource = { readonly env: string } | { readonly file: string };

export interface ChecksDocumentOptions {
  /** Of the file, for messages. */
  readonly name?: string | undefined;
  /** Those of the command line: they go before the file's. */
  readonly variables?: ScriptVariables | undefined;
  /** Fetches a secret. @throws UsageError */
  readonly readSecret: (source: SecretSource) => Promise<string>;
}

const TEXTS = ['username', 'passwordFile', 'passwordEnv', 'passwordCommand'] as const;
const DURATIONS = ['timeout', 'connectTimeout', 'retryConnect', 'waitTimeout'] as const;
const DEFAULTS = [...TEXTS, ...DURATIONS, 'vars'] as const;
const FIELDS = ['name', 'target', 'steps', 'expect', ...DEFAULTS] as const;

type Fields = ReadonlyMap<(typeof FIELDS)[number], YamlValue>;

/**
 * Parses checks as YAML or JSON (docs/schema/checks.schema.json). In the steps of a check, `${name}` and `${target}` are its own.
 * @throws UsageError `BAD_SCRIPT` with line and column
 */
export async function parseChecksDocument(text: string, options: ChecksDocumentOptions): Promise<readonly Check[]> {
  const { file, root } = await readYaml(text, options.name);
  const fields = root.fields(['defaults', 'checks']);
  const defaults: Fields = fields.get('defaults')?.fields(DEFAULTS) ?? new Map();
  const list = fields.get('checks');
  if (!list) throw root.error('checks is missing');
  const items = list.list();
  if (items.length === 0) throw list.error('there is none');
  const names = new Set<string>();
  const checks: Check[] = [];
  for (const item of items) {
    const check = await readCheck(file, item, defaults, options);
    if (names.has(check.name)) throw item.error(`another check is called ${JSON.stringify(check.name)}, too`);
    names.add(check.name);
    checks.push(check);
  }
  return checks;
}

async function readCheck(
  file: YamlFile,
  item: YamlValue,
  defaults: Fields,
  { variables = {}, readSecret }: ChecksDocumentOptions,
): Promise<Check> {
  const own: Fields = item.fields(FIELDS);
  const name = required(item, own, 'name');
  const target = required(item, own, 'target');
  const vars = {
    ...(await readVariables(defaults.get('vars'), readSecret)),
    ...(await readVariables(own.get('vars'), readSecret)),
  };
  const all = Variables.of({ ...vars, ...variables, name, target });
  const reader = new StepsReader(file, { variables: all, onLiteral: refuseAccident });
  const steps = own.has('steps') ? reader.steps(own.get('steps') ?? item) : [];
  checkLabels(steps);
  const expectations =
    own
      .get('expect')
      ?.list()
      .map((value) => expectation(reader, value)) ?? [];
  if (steps.length + expectations.length === 0) throw item.error('nothing is checked: give steps or expect');
  // One source of the password goes before all of those in the defaults.
  const secretive = TEXTS.filter((field) => field.startsWith('password'));
  const others = secretive.some((field) => own.has(field)) ? secretive : [];
  const merged: Fields = new Map([...[...defaults].filter(([field]) => !others.some((one) => one === field)), ...own]);
  return { name, target, place: item.place, connection: connectionOf(merged), steps: [...steps, ...expectations] };
}

/** No packer has ever typed these files: what looks like a tag and is none is a mistake. @throws ScriptError */
function refuseAccident(source: ScriptSource, character: string, index: number): void {
  const accident = character === '<' ? accidentalTag(source.text, index, 'rfbctl') : undefined;
  if (!accident) return;
  const { written, suggestion } = accident;
  const meant = suggestion === undefined ? '' : `did you mean ${suggestion}? `;
  throw source.error(index, `${written} is no tag: ${meant}a step {type: …} types it as it is`);
}

function expectation(reader: StepsReader, value: YamlValue): Step {
  const condition = reader.condition(value);
  const [written = ''] = value.written.split('\n', 1);
  return { action: 'wait', condition, place: value.place, source: `expect: ${written.trimEnd()}` };
}

function connectionOf(fields: Fields): CheckConnection {
  const texts = TEXTS.flatMap((field) => {
    const value = fields.get(field);
    return value ? [[field, textOf(value)]] : [];
  });
  const durations = DURATIONS.flatMap((field) => {
    const value = fields.get(field);
    return value ? [[`${field}Ms`, limitOf(value, field)]] : [];
  });
  return Object.fromEntries([...texts, ...durations]);
}

function limitOf(value: YamlValue, field: string): number {
  const ms = value.duration();
  if (ms === 0 && field !== 'retryConnect') throw value.error('0 leaves no time');
  return ms;
}

async function readVariables(
  value: YamlValue | undefined,
  readSecret: ChecksDocumentOptions['readSecret'],
): Promise<ScriptVariables> {
  const variables: Record<string, ScriptVariable> = {};
  for (const [name, field] of value?.entries() ?? []) {
    if (!/^[A-Za-z_][\w.-]*$/.test(name)) throw field.error('a variable begins with a letter and has no blanks');
    if (field.isText) {
      variables[name] = field.text();
      continue;
    }
    const fields = field.fields(['env', 'file']);
    const [[source, where] = [], another] = [...fields];
    if (!source || !where || another) throw field.error('wanted a text, {env: NAME} or {file: NAME}');
    variables[name] = { secret: await secretOf(where, { [source]: textOf(where) } as SecretSource, readSecret) };
  }
  return variables;
}

async function secretOf(
  where: YamlValue,
  source: SecretSource,
  readSecret: ChecksDocumentOptions['readSecret'],
): Promise<string> {
  try {
    return await readSecret(source);
  } catch (error) {
    throw error instanceof UsageError ? where.error(error.message) : error;
  }
}

function required(item: YamlValue, fields: Fields, field: 'name' | 'target'): string {
  const value = fields.get(field);
  if (!value) throw item.error(`${field} is missing`);
  return textOf(value);
}

function textOf(value: YamlValue): string {
  const text = value.text();
  if (text === '') throw value.error('is empty');
  return text;
}
