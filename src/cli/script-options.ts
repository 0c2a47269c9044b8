import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { KeyTiming } from '../automation/boot-command/key-timing.ts';
import type { Dialect } from '../automation/boot-command/parser.ts';
import type { ScriptVariable, ScriptVariables } from '../automation/boot-command/variables.ts';
import { UsageError } from '../rfb/errors.ts';
import { badOption, parseDuration } from './arguments.ts';
import { addKeyOptions, type KeyFlags, keyOptions } from './key-options.ts';

export type Definition = readonly [name: string, value: string];

/** What scripts are read and timed with. */
export interface ScriptFlags extends KeyFlags {
  readonly command?: string;
  readonly var?: readonly Definition[];
  readonly secretVar?: readonly Definition[];
  readonly packer?: boolean;
  readonly keyInterval?: number;
  readonly waitTimeout?: number;
}

export function addScriptOptions(command: Command): Command {
  return addKeyOptions(
    addVariableOptions(command.option('-c, --command <script>', 'the script itself, in place of a file'), 'the script')
      .option('--packer', 'exactly packer’s language, without the tags that it does not have')
      .option(
        '--key-interval <duration>',
        'as packer’s boot_key_interval, for each key event (default: by --rate)',
        parseDuration,
      )
      .option('--wait-timeout <duration>', 'of waits that say nothing else (default: 60s)', parseDuration),
  );
}

/** `--var` and `--secret-var`, for `scriptVariables`. */
export function addVariableOptions(command: Command, whose: 'the script' | 'the steps'): Command {
  return command
    .option('--var <name=value>', `what a variable of ${whose} stands for, may be repeated`, collectDefinitions)
    .option(
      '--secret-var <name=source>',
      'the same from a file’s first line, or env:NAME; never shown',
      collectDefinitions,
    );
}

/** How the keys of a script are timed. */
export function scriptTiming(flags: ScriptFlags): KeyTiming & { readonly waitTimeoutMs: number | undefined } {
  const { rate, keyInterval, waitTimeout } = flags;
  if (rate !== undefined && keyInterval !== undefined) throw badOption('--rate and --key-interval exclude each other');
  return { ...keyOptions(flags), keyIntervalMs: keyInterval, waitTimeoutMs: waitTimeout };
}

export interface Script {
  readonly text: string;
  /** The file, for messages. */
  readonly name: string | undefined;
  /** Steps as YAML or JSON. */
  readonly document: boolean;
}

/** The script of the command line. `stdin` reads what `-` stands for. @throws UsageError */
export async function readScript(
  given: string | undefined,
  { command, packer }: ScriptFlags,
  stdin: () => Promise<string>,
): Promise<Script> {
  if (command !== undefined && given !== undefined) throw badOption('a file and --command: the script is one of them');
  if (command !== undefined) return { text: command, name: undefined, document: false };
  if (given === undefined)
    throw badOption('the script is missing: name a file, - for standard input, or use --command');
  if (given === '-') return { text: await stdin(), name: 'standard input', document: false };
  const document = /\.(?:ya?ml|json)$/i.test(given);
  if (document && packer) throw badOption(`--packer: ${given} is a list of steps, not a boot command of packer’s`);
  return { text: await readText('the script', given), name: given, document };
}

/** @throws UsageError */
export async function readText(what: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new UsageError('BAD_OPTION', `${what} ${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`, {
      cause,
    });
  }
}

export function dialectOf({ packer }: ScriptFlags): Dialect {
  return packer ? 'packer' : 'rfbctl';
}

/** @throws UsageError */
export async function scriptVariables({
  var: plain = [],
  secretVar: secret = [],
}: ScriptFlags): Promise<ScriptVariables> {
  const variables = new Map<string, ScriptVariable>(plain);
  for (const [name, source] of secret) {
    if (variables.has(name)) throw badOption(`--secret-var ${name} is there twice, or as --var too`);
    variables.set(name, { secret: await readSecret(name, source) });
  }
  return Object.fromEntries(variables);
}

async function readSecret(name: string, source: string): Promise<string> {
  try {
    return await secretFrom(source);
  } catch (error) {
    throw error instanceof UsageError ? badOption(`--secret-var ${name}: ${error.message}`) : error;
  }
}

/** The first line of a file, or the variable of `env:NAME`. @throws UsageError */
export async function secretFrom(source: string): Promise<string> {
  const variable = /^env:(.+)$/.exec(source)?.[1];
  const text = variable === undefined ? await readText('the secret', source) : (process.env[variable] ?? '');
  const [line = ''] = text.split(/\r?\n/, 1);
  if (line === '') throw badOption(`${source} is empty, wanted the secret`);
  return line;
}

function collectDefinitions(text: string, before: readonly Definition[] = []): readonly Definition[] {
  const [, name, value] = /^([A-Za-z_][\w.-]*)=(.*)$/s.exec(text) ?? [];
  // What has no name may be the value of a secret.
  if (name === undefined || value === undefined) throw badOption('one of them is no NAME=VALUE');
  return [...before, [name, value]];
}
