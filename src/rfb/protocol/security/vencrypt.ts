import { ByteWriter } from '../../bytes/byte-writer.ts';
import { ProtocolError, UnsupportedError } from '../../errors.ts';
import type { Connection } from '../connection.ts';
import { choose, mustProve } from './choose.ts';
import { sendPlain } from './plain.ts';
import { authenticateBySasl } from './sasl.ts';
import type { Authenticated, SecurityContext, SecurityMethod, SecurityType } from './security-type.ts';
import type { CertificateUse } from './tls/tls-client.ts';
import {
  type VencryptInside,
  type VencryptName,
  type VencryptSubtype,
  vencryptName,
  vencryptSubtypes,
} from './vencrypt-subtypes.ts';
import { answerChallenge } from './vnc-authentication.ts';

/** VeNCrypt 0.2, rfbproto. */
export const vencrypt: SecurityType<VencryptName> = {
  type: 19,
  name: 'vencrypt',
  methods: vencryptSubtypes.flatMap(({ methods }): readonly SecurityMethod<VencryptName>[] => methods),
  authenticate,
};

async function authenticate(raw: Connection, context: SecurityContext): Promise<Authenticated> {
  await agreeOnVersion(raw);
  const offered = await readSubtypes(raw);
  context.tell({ type: 'subtypesOffered', of: 'vencrypt', offered: offered.map(vencryptName) });
  const { chosen } = await choose<VencryptSubtype>(vencryptSubtypes, offered, raw, context, vencryptName);
  const number = offered.includes(chosen.type) ? chosen.type : (chosen.alias ?? chosen.type);
  await raw.send(new ByteWriter().u32(number));
  const { connection, verified, subtype } =
    chosen.tls === 'none' ? { connection: raw, verified: false, subtype: chosen } : await encrypt(raw, chosen, context);
  await authenticateInside[subtype.inside](connection, context, `${subtype.name} of VeNCrypt`);
  return { connection, verified, subtype: number, method: subtype.methods[0] };
}

async function agreeOnVersion({ reader, pipe }: Connection): Promise<void> {
  await reader.need(2);
  const major = reader.u8();
  const minor = reader.u8();
  if (major === 0 && minor < 2) {
    throw new UnsupportedError(
      'UNSUPPORTED_VERSION',
      `the server speaks VeNCrypt ${major}.${minor}, 0.2 is wanted; another --security type may do, or a newer server`,
    );
  }
  await pipe.write(Uint8Array.of(0, 2));
  await reader.need(1);
  const status = reader.u8();
  if (status !== 0) {
    throw new UnsupportedError(
      'UNSUPPORTED_VERSION',
      `the server announced VeNCrypt ${major}.${minor} and refused 0.2 (status ${status})`,
    );
  }
}

async function readSubtypes({ reader }: Connection): Promise<readonly number[]> {
  await reader.need(1);
  const count = reader.u8();
  if (count === 0) throw new ProtocolError('BAD_LENGTH', 'VeNCrypt with no sub-types, wanted at least one');
  await reader.need(count * 4);
  return Array.from({ length: count }, () => reader.u32());
}

/** What is around. The numbers of SASL mean either: the server's certificate, or its lack, then says which. */
async function encrypt(raw: Connection, chosen: VencryptSubtype, context: SecurityContext) {
  await raw.reader.need(1);
  const status = raw.reader.u8();
  if (status !== 1) {
    const reason = `the server refused ${chosen.name} with status ${status}, wanted 1: its log may say why (no certificate?)`;
    throw new UnsupportedError('NO_COMMON_SECURITY_TYPE', reason);
  }
  const twin = chosen.alias === undefined ? undefined : twinOf(chosen, raw, context);
  const use: CertificateUse = twin ? 'either' : chosen.tls === 'anonymous' ? 'anonymous' : 'certificate';
  const { secure } = await import('./tls/secure.ts');
  const { connection, verified, anonymous } = await secure(raw, use, context);
  const subtype = twin && anonymous !== (chosen.tls === 'anonymous') ? twin : chosen;
  return { connection, verified, subtype };
}

/** The other meaning of its number, where it may be used as well. */
function twinOf(
  { alias, tls }: VencryptSubtype,
  { pipe }: Connection,
  context: SecurityContext,
): VencryptSubtype | undefined {
  const twin = vencryptSubtypes.find(({ type }) => type === alias);
  if (!twin || (context.security && !context.security.includes(twin.name))) return undefined;
  return tls === 'certificate' && mustProve(pipe, context) ? undefined : twin;
}

type Inside = (connection: Connection, context: SecurityContext, what: string) => Promise<void>;

const authenticateInside: Readonly<Record<VencryptInside, Inside>> = {
  none: async () => {},
  vnc: answerChallenge,
  plain: sendPlain,
  sasl: authenticateBySasl,
};
