import { ByteWriter } from '../../rfb/bytes/byte-writer.ts';
import { ProtocolError } from '../../rfb/errors.ts';
import type { Connection } from '../../rfb/protocol/connection.ts';
import {
  type VencryptInside,
  type VencryptSubtype,
  vencryptSubtypes,
} from '../../rfb/protocol/security/vencrypt-subtypes.ts';
import { readPlain } from './plain.ts';
import { authenticateBySasl } from './sasl.ts';
import type { ServerSecrets, ServerSecurityType, Verdict } from './server-security-type.ts';
import { challenge } from './vnc-authentication.ts';

/** VeNCrypt 0.2, rfbproto. */
export const vencrypt: ServerSecurityType = {
  type: 19,
  name: 'vencrypt',
  methods: vencryptSubtypes.map(({ name }) => name),
  async authenticate(raw, secrets, methods) {
    const subtypes = methods.flatMap((name) => vencryptSubtypes.filter((candidate) => candidate.name === name));
    await agreeOnVersion(raw);
    const out = new ByteWriter().u8(subtypes.length);
    for (const { type } of subtypes) out.u32(type);
    await raw.send(out);
    await raw.reader.need(4);
    const answer = raw.reader.u32();
    const chosen = subtypes.find(({ type }) => type === answer);
    if (!chosen) throw new ProtocolError('BAD_VALUE', `the viewer chose VeNCrypt ${answer}, which was not offered`);
    const verdict = await authenticateInside[chosen.inside](await encrypted(raw, chosen, secrets), secrets);
    return { ...verdict, method: chosen.name };
  },
};

async function agreeOnVersion({ reader, pipe }: Connection): Promise<void> {
  await pipe.write(Uint8Array.of(0, 2));
  await reader.need(2);
  const major = reader.u8();
  const minor = reader.u8();
  const agreed = major === 0 && minor === 2;
  await pipe.write(Uint8Array.of(agreed ? 0 : 1));
  if (!agreed) throw new ProtocolError('BAD_VALUE', `the viewer chose VeNCrypt ${major}.${minor}, offered was 0.2`);
}

/** Viewers do not agree on which of SASL's numbers has a certificate: where there is one, both kinds are spoken. */
async function encrypted(
  raw: Connection,
  subtype: VencryptSubtype,
  { certificate }: ServerSecrets,
): Promise<Connection> {
  if (subtype.tls === 'none') return raw;
  await raw.pipe.write(Uint8Array.of(1));
  const either = subtype.alias !== undefined;
  const anonymous = subtype.tls === 'anonymous';
  const { acceptTls } = await import('./tls.ts');
  return await acceptTls(raw, {
    certificate: anonymous && !either ? undefined : certificate,
    anonymous: anonymous || either,
  });
}

const authenticateInside: Readonly<
  Record<VencryptInside, (connection: Connection, secrets: ServerSecrets) => Promise<Verdict>>
> = {
  none: async (connection) => ({ connection }),
  vnc: challenge,
  plain: readPlain,
  sasl: authenticateBySasl,
};
