import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fonts } from '../../src/fonts/index.ts';
import { encodings } from '../../src/rfb/protocol/encodings/index.ts';
import { clientMessages } from '../../src/rfb/protocol/messages/client-to-server/index.ts';
import { serverMessages } from '../../src/rfb/protocol/messages/server-to-client/index.ts';
import { pixelFormats } from '../../src/rfb/protocol/pixel-format.ts';
import { pseudoEncodings } from '../../src/rfb/protocol/pseudo-encodings/index.ts';
import { securityTypes } from '../../src/rfb/protocol/security/index.ts';
import { encoders } from '../../src/server/encoders/index.ts';
import { scenes } from '../../src/server/scenes/index.ts';
import { serverSecurityTypes } from '../../src/server/security/index.ts';
import { transports } from '../../src/transports/index.ts';
import { blurTable, matchingTable } from './matching-tables.ts';
import { securityTable } from './security-table.ts';

const PROTOCOL = path.join(import.meta.dirname, '../../src/rfb/protocol');

interface Plug {
  readonly type: number;
  readonly name: string;
}

/** Every table of the documentation that the registries, or recorded screens, decide. */
export const tables: Readonly<Record<string, () => string[][] | Promise<string[][]>>> = {
  encodings: () => [
    ['encoding', 'number', 'name in options', 'defined in', 'test server sends it'],
    ...encodings.map((encoding) => [
      ...described('encodings', encoding),
      encoders.some(({ type }) => type === encoding.type) ? 'yes' : 'no',
    ]),
  ],
  'pseudo-encodings': () => [
    ['pseudo-encoding', 'number', 'name in `probe`', 'defined in'],
    ...pseudoEncodings.map((pseudoEncoding) => described('pseudo-encodings', pseudoEncoding)),
  ],
  'security-types': () => [
    ['security type', 'number', 'name in options', 'defined in', 'test server offers it'],
    ...securityTypes.map((securityType) => [
      ...described('security', securityType),
      serverSecurityTypes.some(({ type }) => type === securityType.type) ? 'yes' : 'no',
    ]),
  ],
  'security-methods': () => securityTable((type) => citation('security', type).title),
  'client-messages': () => [
    ['message', 'number', 'defined in'],
    ...clientMessages.map((message) => messageRow('messages/client-to-server', message)),
  ],
  'server-messages': () => [
    ['message', 'number', 'defined in'],
    ...serverMessages.map((message) => messageRow('messages/server-to-client', message)),
  ],
  transports: () => [
    ['schemes', 'example'],
    ...transports.map(({ schemes, example }) => [
      schemes.map((scheme) => `\`${scheme}:\``).join(', '),
      `\`${example}\``,
    ]),
  ],
  'pixel-formats': () => [
    ['name', 'bits per pixel', 'depth', 'byte order', 'red, green, blue: maximum at shift'],
    ...Object.entries(pixelFormats).map(([name, format]) => [
      `\`${name}\``,
      String(format.bitsPerPixel),
      String(format.depth),
      format.bigEndian ? 'big' : 'little',
      [
        `${format.redMax} at ${format.redShift}`,
        `${format.greenMax} at ${format.greenShift}`,
        `${format.blueMax} at ${format.blueShift}`,
      ].join(', '),
    ]),
  ],
  matching: matchingTable,
  'matching-blur': blurTable,
  fonts: () => [
    ['font', 'cell', 'characters'],
    ...fonts.map(({ name, width, height, glyphs }) => [
      `\`${name}\``,
      `${width}x${height}`,
      String(new Set(glyphs.map(({ character }) => character)).size),
    ]),
  ],
  scenes: () => [['scene', 'what it is'], ...scenes.map(({ name, summary }) => [`\`${name}\``, summary])],
};

/** Title, number, name and specification of a plug: the first line of its file says two of them. */
function described(folder: string, plug: Plug): string[] {
  const { title, specification } = citation(folder, plug);
  return [title, String(plug.type), `\`${plug.name}\``, specification];
}

function messageRow(folder: string, plug: Plug): string[] {
  const { title, specification } = citation(folder, plug);
  return [title, String(plug.type), specification];
}

/** What the doc comment of the file that defines `plug` cites: `Hextile, RFC 6143 §7.7.4`. */
function citation(folder: string, { type, name }: Plug): { title: string; specification: string } {
  for (const file of readdirSync(path.join(PROTOCOL, folder)).filter((name) => name.endsWith('.ts'))) {
    const text = readFileSync(path.join(PROTOCOL, folder, file), 'utf8');
    if (!new RegExp(`name: '${name}'[,\\s}]`).test(text) || !/^export const \w+(: [\w<>]+)? = /m.test(text)) continue;
    const [, title, specification] = /^(?:\/\*\*| \*) ([^\n]+?), (RFC 6143 §[\d.]+\d|rfbproto)/m.exec(text) ?? [];
    if (title !== undefined && specification !== undefined) return { title, specification };
  }
  throw new Error(`no file of ${folder} cites where ${name} (${type}) is defined`);
}
