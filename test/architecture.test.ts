import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const SRC = path.join(import.meta.dirname, '..', 'src');

/** docs/architecture.md: a file whose path starts with the key may import files whose path starts with one of these. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  'rfb/errors.ts': [],
  'rfb/node-error.ts': [],
  'rfb/keysyms.ts': ['rfb/legacy-keysyms.ts'],
  'rfb/legacy-keysyms.ts': [],
  'rfb/bytes/': ['rfb/bytes/', 'rfb/errors'],
  'rfb/protocol/': ['rfb/protocol/', 'rfb/bytes/', 'rfb/errors', 'rfb/node-error.ts', 'rfb/keysyms'],
  'rfb/core/': ['rfb/core/', 'rfb/protocol/', 'rfb/bytes/', 'rfb/errors'],
  'rfb/session/': ['rfb/'],
  'fonts/': ['fonts/'],
  'layouts/': ['layouts/'],
  'server/': ['server/', 'fonts/', 'rfb/bytes/', 'rfb/protocol/', 'rfb/errors', 'rfb/keysyms'],
  'emulators/': ['emulators/', 'server/', 'rfb/bytes/', 'rfb/protocol/', 'rfb/errors'],
  'transports/demo.ts': ['transports/', 'server/', 'rfb/errors', 'rfb/protocol/'],
  'transports/': [
    'transports/',
    'rfb/errors',
    'rfb/node-error.ts',
    'rfb/protocol/connection.ts',
    'rfb/protocol/security/security-type.ts',
    'rfb/protocol/security/tls/',
    'rfb/protocol/text.ts',
  ],
  'automation/': ['automation/', 'fonts/', 'layouts/', 'rfb/', 'transports/index.ts', 'transports/transport.ts'],
  'gateway/': ['gateway/', 'automation/', 'rfb/', 'server/'],
  'report/': ['report/', 'automation/trace/trace-format.ts', 'rfb/errors.ts', 'rfb/protocol/rect.ts'],
  'recording/': [
    'recording/',
    'automation/',
    'report/render-page.ts',
    'rfb/',
    'server/',
    'transports/index.ts',
    'transports/transport.ts',
  ],
  'cli/': [
    'cli/',
    'automation/',
    'gateway/',
    'layouts/index.ts',
    'report/',
    'recording/',
    'rfb/',
    'transports/index.ts',
    'transports/transport.ts',
    'emulators/emulator.ts',
    'emulators/index.ts',
    'server/',
    '../package.json',
  ],
  'index.ts': ['automation/', 'fonts/glyph-font.ts', 'layouts/index.ts', 'rfb/', 'transports/'],
  'vitest/': ['vitest/', 'report/', 'automation/', 'rfb/errors.ts', 'rfb/protocol/rect.ts'],
  'vitest.ts': ['vitest/'],
  'testing.ts': ['server/', 'emulators/', 'recording/', 'rfb/', 'transports/', 'automation/'],
};

/** Who alone may use a package or built-in. */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  commander: ['cli/'],
  pngjs: ['automation/image-file.ts'],
  yaml: ['automation/boot-command/', 'transports/openstack/'],
  vitest: ['vitest/', 'vitest.ts'],
  '@kubernetes/client-node': ['transports/kubevirt/'],
  ws: ['transports/', 'emulators/'],
  '@xmldom/xmldom': ['transports/', 'emulators/'],
  'node:net': ['transports/', 'rfb/protocol/security/tls/', 'server/', 'emulators/', 'testing.ts'],
  'node:tls': ['transports/', 'rfb/protocol/security/tls/', 'server/security/', 'emulators/'],
  'node:child_process': ['transports/', 'emulators/', 'cli/', 'recording/export/film.ts'],
  'node:zlib': ['rfb/bytes/', 'server/', 'recording/', 'fonts/glyph-font.ts', 'automation/text/fonts/font-file.ts'],
};

const GENERATED = ['rfb/core/wasm-binary.ts', 'report/page-source.ts'];

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((file) => file.split(path.sep).join('/'))
  // The core's own language, and what it compiles to, are not TypeScript.
  .filter((file) => file.endsWith('.ts') && !file.startsWith('rfb/core/assembly/') && !GENERATED.includes(file));

function importsOf(file: string): string[] {
  const text = readFileSync(path.join(SRC, file), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, specifier = '']) => specifier);
}

test.each(files)('%s imports only what its layer may', (file) => {
  const layer = Object.keys(LAYERS).find((prefix) => file.startsWith(prefix)) ?? '';
  const allowed = LAYERS[layer];
  expect(allowed, 'a file outside every layer').toBeDefined();
  for (const specifier of importsOf(file)) {
    if (specifier.startsWith('.')) {
      const target = path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier));
      expect(
        allowed?.some((prefix) => target.startsWith(prefix)),
        `${file} → ${target}`,
      ).toBe(true);
    } else {
      const owners = OWNERS[specifier];
      expect(owners === undefined || owners.some((prefix) => file.startsWith(prefix)), `${file} → ${specifier}`).toBe(
        true,
      );
    }
  }
});

test.each(files)('%s keeps the house rules', (file) => {
  const text = readFileSync(path.join(SRC, file), 'utf8');
  expect(path.basename(file)).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*\.ts$/);
  expect(path.basename(file)).not.toMatch(/^(utils|helpers|common)\.ts$|manager|handler/);
  expect(text).not.toMatch(/\bas any\b|@ts-nocheck|@ts-ignore/);
  if (!/font|keysyms|key-names/.test(file)) expect(text.split('\n').length).toBeLessThan(500);
  if (!file.startsWith('cli/'))
    expect(text).not.toMatch(/process\.(exit|env|stdout|stderr|argv)|console\.(log|error|warn)\(/);
});
