import { securityTypes } from '../../src/rfb/protocol/security/index.ts';
import type { SecurityMethod, SecurityType } from '../../src/rfb/protocol/security/security-type.ts';
import { tightMethods } from '../../src/rfb/protocol/security/tight-methods.ts';
import { vencryptSubtypes } from '../../src/rfb/protocol/security/vencrypt-subtypes.ts';

/** The programs of others that a method was tried against, as server and as client: test/servers/security.test.ts. */
const TESTED: Readonly<Record<string, string>> = {
  'vencrypt-x509-sasl': 'QEMU',
  'vencrypt-x509-plain': 'Xtigervnc; vncviewer',
  'vencrypt-x509-vnc': 'Xtigervnc, QEMU, x11vnc; vncviewer',
  'vencrypt-x509-none': 'Xtigervnc, QEMU; vncviewer',
  'vencrypt-tls-sasl': 'gvnccapture',
  'vencrypt-tls-plain': 'Xtigervnc; vncviewer, gvnccapture',
  'vencrypt-tls-vnc': 'Xtigervnc, QEMU; vncviewer, gvnccapture',
  'vencrypt-tls-none': 'Xtigervnc, QEMU; vncviewer, gvnccapture',
  'vencrypt-plain': 'Xtigervnc; vncviewer',
  tls: 'x11vnc; gvnccapture',
  sasl: 'RFC 5802 and 7677 (inside TLS: QEMU, gvnccapture)',
  ra2ne: '; noVNC',
  ra2: 'vectors of EAX; ra2ne, but for what follows',
  'ra2-256': 'vectors of EAX',
  'ra2ne-256': 'vectors of EAX',
  'tight-vncauth': 'Xtightvnc; noVNC',
  'tight-unix': '; noVNC',
  'tight-none': 'Xtightvnc; noVNC',
  'apple-dh': 'vectors; noVNC, gvnccapture',
  mslogon2: 'vectors; noVNC',
  'apple-rsa': 'vectors',
  xvp: '; noVNC',
  vncauth: 'all; all',
  none: 'all; all',
};

const IDENTITY = { certificate: 'certificate', key: 'key', none: 'no' } as const;

/** Every way to secure a connection, most preferred first. */
export function securityTable(titleOf: (type: SecurityType) => string): string[][] {
  return [
    ['name', 'number', 'security type', 'encrypts', 'server proves itself', 'asks for', 'tested with servers; clients'],
    ...securityTypes.flatMap((type: SecurityType) =>
      type.methods.map((method) => [
        `\`${method.name}\``,
        numberOf(type, method),
        titleOf(type),
        method.encrypts ? 'yes' : method.exposesPassword ? '**no, not even the password**' : 'no',
        IDENTITY[method.identity],
        method.asks.join(', ') || 'nothing',
        TESTED[method.name] ?? '',
      ]),
    ),
  ];
}

function numberOf({ type }: SecurityType, { name }: SecurityMethod): string {
  const subtype = [...vencryptSubtypes, ...tightMethods].find((candidate) => candidate.name === name)?.type;
  return subtype === undefined ? String(type) : `${type}, ${subtype}`;
}
