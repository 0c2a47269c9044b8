// Bundles the script and the style of the report's page into a module, so that the bundle, tsx and vitest find them alike.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const root = path.dirname(import.meta.dirname);
const output = path.join(root, 'src/report/page-source.ts');

/** Returns whether anything has changed since the last time. */
export async function buildReportPage() {
  const [script, style] = await Promise.all(['main.ts', 'style.css'].map(bundle));
  const text = [
    '// Bundled by scripts/build-report-page.mjs from src/report/page.',
    `export const pageScript: string = ${JSON.stringify(script)};`,
    `export const pageStyle: string = ${JSON.stringify(style)};`,
    '',
  ].join('\n');
  if (existsSync(output) && readFileSync(output, 'utf8') === text) return false;
  writeFileSync(output, text);
  return true;
}

async function bundle(entry) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [`src/report/page/${entry}`],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: ['chrome115', 'firefox115', 'safari17'],
    logLevel: 'warning',
  });
  return outputFiles[0].text.trim();
}

if (process.argv[1] === import.meta.filename) await buildReportPage();
