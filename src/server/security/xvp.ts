import { decodeText } from '../../rfb/protocol/text.ts';
import { defineServerSecurityType } from './server-security-type.ts';
import { challenge } from './vnc-authentication.ts';

/** Xvp, rfbproto: VNC Authentication behind a user name and a target, of which there is any here. */
export const xvp = defineServerSecurityType({
  type: 22,
  name: 'xvp',
  async authenticate(connection, secrets) {
    const { reader } = connection;
    await reader.need(2);
    const nameLength = reader.u8();
    const targetLength = reader.u8();
    await reader.need(nameLength + targetLength);
    const username = decodeText(reader.view(nameLength));
    reader.skip(targetLength);
    const verdict = await challenge(connection, secrets);
    const named = secrets.username === undefined || secrets.username === username;
    return named ? verdict : { connection, refusal: 'the user name or the password is wrong' };
  },
});
