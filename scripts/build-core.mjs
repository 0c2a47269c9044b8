// Compiles the pixel core (AssemblyScript) and embeds it in a module, so that the bundle, tsx and vitest find it alike.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import asc from 'assemblyscript/asc';

const root = path.dirname(import.meta.dirname);
const sources = 'src/rfb/core/assembly';
const output = path.join(root, 'src/rfb/core/wasm-binary.ts');

const options = [
  ...['--runtime', 'stub', '--enable', 'simd', '--importMemory', '--use', 'abort='],
  ...['-O3', '--converge', '--noAssert', '--zeroFilledMemory'],
];

/** Compiles what has changed since the last time; returns whether anything had. */
export async function buildCore() {
  const files = readdirSync(path.join(root, sources)).filter((file) => file.endsWith('.ts'));
  const hash = createHash('sha256').update(JSON.stringify([asc.version, options]));
  for (const file of files.sort()) hash.update(file).update(readFileSync(path.join(root, sources, file)));
  const banner = `// Compiled by scripts/build-core.mjs from ${sources} (${hash.digest('hex').slice(0, 16)}).\n`;
  if (existsSync(output) && readFileSync(output, 'utf8').startsWith(banner)) return false;
  const binary = await compileAssembly('index.ts');
  const base64 = Buffer.from(binary).toString('base64');
  const layout = JSON.stringify(await constantsOf(binary), null, 2);
  writeFileSync(
    output,
    `${banner}export const wasmBinary: string =\n  '${base64}';\n\nexport const layout = ${layout} as const;\n`,
  );
  return true;
}

/** The numbers that the module exports: TypeScript needs some of them before there is an instance. */
async function constantsOf(binary) {
  const memory = new WebAssembly.Memory({ initial: 1024 });
  const { instance } = await WebAssembly.instantiate(binary, { env: { memory } });
  const constants = Object.entries(instance.exports).filter(([, value]) => value instanceof WebAssembly.Global);
  const { STATIC_END, ...layout } = Object.fromEntries(constants.map(([name, { value }]) => [name, value]));
  if (STATIC_END > layout.STATE) throw new Error(`the pixel core's static data ends at ${STATIC_END}, above its state`);
  return layout;
}

/** The WebAssembly of one module and what it imports. */
export async function compileAssembly(entry) {
  let binary;
  const { error, stderr } = await asc.main(
    [`${sources}/${entry}`, '--baseDir', root, '--outFile', 'core.wasm', ...options],
    { writeFile: (_name, contents) => (binary = contents) },
  );
  if (error || !binary) throw new Error(`the pixel core does not compile:\n${stderr.toString()}`, { cause: error });
  return binary;
}

if (process.argv[1] === import.meta.filename) await buildCore();
