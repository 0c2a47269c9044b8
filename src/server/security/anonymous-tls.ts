import { ByteWriter } from '../../rfb/bytes/byte-writer.ts';
import { ProtocolError } from '../../rfb/errors.ts';
import { none } from './none.ts';
import { defineServerSecurityType } from './server-security-type.ts';
import { vncAuthentication } from './vnc-authentication.ts';

/** TLS, rfbproto: anonymous, with the security types of what is inside following in it. */
export const anonymousTls = defineServerSecurityType({
  type: 18,
  name: 'tls',
  async authenticate(raw, secrets) {
    const { acceptTls } = await import('./tls.ts');
    const connection = await acceptTls(raw, { anonymous: true });
    const inside = secrets.password === undefined ? none : vncAuthentication;
    await connection.send(new ByteWriter().u8(1).u8(inside.type));
    await connection.reader.need(1);
    const answer = connection.reader.u8();
    if (answer !== inside.type) {
      throw new ProtocolError(
        'BAD_VALUE',
        `inside TLS the viewer chose security type ${answer}, offered was ${inside.type}`,
      );
    }
    return await inside.authenticate(connection, secrets, inside.methods);
  },
});
