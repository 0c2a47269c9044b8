import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

export type Library = typeof import('../src/index.ts');

const ROOT = resolve(import.meta.dirname, '..');

/** The library as it is shipped: what `npm run build` made of the sources, not what a test runner would make of them. */
export async function loadLibrary(): Promise<Library> {
  const built = join(ROOT, 'dist/index.js');
  if (!existsSync(built)) throw new Error('dist is missing: npm run build');
  const builtAt = statSync(built).mtimeMs;
  const newer = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).find(
    (file) => file.endsWith('.ts') && statSync(join(ROOT, 'src', file)).mtimeMs > builtAt,
  );
  if (newer !== undefined) process.stderr.write(`dist is older than src/${newer}: npm run build\n`);
  return import(built);
}
