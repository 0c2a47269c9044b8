import { describe, expect, test } from 'vitest';
import { ScramClient } from '../../../../src/rfb/protocol/security/scram.ts';
import { encodeText } from '../../../../src/rfb/protocol/text.ts';
import { Session } from '../../../../src/rfb/session/session.ts';
import { type ScriptedPeer, scriptedPipe } from '../../../support/scripted-server.ts';
import { secured } from '../../../support/secured.ts';

const login = { username: 'user', password: 'pencil' };

/** The examples of RFC 5802 §5 and RFC 7677 §3: both sides' messages, word by word. */
const examples = [
  {
    hash: 'sha1',
    nonce: 'fyko+d2lbbFgONRv9qkxdawL',
    serverFirst: 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
    clientFinal: 'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    serverFinal: 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
  },
  {
    hash: 'sha256',
    nonce: 'rOprNGfwEbeRWgbNEkqO',
    serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    clientFinal:
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  },
] as const;

describe.each(examples)('SCRAM with $hash', ({ hash, nonce, serverFirst, clientFinal, serverFinal }) => {
  const start = () => new ScramClient(hash, login.username, login.password, nonce);
  const say = async (scram: ScramClient, text?: string) => {
    const answer = await scram.next(text === undefined ? undefined : encodeText(text));
    return answer && Buffer.from(answer).toString();
  };

  test('is the example of the specification', async () => {
    const scram = start();
    expect(await say(scram)).toBe(`n,,n=user,r=${nonce}`);
    expect(await say(scram, serverFirst)).toBe(clientFinal);
    expect(scram.proved).toBe(false);
    expect(await say(scram, serverFinal)).toBeUndefined();
    expect(scram.proved).toBe(true);
  });

  test.each([
    ['a nonce that is not ours', serverFirst.replace('r=', 'r=x'), /nonce/],
    ['a nonce that adds nothing', `r=${nonce},s=QSXCR+Q6sek8bf92,i=4096`, /nonce/],
    ['no salt', serverFirst.replace(/s=[^,]*/, 's='), /salt/],
    ['one iteration', serverFirst.replace('4096', '1'), /1 iterations, allowed are 4096/],
    ['two thousand million iterations', serverFirst.replace('4096', '2000000000'), /2000000000 iterations/],
    ['iterations that are no number', serverFirst.replace('4096', 'many'), /many iterations/],
    ['nothing', '', /nonce/],
  ])('%s is refused', async (_what, message, why) => {
    const scram = start();
    await say(scram);
    await expect(say(scram, message)).rejects.toMatchObject({ code: 'BAD_VALUE', message: expect.stringMatching(why) });
  });

  test('a signature that is not the server’s is refused', async () => {
    const scram = start();
    await say(scram);
    await say(scram, serverFirst);
    await expect(say(scram, 'v=AAAA')).rejects.toMatchObject({ code: 'BAD_VALUE' });
    await expect(say(scram, clientFinal)).rejects.toMatchObject({ code: 'BAD_VALUE' });
    expect(scram.proved).toBe(false);
  });

  test('names are escaped', async () => {
    const scram = new ScramClient(hash, 'a=b,c', 'x', nonce);
    expect(await say(scram)).toBe(`n,,n=a=3Db=2Cc,r=${nonce}`);
  });
});

describe('SASL between our client and our server', () => {
  const server = { ...login, security: ['sasl'] };

  test('by SCRAM, where everybody can read', async () => {
    const { error, log } = await secured({ server, client: { credentials: login } });
    expect(error).toBeUndefined();
    expect(log).toContainEqual(expect.objectContaining({ type: 'subtypesOffered', of: 'sasl' }));
  });

  test('a wrong password and a wrong name', async () => {
    for (const wrong of [{ password: 'pen' }, { username: 'users' }]) {
      const { error } = await secured({ server, client: { credentials: { ...login, ...wrong } } });
      expect(error).toMatchObject({ name: 'AuthenticationError', code: 'AUTHENTICATION_FAILED' });
    }
  });
});

/** A server that offers SASL alone, and goes on from there. */
async function against(script: (peer: ScriptedPeer) => Promise<void>, options = {}): Promise<unknown> {
  const { pipe, done } = scriptedPipe(async (peer) => {
    await peer.sendText('RFB 003.008\n');
    await peer.expect(12);
    await peer.send([1, 20]);
    await peer.expect(1);
    await script(peer);
  });
  const error = await Session.open(pipe, { credentials: login, handshakeTimeoutMs: 5000, ...options }).catch(
    (reason) => reason,
  );
  await done.catch(() => {});
  return error;
}

const u32 = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
const list = (names: string) => [...u32(names.length), ...Buffer.from(names)];

async function read(peer: ScriptedPeer): Promise<Buffer> {
  const [length] = [Buffer.from(await peer.expect(4)).readUInt32BE()];
  return Buffer.from(await peer.expect(length));
}

describe('bad servers', () => {
  test.each<[string, readonly number[], string, RegExp]>([
    ['a list of megabytes', u32(8 * 1024 * 1024), 'BAD_LENGTH', /8388608 bytes, the limit is 4096/],
    ['an empty list', u32(0), 'NO_COMMON_SECURITY_TYPE', /offers nothing/],
    [
      'nothing that is known',
      list('GSSAPI,DIGEST-MD5'),
      'NO_COMMON_SECURITY_TYPE',
      /offers GSSAPI, DIGEST-MD5; wanted SCRAM/,
    ],
    [
      'PLAIN where everybody can read',
      list('PLAIN'),
      'NO_COMMON_SECURITY_TYPE',
      /PLAIN is refused.*--allow-plaintext-password/,
    ],
  ])('%s', async (_what, bytes, code, message) => {
    const error = await against(async (peer) => {
      await peer.send(bytes);
      await peer.stall();
    });
    expect(error).toMatchObject({ code, phase: 'security', message: expect.stringMatching(message) });
  });

  test('PLAIN is sent where that is allowed, as RFC 4616 says', async () => {
    let got: Buffer | undefined;
    await against(
      async (peer) => {
        await peer.send(list('PLAIN'));
        await read(peer);
        got = await read(peer);
      },
      { allowPlaintextPassword: true },
    );
    expect(got?.toString()).toBe('\0user\0pencil\0');
  });

  const answering = (answer: readonly number[]) =>
    against(async (peer) => {
      await peer.send(list('SCRAM-SHA-256'));
      await read(peer);
      await read(peer);
      await peer.send(answer);
      await peer.stall();
    });

  test('data of 4 GiB, success without proof, and steps without end', async () => {
    expect(await answering(u32(0xffffffff))).toMatchObject({ code: 'BAD_LENGTH' });
    expect(await answering([...u32(0), 1, ...u32(0)])).toMatchObject({
      code: 'BAD_VALUE',
      message: expect.stringContaining('without proving'),
    });
    const endless = await answering(Array.from({ length: 20 }, () => [...u32(0), 0]).flat());
    expect(endless).toMatchObject({ code: 'BAD_LENGTH', message: expect.stringContaining('16 steps') });
  });

  test('one that hangs up on the credentials has refused them', async () => {
    const error = await against(async (peer) => {
      await peer.send(list('SCRAM-SHA-256'));
      await read(peer);
      await read(peer);
    });
    expect(error).toMatchObject({ name: 'AuthenticationError', code: 'AUTHENTICATION_FAILED' });
  });
});
