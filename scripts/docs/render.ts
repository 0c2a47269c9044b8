import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { tables } from './tables.ts';

/** Every document that may hold generated parts, by its path in the project. */
export function documents(root: string): string[] {
  return ['README.md', ...readdirSync(path.join(root, 'docs')).map((file) => `docs/${file}`)].filter((file) =>
    file.endsWith('.md'),
  );
}

/**
 * Fills in what stands behind the marks of a document: `<!-- example NAME -->`, also `NAME#REGION`, the text of
 * examples/NAME.ts or of a region of it; `<!-- table NAME -->`, a table made from the registries or from what was recorded.
 */
export async function render(root: string, text: string): Promise<string> {
  const withExamples = text.replace(
    /(<!-- example ([\w./-]+)(?:#([\w-]+))? -->\n)(?:```ts\n[\s\S]*?\n```\n)?/g,
    (_all, mark: string, name: string, region: string | undefined) =>
      `${mark}\`\`\`ts\n${example(path.join(root, 'examples', `${name}.ts`), region)}\n\`\`\`\n`,
  );
  const marks = [...withExamples.matchAll(/<!-- table ([\w-]+) -->\n(?:\|.*\n)*/g)];
  let rendered = withExamples;
  for (const [whole, name = ''] of marks) {
    const table = tables[name];
    if (table === undefined) throw new Error(`there is no table ${name}`);
    rendered = rendered.replace(whole, () => `<!-- table ${name} -->\n`);
    const rows = markdown(await table());
    rendered = rendered.replace(`<!-- table ${name} -->\n`, (mark) => mark + rows);
  }
  return rendered;
}

function example(file: string, region: string | undefined): string {
  const text = readFileSync(file, 'utf8');
  if (region === undefined) return text.replace(/^.*#(?:end)?region.*\n/gm, '').trim();
  const [, inside] = new RegExp(`^ *// #region ${region}\\n([\\s\\S]*?)^ *// #endregion`, 'm').exec(text) ?? [];
  if (inside === undefined) throw new Error(`${file} has no region ${region}`);
  const lines = inside.trimEnd().split('\n');
  const indent = Math.min(...lines.filter((line) => line !== '').map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(indent)).join('\n');
}

/** The first row is the head. */
function markdown([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('');
}
