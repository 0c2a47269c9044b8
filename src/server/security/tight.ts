import { ByteWriter } from '../../rfb/bytes/byte-writer.ts';
import { ProtocolError } from '../../rfb/errors.ts';
import type { Connection } from '../../rfb/protocol/connection.ts';
import { tightMethods } from '../../rfb/protocol/security/tight-methods.ts';
import { encodeText } from '../../rfb/protocol/text.ts';
import { readPlain } from './plain.ts';
import type { ServerSecurityType } from './server-security-type.ts';
import { challenge } from './vnc-authentication.ts';

/** Tight, rfbproto: one tunnel, which is none. */
export const tight: ServerSecurityType = {
  type: 16,
  name: 'tight',
  methods: tightMethods.map(({ name }) => name),
  async authenticate(connection, secrets, methods) {
    const offered = methods.flatMap((name) => tightMethods.filter((candidate) => candidate.name === name));
    await connection.send(new ByteWriter().u32(1).s32(0).bytes(encodeText('TGHTNOTUNNEL')));
    const tunnel = await readCode(connection);
    if (tunnel !== 0) throw new ProtocolError('BAD_VALUE', `the viewer chose Tight's tunnel ${tunnel}, offered was 0`);
    const out = new ByteWriter().u32(offered.length);
    for (const { type, signature } of offered) out.s32(type).bytes(encodeText(signature));
    await connection.send(out);
    const code = await readCode(connection);
    const chosen = offered.find(({ type }) => type === code);
    if (!chosen)
      throw new ProtocolError('BAD_VALUE', `the viewer chose Tight's authentication ${code}, which was not offered`);
    const { name: method, inside } = chosen;
    const verdict =
      inside === 'none'
        ? { connection, unasked: true }
        : await (inside === 'vnc' ? challenge : readPlain)(connection, secrets);
    return { ...verdict, method, capabilities: true };
  },
};

async function readCode({ reader }: Connection): Promise<number> {
  await reader.need(4);
  return reader.s32();
}

/** What Tight puts behind ServerInit: no messages and encodings beyond the usual. */
export function writeTightCapabilities(out: ByteWriter): void {
  out.u16(0).u16(0).u16(0).pad(2);
}
