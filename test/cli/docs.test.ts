import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { targetFields } from '../../src/cli/config-file.ts';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { createProgram } from '../../src/cli/program.ts';

const read = (file: string) => readFileSync(path.join(import.meta.dirname, '../..', file), 'utf8');
const cli = read('docs/cli.md');
const { commands } = createProgram({ interrupted: new AbortController().signal, succeedWith: () => {} });

/** The part of docs/cli.md below the heading of a command. */
function section(heading: string): string {
  const start = cli.indexOf(heading);
  expect(start, heading).toBeGreaterThan(0);
  const end = cli.slice(start + heading.length).search(/^##/m);
  return cli.slice(start, end < 0 ? undefined : start + heading.length + end);
}

describe('docs/cli.md', () => {
  const shared = section('## Options of every command that connects');

  test.each(commands.map((command) => [command.name(), command] as const))(
    '%s, with every option and an example',
    (name, command) => {
      const own = section(`### ${name} `);
      expect(own).toContain(`    rfbctl ${name} `.replace('completion ', 'completion fish').trimEnd());
      for (const { short, long } of command.options) {
        for (const flag of [short, long]) if (flag) expect(own + shared).toMatch(new RegExp(`\`${flag}[ \`]`));
      }
    },
  );

  test('says nothing of options that do not exist', () => {
    const known = commands.flatMap(({ options }) => options.flatMap(({ short, long }) => [short, long]));
    known.push('-h', '--help', '--version', '--', '-vv');
    for (const [, flag] of cli.matchAll(/`(-[\w-]+)/g)) expect(known).toContain(flag);
  });

  test('every field of the configuration file, every exit code, every variable', () => {
    for (const field of targetFields) expect(section('## Configuration file')).toContain(`\`${field}\``);
    for (const code of Object.values(EXIT)) expect(section('## Exit codes')).toMatch(new RegExp(`\\| ${code} \\|`));
    for (const [variable] of read('src/cli/settings.ts').matchAll(/RFBCTL_\w+/g))
      expect(cli).toContain(`\`${variable}\``);
  });
});

test('docs/errors.md has every code once, and no other', () => {
  const source = read('src/rfb/errors.ts');
  const [union = ''] = /type RfbErrorCode =[\s\S]*?;/.exec(source) ?? [];
  const codes = [...union.matchAll(/'(\w+)'/g)].map(([, code]) => code);
  expect(codes.length).toBeGreaterThan(20);
  const documented = [...read('docs/errors.md').matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code);
  expect([...documented].sort()).toEqual([...codes].sort());
});
