import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseBootCommand } from '../../../src/automation/boot-command/parser.ts';
import { parseStepsDocument } from '../../../src/automation/boot-command/steps-document.ts';
import { vdoCommandNames } from '../../../src/automation/boot-command/vdo.ts';
import { createProgram } from '../../../src/cli/program.ts';

const text = readFileSync(path.join(import.meta.dirname, '../../../docs/boot-command.md'), 'utf8');
const variables = { HTTPIP: '192.0.2.1', name: 'x', password: 'x' };

/** Of the table under a heading, what stands in backquotes in the first column. */
function tagsOf(heading: string): string[] {
  const [, section = ''] = text.split(`## ${heading}\n`);
  const rows = section.split('\n## ')[0]?.match(/^\| .*?(?= \| )/gm) ?? [];
  return rows.flatMap((row) =>
    Array.from(row.matchAll(/``(.+?)``|`(.+?)`/g), ([, long, short]) => (long ?? short ?? '').trim()),
  );
}

test('every tag that it shows is one', () => {
  const tags = [...tagsOf("packer's part"), ...tagsOf('More')];
  expect(tags.length).toBeGreaterThan(50);
  for (const tag of tags) {
    if (/^(?:Ctrl|Alt|Super|Meta|Command|Option|<<enter>|<if|<else>|<endif>|\$\{|\$\$|\{\{|<# )/.test(tag)) continue;
    const script = tag.startsWith('<goto') ? `${tag}<label again>` : tag;
    const [step] = parseBootCommand(script, { variables });
    expect(step?.action, tag).not.toBe('type');
  }
});

test('its scripts and steps are read', async () => {
  const [, script = ''] = /\n```\n([\s\S]*?)```/.exec(text) ?? [];
  expect(parseBootCommand(script, { variables }).map(({ action }) => action)).toContain('if');
  const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(text) ?? [];
  expect(await parseStepsDocument(yaml, { variables })).toHaveLength(9);
});

test('the help of vdo lists every word', () => {
  const program = createProgram({ interrupted: new AbortController().signal, succeedWith: () => {} });
  let help = '';
  const vdo = program.commands.find((command) => command.name() === 'vdo');
  vdo
    ?.configureOutput({
      writeOut: (part) => {
        help += part;
      },
    })
    .outputHelp();
  const shortNames = new Set(['kdown', 'kup', 'mousemove', 'mdown', 'mup', 'sleep']);
  for (const word of vdoCommandNames) if (!shortNames.has(word)) expect(help).toMatch(new RegExp(`\\b${word}\\b`));
});
