import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

// What the build wrote: a type that it mentions and that nobody can import cannot be named by those who use the library.
const TYPES = path.join(import.meta.dirname, '..', 'dist', 'types');

/** A declaration file without comments and texts. */
function read(file: string): string {
  return readFileSync(path.join(TYPES, file), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '');
}

/** `name` as its file declares it, under the file that does. */
interface Declared {
  readonly file: string;
  readonly name: string;
}

/** What an entry point exports. */
function exportsOf(entry: string): Declared[] {
  const text = read(entry);
  const named = [...text.matchAll(/export (?:type )?\{([^}]*)\} from '\.\/([^']+)\.ts'/g)].flatMap(
    ([, names = '', file]) =>
      names.split(',').map((name) => ({ file: `${file}.d.ts`, name: name.replace(/\btype /, '').trim() })),
  );
  const whole = [...text.matchAll(/export \* from '\.\/([^']+)\.ts'/g)].flatMap(([, file]) =>
    [...declarations(`${file}.d.ts`).keys()].map((name) => ({ file: `${file}.d.ts`, name })),
  );
  return [...named, ...whole];
}

/** Every declaration at the top of a file, by name. */
function declarations(file: string): Map<string, string> {
  const blocks = read(file).split(/^(?=export |declare |interface |type )/m);
  return new Map(
    blocks.flatMap((block) => {
      const name = /^(?:export )?(?:declare )?(?:abstract )?(?:class|interface|type|const|function) (\w+)/.exec(
        block,
      )?.[1];
      return name === undefined ? [] : [[name, block]];
    }),
  );
}

/** Types of the project that a declaration mentions. */
function mentioned({ file, name }: Declared): Declared[] {
  const folder = path.posix.dirname(file);
  const imported = new Map<string, Declared>();
  for (const [, names = '', from = ''] of read(file).matchAll(/import (?:type )?\{([^}]*)\} from '(\.[^']+)\.ts'/g)) {
    for (const part of names.split(',')) {
      const local = part.replace(/\btype /, '').trim();
      imported.set(local, { file: `${path.posix.join(folder, from)}.d.ts`, name: local });
    }
  }
  const here = declarations(file);
  const text = (here.get(name) ?? '').replace(/'[^']*'|typeof \w+/g, '');
  const words = new Set(text.match(/\b[A-Z]\w+/g));
  return [...words].flatMap(
    (word) => imported.get(word) ?? (here.has(word) && word !== name ? [{ file, name: word }] : []),
  );
}

test.each([
  ['index.d.ts', ['index.d.ts']],
  ['testing.d.ts', ['testing.d.ts', 'index.d.ts']],
  ['vitest.d.ts', ['vitest.d.ts', 'index.d.ts']],
])('every type in a signature of %s can be imported', (entry, entries) => {
  const key = ({ file, name }: Declared) => `${name} of ${file}`;
  const exported = new Set(entries.flatMap(exportsOf).map(key));
  expect(exported.size).toBeGreaterThan(10);
  const missing = exportsOf(entry).flatMap((declared) =>
    mentioned(declared).flatMap((type) => (exported.has(key(type)) ? [] : [`${key(type)}, in ${declared.name}`])),
  );
  expect(missing).toEqual([]);
});
