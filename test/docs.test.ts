import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { documents, render } from '../scripts/docs/render.ts';
import { describeAddress, transports } from '../src/transports/index.ts';

const ROOT = path.join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

describe.each(documents(ROOT))('%s', (document) => {
  test('its examples and tables are those of the code (npm run docs)', async () => {
    expect(await render(ROOT, read(document))).toBe(read(document));
  });

  test('it shows no TypeScript that is not run', () => {
    const fences = read(document).match(/^.*\n```(?:ts|js|typescript)$/gm) ?? [];
    expect(fences.filter((fence) => !fence.startsWith('<!-- example '))).toEqual([]);
  });

  test('its links lead somewhere', () => {
    const links = [...read(document).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => link);
    const folder = path.dirname(document);
    for (const link of links) expect(() => readdirOrFile(path.join(ROOT, folder, link)), link).not.toThrow();
  });
});

function readdirOrFile(file: string): void {
  try {
    readFileSync(file);
  } catch {
    readdirSync(file);
  }
}

test('every example is shown', () => {
  const shown = documents(ROOT).map(read).join('');
  const files = readdirSync(path.join(ROOT, 'examples'), { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.ts') && !name.includes('__screens__'))) {
    expect(shown).toContain(`<!-- example ${file.replace('.ts', '')}`);
  }
});

describe('docs/addresses.md', () => {
  const text = read('docs/addresses.md');
  const rows = [...text.matchAll(/^\| `([^`]+)` \| (?:`([^`]+)`|([^|`]+)) \|$/gm)];
  const shown = rows.flatMap(([, written = '', is]) => (is === undefined ? [] : [[written, is] as const]));
  const refused = rows.flatMap(([, written = '', , why]) => (why === undefined ? [] : [[written, why] as const]));

  test('every scheme has an example', () => {
    const written = shown.map(([address]) => address);
    for (const scheme of transports.flatMap(({ schemes }) => schemes)) {
      expect(written.filter((address) => address.startsWith(`${scheme}:`)).length, scheme).toBeGreaterThan(0);
    }
    expect(shown.length + refused.length).toBe((text.match(/^\| `/gm) ?? []).length);
  });

  test.each(shown)('%s is %s', (written, is) => {
    expect(describeAddress(written)).toBe(is);
  });

  test.each(refused)('%s is refused: %s', (written, why) => {
    let error: unknown;
    try {
      describeAddress(written);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'BAD_ADDRESS', message: expect.stringContaining(why.trim()) });
    expect((error as Error).message).not.toContain('s3cret');
  });
});
