import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

// What a user gets: the tarball of what was built, installed into an empty folder.

const ROOT = path.join(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'rfbctl-package-'));
const app = (...parts: string[]) => path.join(folder, ...parts);
const tsc = path.join(path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
let files: string[] = [];
let installation = '';

const run = async (command: string, ...args: string[]) => {
  const { stdout, stderr } = await promisify(execFile)(command, args, { cwd: folder });
  return stdout + stderr;
};

beforeAll(async () => {
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const { stdout } = await promisify(execFile)('npm', pack, { cwd: ROOT });
  const packed: unknown = JSON.parse(stdout);
  // A list until npm 10, by name since npm 11.
  const [tarball] = Object.values(packed as Record<string, { filename: string; files: { path: string }[] }>);
  if (tarball === undefined) throw new Error(`npm pack made nothing: ${stdout}`);
  files = tarball.files.map((file) => file.path);
  writeFileSync(app('package.json'), JSON.stringify({ private: true, type: 'module' }));
  const quick = ['--no-audit', '--no-fund', '--prefer-offline', '--foreground-scripts', '--loglevel', 'info'];
  installation = await run('npm', 'install', ...quick, `./${tarball.filename}`);
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the tarball has what was built and nothing else', () => {
  const others = files.filter((file) => !/^dist\/.+\.(js|js\.map|d\.ts|wasm)$/.test(file));
  expect(others.sort()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'LICENSE-FONTS',
    'README.md',
    'docs/schema/checks.schema.json',
    'docs/schema/steps.schema.json',
    'package.json',
  ]);
  expect(files.filter((file) => /cli\/.+\.d\.ts$/.test(file))).toEqual([]);
  const named = [...Object.values(manifest.exports), ...Object.values(manifest.bin)];
  for (const file of named.flatMap((entry) => (typeof entry === 'string' ? [entry] : Object.values(entry)))) {
    expect(files).toContain(path.posix.normalize(file));
  }
});

test('installing it runs no script and brings no development dependency', () => {
  expect(Object.keys(manifest.scripts).filter((name) => /^(pre|post)?install$/.test(name))).toEqual([]);
  expect(installation).not.toMatch(/^> /m);
  const installed = readdirSync(app('node_modules'));
  expect(installed).toEqual(expect.arrayContaining(['rfbctl', 'ws']));
  expect(Object.keys(manifest.devDependencies).filter((name) => existsSync(app('node_modules', name)))).toEqual([]);
});

test('npx rfbctl takes a screenshot', async () => {
  expect(await run('npx', '--no-install', 'rfbctl', 'screenshot', 'demo:', '-o', 'demo.png')).toContain('720x400');
  const png = readFileSync(app('demo.png'));
  expect(png.toString('latin1', 1, 4)).toBe('PNG');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([720, 400]);
});

test('what needs an optional package says how to install it', async () => {
  const error = await run('npx', '--no-install', 'rfbctl', 'text', 'demo:', '--ocr').catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      /^rfbctl: OCR needs the package \S+, which is not installed: npm install tesseract\.js @tesseract\.js-data\/eng$/m,
    ),
  });
});

const PROGRAM = `
import { connect } from 'rfbctl';
import { serve } from 'rfbctl/testing';

const server = await serve({ scene: 'desktop', password: 'secret' });
const vm = await connect(server.address, { credentials: { password: 'secret' } });
await vm.keyboard.type('Hi');
const picture = await vm.screenshot({ format: 'jpeg' });
console.log(vm.desktopName, vm.width, vm.height, Buffer.from(picture.subarray(0, 2)).toString('hex'));
await vm.close();
await server.close();
`;

test('a program in JavaScript', async () => {
  writeFileSync(app('program.js'), PROGRAM);
  expect(await run(process.execPath, 'program.js')).toBe('rfbctl demo (desktop) 1024 768 ffd8\n');
});

test.each(['nodenext', 'bundler'])('a program in TypeScript, moduleResolution %s', async (moduleResolution) => {
  const typed = `${PROGRAM}
import { type Console, RfbError, type TypeOptions } from 'rfbctl';
import { Display, type Scene } from 'rfbctl/testing';
export const scene: Scene = { name: 'empty', display: new Display(1, 1) };
export async function type(vm: Console, text: string, options: TypeOptions): Promise<string> {
  await using session = vm.session;
  vm.on('resize', (width) => width.toFixed());
  const [copied] = await vm.waitForEvent('cutText', { signal: options.signal });
  // @ts-expect-error: no such option
  await vm.keyboard.type(text, { speed: 3 });
  // @ts-expect-error: no such encoding
  await session.setEncodings({ encodings: ['zrel'] });
  return copied.trim();
}
export const code = (error: unknown) => (error instanceof RfbError ? error.code satisfies string : undefined);
`;
  writeFileSync(app('program.ts'), typed);
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    target: 'es2022',
    module: moduleResolution === 'bundler' ? 'esnext' : moduleResolution,
    moduleResolution,
    skipLibCheck: false,
    // The declarations need Node's types, as every program for Node does.
    types: ['node'],
    typeRoots: [path.join(ROOT, 'node_modules/@types')],
  };
  writeFileSync(app('tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
  const diagnostics = await run(process.execPath, tsc, '-p', '.').catch((error) => error.stdout);
  expect(diagnostics).toBe('');
});
