import type { Choice } from './choose.ts';
import type { SecurityMethod } from './security-type.ts';

/** A sub-type of VeNCrypt, rfbproto "VeNCrypt": what is around, and what is asked inside. */
export interface VencryptSubtype extends Choice {
  readonly tls: 'certificate' | 'anonymous' | 'none';
  readonly inside: VencryptInside;
  readonly methods: readonly [SecurityMethod];
}

export type VencryptInside = 'none' | 'vnc' | 'plain' | 'sasl';

const ASKS: Readonly<Record<VencryptInside, SecurityMethod['asks']>> = {
  none: [],
  vnc: ['password'],
  plain: ['username', 'password'],
  sasl: ['username', 'password'],
};

/** Most preferred first: who the server is, before that nobody reads along; of each, names before one password before nothing. */
export const vencryptSubtypes = [
  // QEMU has these two the other way round: what a server then speaks tells.
  subtype(264, 'vencrypt-x509-sasl', 'certificate', 'sasl', 263),
  subtype(262, 'vencrypt-x509-plain', 'certificate', 'plain'),
  subtype(261, 'vencrypt-x509-vnc', 'certificate', 'vnc'),
  subtype(260, 'vencrypt-x509-none', 'certificate', 'none'),
  subtype(263, 'vencrypt-tls-sasl', 'anonymous', 'sasl', 264),
  subtype(259, 'vencrypt-tls-plain', 'anonymous', 'plain'),
  subtype(258, 'vencrypt-tls-vnc', 'anonymous', 'vnc'),
  subtype(257, 'vencrypt-tls-none', 'anonymous', 'none'),
  subtype(256, 'vencrypt-plain', 'none', 'plain'),
] as const;

export type VencryptName = (typeof vencryptSubtypes)[number]['name'];

export function vencryptName(type: number): string {
  return vencryptSubtypes.find((candidate) => candidate.type === type)?.name ?? OTHERS[type] ?? 'unknown';
}

/** What servers offer beside those. The numbers below 256 are security types of their own, without TLS. */
const OTHERS: Readonly<Record<number, string>> = {
  1: 'none',
  2: 'vncauth',
  265: 'vencrypt-ident',
  266: 'vencrypt-tls-ident',
  267: 'vencrypt-x509-ident',
};

function subtype<const Name extends string>(
  type: number,
  name: Name,
  tls: VencryptSubtype['tls'],
  inside: VencryptInside,
  alias?: number,
) {
  const method: SecurityMethod<Name> = {
    name,
    encrypts: tls !== 'none',
    identity: tls === 'certificate' ? 'certificate' : 'none',
    asks: ASKS[inside],
    ...(tls === 'none' && { exposesPassword: true }),
  };
  return { type, name, tls, inside, methods: [method] as const, ...(alias !== undefined && { alias }) };
}
