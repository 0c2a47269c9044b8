import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { commands } from '../src/cli/commands/index.ts';
import { encodings } from '../src/rfb/protocol/encodings/index.ts';
import { clientMessages } from '../src/rfb/protocol/messages/client-to-server/index.ts';
import { serverMessages } from '../src/rfb/protocol/messages/server-to-client/index.ts';
import { pseudoEncodings } from '../src/rfb/protocol/pseudo-encodings/index.ts';
import { securityTypes } from '../src/rfb/protocol/security/index.ts';
import { encoders } from '../src/server/encoders/index.ts';
import { scenes } from '../src/server/scenes/index.ts';
import { serverSecurityTypes } from '../src/server/security/index.ts';
import { transports } from '../src/transports/index.ts';

const SRC = path.join(import.meta.dirname, '..', 'src');

interface Registry {
  readonly folder: string;
  readonly entries: readonly unknown[];
  /** What tells a plug from whatever else its folder exports: it has all of these. */
  readonly marks: readonly string[];
}

const registries: readonly Registry[] = [
  { folder: 'rfb/protocol/encodings', entries: encodings, marks: ['type', 'createDecoder'] },
  { folder: 'rfb/protocol/pseudo-encodings', entries: pseudoEncodings, marks: ['type', 'name'] },
  { folder: 'rfb/protocol/security', entries: securityTypes, marks: ['type', 'authenticate'] },
  { folder: 'rfb/protocol/messages/client-to-server', entries: clientMessages, marks: ['type', 'write', 'read'] },
  { folder: 'rfb/protocol/messages/server-to-client', entries: serverMessages, marks: ['type', 'receive'] },
  { folder: 'transports', entries: transports, marks: ['schemes', 'open'] },
  { folder: 'cli/commands', entries: commands, marks: ['call'] },
  { folder: 'server/encoders', entries: encoders, marks: ['type', 'createEncoder'] },
  { folder: 'server/scenes', entries: scenes, marks: ['name', 'create'] },
  { folder: 'server/security', entries: serverSecurityTypes, marks: ['type', 'name'] },
];

/** The folder's modules: its files, and the index of each of its folders. */
function modulesIn(folder: string): string[] {
  return readdirSync(path.join(SRC, folder), { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory()) return entry.name.endsWith('.ts') && entry.name !== 'index.ts' ? [entry.name] : [];
    return existsSync(path.join(SRC, folder, entry.name, 'index.ts')) ? [`${entry.name}/index.ts`] : [];
  });
}

const isPlug = (value: unknown, marks: readonly string[]) =>
  (typeof value === 'object' || typeof value === 'function') && value !== null && marks.every((mark) => mark in value);

describe.each(registries)('$folder', ({ folder, entries, marks }) => {
  test('every plug that a file exports is registered, and every registered one has a file', async () => {
    const found: unknown[] = [];
    for (const file of modulesIn(folder)) {
      const exported = Object.entries(await import(path.join(SRC, folder, file)));
      for (const [name, value] of exported.filter(([, value]) => isPlug(value, marks))) {
        expect(entries.includes(value), `${name} of ${file} is in index.ts`).toBe(true);
        found.push(value);
      }
    }
    expect(found.length).toBe(entries.length);
    expect(new Set(found)).toEqual(new Set(entries));
  });
});

/** Numbers that stand in the same place of the stream. */
const numbers: readonly (readonly [what: string, entries: readonly { readonly type: number }[]])[] = [
  ['rectangles', [...encodings, ...pseudoEncodings]],
  ['security types', securityTypes],
  ['client messages', clientMessages],
  ['server messages', serverMessages],
  ['encoders', encoders],
  ['server security types', serverSecurityTypes],
];

test.each(numbers)('%s have numbers of their own', (_what, entries) => {
  const types = entries.map(({ type }) => type);
  expect(types).toEqual([...new Set(types)]);
});

function commandNames(): string[] {
  const program = new Command();
  for (const plug of commands) plug(program, { succeedWith: () => {}, interrupted: new AbortController().signal });
  return program.commands.flatMap((command) => [command.name(), ...command.aliases()]);
}

/** Names among which one must be able to choose. */
const names: readonly (readonly [what: string, names: readonly string[]])[] = [
  ['encodings and pseudo-encodings', [...encodings, ...pseudoEncodings].map(({ name }) => name)],
  ['security types', securityTypes.map(({ name }) => name)],
  ['messages', [...clientMessages, ...serverMessages].map(({ name }) => name)],
  ['URL schemes', transports.flatMap(({ schemes }) => schemes)],
  ['commands', commandNames()],
  ['encoders', encoders.map(({ name }) => name)],
  ['scenes', scenes.map(({ name }) => name)],
  ['server security types', serverSecurityTypes.map(({ name }) => name)],
];

test.each(names)('%s have names of their own', (_what, list) => {
  expect(list.length).toBeGreaterThan(0);
  expect(list).toEqual([...new Set(list)]);
});

test('what can be sent and what can be read have the same names and numbers', () => {
  for (const { type, name } of encoders) expect(encodings.find((encoding) => encoding.type === type)?.name).toBe(name);
  for (const { type, name } of serverSecurityTypes) {
    expect(securityTypes.find((security) => security.type === type)?.name).toBe(name);
  }
});
