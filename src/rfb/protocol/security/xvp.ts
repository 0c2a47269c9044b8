import { ByteWriter } from '../../bytes/byte-writer.ts';
import { ask, credentialBytes } from './ask.ts';
import { defineSecurityType } from './security-type.ts';
import { answerChallenge } from './vnc-authentication.ts';

/** Xvp, rfbproto: VNC Authentication behind a user name and the machine that is wanted. */
export const xvp = defineSecurityType({
  type: 22,
  name: 'xvp',
  encrypts: false,
  identity: 'none',
  asks: ['username', 'target', 'password'],
  async authenticate(connection, context) {
    const { username, target } = await ask(context, ['username', 'target'], 'XVP');
    const name = credentialBytes(username, 255, 'user name');
    const machine = credentialBytes(target, 255, 'target');
    await connection.send(new ByteWriter().u8(name.length).u8(machine.length).bytes(name).bytes(machine));
    await answerChallenge(connection, context);
    return { connection };
  },
});
