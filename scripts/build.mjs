// Compiles the pixel core and the report's page, bundles the entry points and writes the type declarations. The library's entry
// points share their chunks; the CLI has a bundle of its own, so that it starts from few files.
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build } from 'esbuild';
import { buildCore } from './build-core.mjs';
import { buildReportPage } from './build-report-page.mjs';

const root = path.dirname(import.meta.dirname);
const tsc = path.join(path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

await buildCore();
await buildReportPage();
rmSync(path.join(root, 'dist'), { recursive: true, force: true });
await bundle(['src/index.ts', 'src/testing.ts', 'src/vitest.ts']);
await bundle(['src/cli/main.ts']);
chmodSync(path.join(root, 'dist/cli/main.js'), 0o755);
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });

async function bundle(entryPoints) {
  await build({
    absWorkingDir: root,
    entryPoints,
    outbase: 'src',
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
    logLevel: 'warning',
  });
}
